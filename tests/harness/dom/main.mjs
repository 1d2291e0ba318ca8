// Does what a test says, line by line: a JSON list of a name and its values comes in, an answer goes out.

import { createInterface } from "node:readline";
import vm from "node:vm";
import { ACTS, isReady, press } from "./acting.mjs";
import { EXPECTED, READ, located, plain, readable } from "./locating.mjs";
import { Context, Page, frames, troubles } from "./windows.mjs";

const EVERY_MS = 20;
const contexts = new Map();
const pages = new Map();
const gates = new Map(); // by name: what opens one, and the requests before it

/** Waits until something is true; says so, or false once the patience is over. */
async function until(isTrue, patienceMs) {
  const end = performance.now() + patienceMs;
  while (!isTrue()) {
    if (performance.now() > end) return false;
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
  return true;
}

const found = (page, steps) => located([pages.get(page).document], steps);
const shortened = (one) => `${one.outerHTML.slice(0, 300)} « ${plain(one.textContent).slice(0, 200)} »`;

async function theOne(page, steps, patienceMs, isRight = () => true) {
  const is = () => found(page, steps).length === 1 && isRight(found(page, steps)[0]);
  if (!(await until(is, patienceMs))) throw new Error(`no such one: ${found(page, steps).map(shortened)}`);
  return found(page, steps)[0];
}

/** By name: the rule of requests. */
const RULES = {
  abort: () => ({ before: async (_, window) => Promise.reject(new window.TypeError("aborted")) }),
  answer: ({ status, json }) => ({ before: async (_, window) => answered(window, status, json) }),
  // kept from the server until it is let go
  hold: ({ gate }) => ({ before: passing(gate) }),
  // read at once; the page gets it once it is let go
  late: ({ gate }) => ({ after: passing(gate) }),
  change: ({ script }) => {
    const change = vm.runInThisContext(script);
    const changed = async (response, noted) => change(await response.json(), noted);
    return {
      after: async (response, window, noted) =>
        answered(window, response.status, await changed(response, noted)),
    };
  },
  // the server does it, and the page does not hear of it
  lose: () => ({
    before: async (request, window, { method, body }, context) => {
      const headers = { ...Object.fromEntries(request.headers), cookie: context.cookiesFor(request.url) };
      await fetch(request.url, { method, body, headers });
      throw new window.TypeError("lost");
    },
  }),
};

function answered(window, status, json) {
  const type = status < 400 ? "application/json" : "application/problem+json";
  return new window.Response(JSON.stringify(json), { status, headers: { "Content-Type": type } });
}

/** Lets requests through a gate once a test opens it. */
function passing(name) {
  const gate = { noted: [] };
  const opened = new Promise((open) => Object.assign(gate, { open }));
  gates.set(name, gate);
  return async (_answer, _window, noted) => {
    gate.noted.push(noted);
    await opened;
  };
}

const DONE = {
  open: ({ page, context, ...size }) => {
    if (!contexts.has(context)) contexts.set(context, new Context());
    pages.set(page, new Page(contexts.get(context), size));
  },
  add_cookies: ({ context, cookies }) => contexts.get(context).addCookies(cookies),
  goto: ({ page, address, patience_ms: patienceMs }) => pages.get(page).goto(address, patienceMs),
  leave: async ({ page }) => {
    await pages.get(page).close();
    pages.delete(page);
  },
  url: ({ page }) => pages.get(page).window.location.href,
  evaluate: ({ page, script }) => pages.get(page).window.eval(script),
  add_init_script: ({ page, script }) => pages.get(page).scripts.push(script),
  key: ({ page, key }) => press(pages.get(page), key),
  count: ({ page, steps }) => found(page, steps).length,
  texts: ({ page, steps }) => found(page, steps).map(readable),
  read: async ({ page, steps, what, name, patience_ms: ms }) =>
    READ[what](await theOne(page, steps, ms), name),
  act: async ({ page, steps, what, value, patience_ms: ms }) => {
    const one = await theOne(page, steps, ms, isReady);
    ACTS[what](pages.get(page), one, value);
  },
  expect: async ({ page, steps, what, is_not: isNot, wanted, name, patience_ms: ms }) => {
    const is = () => {
      const isTrue = EXPECTED[what](found(page, steps), wanted, name);
      return isTrue !== null && isTrue !== isNot; // of what is not there nothing is true, nor its contrary
    };
    return (await until(is, ms)) ? null : found(page, steps).map(shortened);
  },
  route: ({ page, pattern, how, times, ...more }) =>
    pages.get(page).route(pattern, { ...RULES[how](more), ...(times && { times }) }),
  stand: ({ gate, patience_ms: ms }) => until(() => gates.get(gate).noted.length, ms),
  release: async ({ gate, patience_ms: ms }) => {
    gates.get(gate).open();
    return until(() => gates.get(gate).noted.every((each) => each.is_answered), ms);
  },
  requests: ({ page }) => pages.get(page).requests,
  set_clock: ({ page, now }) => pages.get(page).setClock(now ?? Date.now()),
  run_for: ({ page, ms }) =>
    pages
      .get(page)
      .clock.tickAsync(ms)
      .then(() => null),
  offline: ({ page, is_offline: isOffline }) => {
    pages.get(page).isOffline = isOffline;
    if (isOffline) pages.get(page).cut();
    else pages.get(page).window.dispatchEvent(new (pages.get(page).window.Event)("online"));
  },
  cut: ({ page }) => pages.get(page).cut(),
  close: async () => {
    for (const page of pages.values()) await page.close();
    for (const context of contexts.values()) await context.close();
    pages.clear();
    contexts.clear();
    return [troubles.splice(0), frames.got.splice(0), frames.sent.splice(0)];
  },
};

async function answerTo(line) {
  const [name, values] = JSON.parse(line);
  try {
    return { done: (await DONE[name](values)) ?? null };
  } catch (error) {
    return { error: String(error?.stack ?? error) };
  }
}

for await (const line of createInterface({ input: process.stdin }))
  process.stdout.write(`${JSON.stringify(await answerTo(line))}\n`);
process.exit(0);
