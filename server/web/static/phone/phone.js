// The visitor's page: follows one ticket live, gives the place up and takes it back.

import { byId, element, one, setText, show, withSuperiors, write } from "../shared/dom.js";
import { accepted, createReturn, isBehind, NOTHING_SEEN } from "../shared/freshness.js";
import {
  aheadSaid,
  alertLanguages,
  alertWords,
  choicesOf,
  closedSaid,
  isNewCall,
  isToldSoon,
  mayBeCalled,
  openingOf,
  partOf,
  requestFor,
  takenBackWords,
  awaySaid,
  waitSaid,
  withKnownWords,
} from "./phone_state.js";
import { readJson, sayer } from "../shared/sentences.js";

const page = readJson("phone-page");
const say = sayer(readJson("sentences"), page.language);
const { locale } = page;
const clock = new Intl.DateTimeFormat(locale, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZone: page.ticket.hall.time_zone,
});
const hour = (instant) => clock.format(new Date(instant));
const day = new Intl.DateTimeFormat(locale, {
  weekday: "long",
  day: "numeric",
  month: "long",
  timeZone: page.ticket.hall.time_zone,
});
const PATH = `/api/v1/tickets/${page.token}`;
const ASKED = `?lang=${page.language}`;
// what is needed only once the page is live, so that a slow network brings number, place and call first
const later = {
  verbs: () => import("../shared/verbs.js"),
  signal: () => import("./phone_signal.js"),
  push: () => import("./phone_push.js"),
  socket: () => import("/assets/socket.io.esm.min.js"),
};
const CUT_MS = 500;
const spread = () => Math.random() * 2000; // so that a hall's phones do not ask together
/** @type {(language: string) => string} */
let directionOf = () => "auto"; // until the list has come
/** @type {Api.FollowedTicket} */
let ticket = page.ticket;
let lastOrder = accepted(NOTHING_SEEN, ticket) ?? NOTHING_SEEN;
let clockOffsetMs = Date.parse(ticket.as_of) - Date.now();
let lostAtMs = null;
let isSignalAllowed = false;
let wasTold = false;

follow(
  { ticket: page.token, language: page.language },
  {
    live: () => {
      lostAtMs = null;
      showLive(true);
      refresh();
      stayAwake();
      readDirections();
    },
    lost: () => {
      lostAtMs ??= Date.now();
      showLive(false);
    },
    messages: {
      "ticket.changed": take,
      "alert.changed": ({ alert, alert_taken_back: back }) => {
        ticket = { ...ticket, alert: withKnownWords(alert, ticket.alert), alert_taken_back: back };
        drawAlert(ticket);
        drawTakenBack();
        // a message holds but two languages of its words
        if (alert?.kind === "custom") setTimeout(refresh, spread());
      },
      heartbeat: (beat) => {
        if (isBehind(lastOrder, beat)) setTimeout(refresh, spread());
      },
    },
  },
);

if (ticket.alert_taken_back) drawTakenBack();
show("[data-script-only]", true);
show("[data-static]", false);
showLive(false);
tellSoon();

function take(next) {
  const order = accepted(lastOrder, next);
  if (order === null) return;
  const before = ticket;
  lastOrder = order;
  clockOffsetMs = Date.parse(next.as_of) - Date.now();
  ticket = { ...next, alert: withKnownWords(next.alert, before.alert) };
  draw();
  stayAwake();
  if (isNewCall(before, ticket, Date.now() + clockOffsetMs)) alertVisitor();
  tellSoon();
  if (partOf(before) !== partOf(ticket) || before.ahead !== ticket.ahead) sayAloud();
}

// Websocket only, and nothing else to fetch before it is up. Its library comes after what is read.
async function follow(auth, { live, lost, messages }) {
  const library = await later.socket().catch(() => null);
  if (!library) return show("[data-static]", true);
  const socket = library.io("/visitor", {
    auth,
    transports: ["websocket"],
    reconnection: false,
    timeout: 20_000,
  });
  const back = createReturn(() => socket.connect());
  socket.on("connect", live);
  socket.on("heartbeat", back.heard);
  socket.on("disconnect", (reason) => {
    lost();
    // cut by the server: the answer to a new connection says whether the ticket is still followed
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), CUT_MS);
    else back.lost();
  });
  socket.on("connect_error", () => {
    lost();
    if (socket.active) back.lost();
  });
  for (const [name, take] of Object.entries(messages)) socket.on(name, take);
  addEventListener("online", () => socket.connected || socket.connect());
  return undefined;
}

async function refresh() {
  try {
    const { read } = await later.verbs();
    /** @type {Api.FollowedTicket} */
    const ticket = await read(PATH + ASKED);
    take(ticket);
  } catch {
    // The page says that it is not live; the next connection refreshes.
  }
}

