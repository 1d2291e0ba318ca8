// Pages without a browser: the DOM of happy-dom, a page's own modules, requests and sockets. There is no
// layout and nothing is painted; styles say only what is hidden.

import vm from "node:vm";
import FakeTimers from "@sinonjs/fake-timers";
import { Browser, Storage } from "happy-dom";

const SETTINGS = {
  enableJavaScriptEvaluation: true, // makes each window a context of its own
  suppressInsecureJavaScriptEnvironmentWarning: true,
  disableJavaScriptFileLoading: true, // happy-dom does not read all of our modules; Node does, see below
  enableCSSFileLoading: true,
  handleDisabledFileLoadingAsSuccess: true,
  errorCapture: "disabled",
};
const FAKED = [
  ...["Date", "performance", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
  ...["requestAnimationFrame", "cancelAnimationFrame"],
];
const TAKEN_MS = 20; // a page has done with an answer
const pages = new Set();

/** What sockets of pages got and sent; who reads it empties it. */
export const frames = { got: [], sent: [] };

/** What went wrong in a page that is open; who reads it empties it. */
export const troubles = [];
for (const kind of ["unhandledRejection", "uncaughtException"])
  process.on(kind, (error) => isOfOpenPage(error) && troubles.push(String(error?.stack ?? error)));

/** What still runs when a page is left, as an answer that comes too late, fails in a closed window. */
function isOfOpenPage(error) {
  return error instanceof Error || [...pages].some(({ window }) => error instanceof window.Error);
}

const sources = new Map(); // by address: the text of a module, the same for each page of this process

async function sourceOf(address) {
  if (!sources.has(address)) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    sources.set(address, await answer.text());
  }
  return sources.get(address);
}

/** Runs the modules of a page as its window would: each once, in its own context. */
async function runModules(window) {
  const modules = new Map();
  const load = (address) => {
    if (!modules.has(address)) modules.set(address, compile(address));
    return modules.get(address);
  };
  async function compile(address) {
    return new vm.SourceTextModule(await sourceOf(address), {
      context: window,
      identifier: address,
      importModuleDynamically: (name) => run(new URL(name, address).href),
    });
  }
  async function run(address) {
    const module = await load(address);
    if (module.status === "unlinked")
      await module.link((name, from) => load(new URL(name, from.identifier).href));
    await module.evaluate();
    return module;
  }
  for (const script of window.document.querySelectorAll("script[type=module]"))
    await run(new URL(script.src, window.location.href).href);
}

/** What our pages use and happy-dom does not have. */
function complete(window, page) {
  const fonts = {
    status: "loaded",
    ready: Promise.resolve(),
    load: async () => [],
    addEventListener() {},
    [Symbol.iterator]: [][Symbol.iterator],
  };
  Object.defineProperty(window, "localStorage", { value: page.context.storage });
  Object.defineProperty(window, "sessionStorage", { value: page.session });
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given);
      page.sockets.push(this);
      if (page.isOffline) this.close();
      this.addEventListener("message", ({ data }) => frames.got.push(String(data)));
    }

    send(data) {
      frames.sent.push(String(data));
      super.send(data);
    }
  };
  Object.assign(window.document, { fonts });
  const silent = class {
    state = "running";
    currentTime = 0;

    connect(next) {
      return next;
    }

    start() {}

    stop() {}

    close() {}
  };
  const { focus } = window.HTMLElement.prototype;
  window.HTMLElement.prototype.focus = function (...given) {
    if (!this.disabled) focus.apply(this, given);
  };
  window.structuredClone ??= structuredClone;
  Object.assign(window, { AudioContext: silent, OscillatorNode: silent, GainNode: silent });
}

/** Somebody's browser: cookies and what pages keep. */
export class Context {
  storage = new Storage();
  #browser;

  constructor() {
    const interceptor = {
      beforeAsyncRequest: async ({ request, window }) => pageOf(window)?.intercept(request),
      afterAsyncResponse: async ({ request, response, window }) => pageOf(window)?.receive(request, response),
    };
    const navigation = { beforeContentCallback: (window) => pageOf(window)?.begin(window) };
    this.#browser = new Browser({ settings: { ...SETTINGS, fetch: { interceptor }, navigation } });
  }