function draw() {
  const part = partOf(ticket);
  one("[data-ticket]").dataset.ticket = part;
  for (const section of document.querySelectorAll("[data-part]"))
    section.hidden = section.dataset.part !== part;
  drawAlert(ticket);
  drawTakenBack();
  write("number", ticket.number);
  write("service", ticket.service.name);
  write("service-french", ticket.service.french);
  write("wait", sentenceOf(waitSaid(ticket)));
  const away = awaySaid(ticket);
  write("return", away ? sentenceOf(away) : "");
  write("ahead", sentenceOf(aheadSaid(ticket)));
  write("closed", sentenceOf(closedSaid(ticket)));
  const opening = openingOf(ticket, (instant) => day.format(new Date(instant)));
  write("opening", opening ? openingWords(opening) : "");
  write("keep", say(opening?.isToday ? "phone.closed.keep" : "phone.closed.only_today"));
  if (ticket.call) drawCall(ticket.call);
  show("[data-soon]", ticket.is_soon);
  show("[data-take-back]", ticket.may_take_back);
  if (ticket.take_back_until)
    write("take-back", say("phone.take_back.until", { at: hour(ticket.take_back_until) }));
  drawChoices();
  show("[data-moved]", ticket.is_continued && ["waiting", "closed", "called"].includes(part));
  show("[data-signal]", mayBeCalled(ticket));
  writeTitle();
}

/** What the visitor may do now. A row that is open stays open while it may be done. */
function drawChoices() {
  for (const row of document.querySelectorAll("[data-choice]"))
    row.hidden = !choicesOf(ticket).includes(row.dataset.choice ?? "");
  const isBySms = ticket.reminders.includes("sms");
  show('[data-sms="on"]', isBySms);
  show('[data-sms="off"]', !isBySms);
  const minutes = ticket.away_minutes;
  write("away", minutes ? say("phone.away.said", { minutes }) : say("phone.away"));
}

/** During an alert the page is the alert: nothing of the queue is shown with it. */
function drawAlert({ alert }) {
  const words = alertWords({ alert }, page.language, page.alerts);
  const place = one("[data-alert]");
  const drawn = JSON.stringify([alert?.alert, words]);
  if (place.dataset.drawn === drawn) return;
  place.dataset.drawn = drawn;
  place.hidden = !alert;
  show("[data-ticket]", !alert);
  document.body.classList.toggle("alarmed", Boolean(alert));
  if (!alert) return writeTitle();
  const part = (name) => one(`[data-alert-part="${name}"]`, place);
  one("[data-alert-sign]", place).setAttribute("href", `#sign-${alert.kind}`);
  part("words").replaceChildren(
    ...words.map(([lang, title, text], at) =>
      element(
        "div",
        { lang, dir: directionOf(lang) },
        element(at ? "h2" : "h1", {}, title),
        text ? element("p", {}, text) : null,
      ),
    ),
  );
  const around = alertLanguages(page.language, page.alerts).map((lang) => ({ lang, ...page.alerts[lang] }));
  part("drill").replaceChildren(
    ...(alert.drill ? around.map(({ lang, drill }) => element("p", { class: "drill", lang }, drill)) : []),
  );
  part("around").replaceChildren(
    ...around.map(({ lang, since, not_fire: notFire }) =>
      element("p", { lang }, element("b", {}, since.replace("{time}", hour(alert.raised_at))), ` ${notFire}`),
    ),
  );
  return writeTitle();
}

/** Until its minute is over, by the server's clock. */
function drawTakenBack() {
  const at = Date.now() + clockOffsetMs;
  const words = takenBackWords(ticket, page.language, page.alerts, at);
  const place = one("[data-taken-back]");
  place.hidden = !words.length;
  one(":scope > :last-child", place).replaceChildren(
    ...words.map(([lang, title, text]) => element("p", { lang }, element("b", {}, `${title}.`), ` ${text}`)),
  );
  const until = ticket.alert_taken_back?.until;
  if (words.length && until) setTimeout(drawTakenBack, Date.parse(until) - at + 100);
}

function writeTitle() {
  const [first] = alertWords(ticket, page.language, page.alerts);
  const key = partOf(ticket) === "called" ? "phone.title.called" : "phone.title.number";
  document.title = first?.[1] ?? say(key, { number: ticket.number, service: ticket.service.name });
}

/**
 * The sentence of a key and its values; a value may itself be a sentence.
 *
 * @param {import("./phone_state.js").Sentence} sentence
 * @returns {string}
 */
function sentenceOf([key, values]) {
  return say(
    key,
    Object.fromEntries(
      Object.entries(values).map(([name, each]) => [
        name,
        Array.isArray(each) ? sentenceOf(/** @type {any} */ (each)) : each,
      ]),
    ),
  );
}