  newPage() {
    return this.#browser.newPage();
  }

  addCookies(cookies) {
    const { cookieContainer } = this.#browser.defaultContext;
    cookieContainer.addCookies(
      cookies.map(({ name, value, url }) => ({ key: name, value, originURL: new URL(url), path: "/" })),
    );
  }

  /** The cookies that a request of an address carries. */
  cookiesFor(address) {
    const cookies = this.#browser.defaultContext.cookieContainer.getCookies(new URL(address), false);
    return cookies.map(({ key, value }) => `${key}=${value}`).join("; ");
  }

  close() {
    return this.#browser.close();
  }
}

function pageOf(window) {
  return [...pages].find((page) => page.window === window);
}

const pathOf = ({ url }) => new URL(url).pathname + new URL(url).search;

export class Page {
  requests = []; // method, path and rule of each, and whether it is answered
  isOffline = false;
  clock = null;
  scripts = []; // run before those of the page
  sockets = [];
  session = new Storage();
  #inner;
  #rules = []; // the newest first
  #asked = new WeakMap(); // by request: what is noted of it
  #begun = null;

  constructor(context, { width, height, is_scripted: isScripted }) {
    this.context = context;
    this.isScripted = isScripted;
    this.#inner = context.newPage();
    this.#inner.setViewport({ width, height });
    pages.add(this);
  }

  get window() {
    return this.#inner.mainFrame.window;
  }

  get document() {
    return this.window.document;
  }

  async goto(address, patienceMs) {
    await this.#inner.goto(address, { timeout: patienceMs });
    await this.#begun;
  }

  /** Before a document is read, also when the page goes elsewhere by itself. */
  begin(window) {
    complete(window, this);
    if (this.clock) this.setClock(this.clock.now);
    for (const script of this.scripts) window.eval(script);
    this.#begun = (async () => {
      while (!window.document.body?.childElementCount) await new Promise(setImmediate);
      if (this.isScripted) await runModules(window);
    })();
  }

  /** Cuts the connections of the page’s sockets, as a lost network does. */
  cut() {
    for (const socket of this.sockets.splice(0)) socket.close();
  }

  /** From now on time passes as always, but a test may let it jump. */
  setClock(now) {
    const how = { now, toFake: FAKED, shouldAdvanceTime: true, shouldClearNativeTimers: true };
    this.clock = FakeTimers.withGlobal(this.window).install(how);
    const { window } = this;
    window.AbortSignal.timeout = (ms) => {
      const timing = new window.AbortController();
      window.setTimeout(() => timing.abort(new window.DOMException("late", "TimeoutError")), ms);
      return timing.signal;
    };
  }

  /**
   * From now on requests of an address (a regular expression of path and query) have a rule: `before` gives
   * an answer instead of the server’s, or none; `after` gives what the page gets of the server’s answer.
   * The newest rule decides, `times` times at most.
   */
  route(pattern, rule) {
    this.#rules.unshift({ pattern: new RegExp(pattern), times: Infinity, ...rule });
  }

  async intercept(request) {
    const noted = { method: request.method, path: pathOf(request), is_answered: false };
    if (request.method === "POST") noted.body = await request.clone().text();
    this.requests.push(noted);
    noted.rule = this.#rules.find(({ pattern, times }) => times > 0 && pattern.test(noted.path));
    if (noted.rule) noted.rule.times -= 1;
    this.#asked.set(request, noted);
    request.signal.addEventListener("abort", () => (noted.is_answered = true)); // nothing more will come
    if (this.isOffline) throw new this.window.TypeError("offline");
    return noted.rule?.before?.(request, this.window, noted, this.context);
  }

  async receive(request, response) {
    const noted = this.#asked.get(request);
    const given = await noted?.rule?.after?.(response, this.window, noted);
    if (noted) setTimeout(() => (noted.is_answered = true), TAKEN_MS);
    return given;
  }

  async close() {
    pages.delete(this);
    await this.#inner.close();
  }
}