function openingWords({ at, isToday }) {
  const values = { at: hour(at), day: day.format(new Date(at)) };
  return say(isToday ? "phone.closed.today" : "phone.closed.later", values);
}

function drawCall({ counter, called_at: calledAt, rank }) {
  write("place", counter.label);
  write("place-french", counter.french);
  write("direction", counter.direction ?? "");
  one("[data-loop]").hidden = !counter.hearing_loop;
  write("called-at", say("phone.called.at", { at: hour(calledAt) }));
  const again = one('[data-text="rank"]');
  again.replaceChildren(...(rank > 1 ? withSuperiors(say("phone.called.again", { rank })) : []));
}

function showLive(isLive) {
  const place = one("[data-live]");
  place.dataset.live = isLive ? "yes" : lostAtMs ? "no" : "static";
  write(
    "live",
    isLive
      ? say("phone.live")
      : lostAtMs
        ? say("phone.not_live", { at: hour(lostAtMs + clockOffsetMs) })
        : say("phone.connecting"),
  );
}

async function readDirections() {
  const directions = await import("/assets/directions.js").catch(() => null);
  if (directions) directionOf = directions.directionOf; // without network each text says its own direction
}

async function alertVisitor(pattern) {
  if (!isSignalAllowed) return;
  const { signal, SOON_MS } = await later.signal();
  signal(pattern === "soon" ? SOON_MS : undefined);
}

/** Once in a visit, also where the page is opened again. */
function tellSoon() {
  const mark = `parvis.soon.${page.token}`;
  if (!isToldSoon(ticket, wasTold || recall(mark))) return;
  wasTold = true;
  recall(mark, "told");
  alertVisitor("soon");
}

/** What this tab keeps under a name, after keeping something there; a private one may keep nothing. */
function recall(name, value) {
  try {
    if (value) sessionStorage.setItem(name, value);
    return sessionStorage.getItem(name) !== null;
  } catch {
    return false;
  }
}

async function stayAwake() {
  const module = await later.signal().catch(() => null); // without network: the next change tries again
  await module?.keepAwake(mayBeCalled(ticket));
}

function sayAloud() {
  const part = partOf(ticket);
  const shownPart = document.querySelector(`[data-part="${part}"]`);
  setText(document.querySelector("[data-say]"), shownPart?.innerText.replace(/\s+/g, " ").trim() ?? "");
}

/** A form of the page, sent by the API: the page stays, and its sound. Without a script it works too. */
async function act(form, submitter) {
  show("[data-refused]", false);
  const verbs = await later.verbs().catch(() => null); // without network nothing could be sent
  if (!verbs) return refuse(say("phone.no_answer"));
  const fields = new FormData(form, submitter);
  const answer = await verbs.send({ ...requestOf(form.dataset.act, fields), headers: verbs.csrfHeader() });
  if (!answer.ok)
    refuse(answer.status === 0 ? say("phone.no_answer") : (answer.problem?.detail ?? say("phone.refused")));
  return refresh();
}

function requestOf(name, fields) {
  const [path, method, body] = requestFor(name, /** @type {any} */ (Object.fromEntries(fields)));
  return { path: `${PATH}/${path}${ASKED}`, method, body };
}

function refuse(text) {
  write("refused", text);
  show("[data-refused]", true);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.act) return;
  event.preventDefault();
  const row = /** @type {HTMLDetailsElement | null} */ (form.closest("details"));
  if (row) row.open = false;
  // at once: the answer may come when the visitor is already elsewhere
  byId("main").focus();
  act(form, event.submitter);
});

const allowing = one("[data-signal]");
allowing.hidden = !mayBeCalled(ticket);
allowing.addEventListener("click", async () => {
  isSignalAllowed = !isSignalAllowed;
  allowing.setAttribute("aria-pressed", String(isSignalAllowed));
  const { allowSignal, forbidSignal } = await later.signal();
  (isSignalAllowed ? allowSignal : forbidSignal)();
});
document.addEventListener("visibilitychange", stayAwake);

const pushing = document.querySelector("[data-push]");
if (pushing)
  later.push().then(
    ({ offerPush }) => offerPush(pushing, page, { act: sendPush, refuse, say }),
    () => {}, // without network: nothing is offered until the page is loaded again
  );

/** Asks to be told at a subscription of this browser; without one, to be told there no more. */
async function sendPush(subscription) {
  const { csrfHeader, send } = await later.verbs();
  const [path, method, body] = subscription
    ? ["reminders", "POST", { subscription }]
    : ["reminders/push", "DELETE", undefined];
  return send({ path: `${PATH}/${path}${ASKED}`, method, body, headers: csrfHeader() });
}
