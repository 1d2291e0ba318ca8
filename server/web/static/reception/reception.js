// The reception desk: issues tickets for visitors, counts greetings, shows the queue. Live as the console is.

import { overdueHere } from "../shared/call_order.js";
import { emptyConsole, summaryDue, waitingCount, waitingRows, withQueue } from "../console/console_state.js";
import { serverNow, withLiveness } from "../shared/clock.js";
import { hourTeller } from "../shared/durations.js";
import { byId, isField, one, setText, show, showRefusal as refuse } from "../shared/dom.js";
import { drawRows, html, nothing } from "../shared/drawing.js";
import { isBehind } from "../shared/freshness.js";
import { actionOf } from "../shared/keys.js";
import { actionRows, DIGITS, listenToPageKeys, tellKeys } from "../shared/page_keys.js";
import { connect, spread } from "../shared/live.js";
import { createMessages } from "../shared/messages_view.js";
import { createAppointments } from "./reception_appointments.js";
import { createPaced } from "../shared/paced_refetch.js";
import { createHeld } from "../console/console_held.js";
import { createFamily } from "./reception_family.js";
import { createFind } from "./reception_find.js";
import { createIssued } from "./reception_issued.js";
import { createLast } from "./reception_last.js";
import { createNextNeeds } from "./needs_form.js";
import { leaves, noteOf, reopens } from "./menu_state.js";
import { createUndo } from "./reception_undo.js";
import { createSheet } from "./reception_sheet.js";
import { queueFeed } from "../shared/queue_feed.js";
import { hallWords } from "../shared/hall_words.js";
import { createCalling } from "./reception_calling.js";
import { createSingleKeys, listenToNumbers } from "./reception_keys.js";
import { watchConfiguration } from "../shared/renewing.js";
import { sessionStore } from "../console/session_store.js";
import { readJson, sayer } from "../shared/sentences.js";
import { csrfHeader, oneAtATime, read, send, uuid, whyNotDone } from "../shared/verbs.js";
import { changedWords, drawLiveness, drawWaiting } from "../shared/waiting_view.js";

const MENU_AT_MOST_EVERY_MS = 2000;
const HOURS_EVERY_MS = 15000;
const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const words = {
  say,
  hour: hourTeller(page.language, page.hall.time_zone),
  hall: hallWords(page),
};
const reasonsOf = (name) => page.gestures.find(({ action }) => action === name).reasons;
const HALL = `/api/v1/halls/${page.hall.slug}`;
const { soon: menuSoon } = createPaced(renewMenu, MENU_AT_MOST_EVERY_MS);
let state = emptyConsole();
let menu = [];
let serviceTried = null; // the service of the last gesture, if it had one
let summary = { waiting: null, saidAtMs: 0 };
/** Whether the hall has a printer: a ticket may be printed at one of them, or at none. */
const hasPrinter = /** @type {HTMLSelectElement} */ (byId("printer")).options.length > 1;
const attempt = oneAtATime(async (request) => {
  show("[data-refused]", false);
  serviceTried = request.body?.service ?? null;
  sheet.hide();
  tell("");
  const answer = await send(
    { ...request, headers: { ...csrfHeader(), ...request.headers } },
    { onRepeat: () => tell(say("console.outcome.repeating")) },
  );
  if (!answer.ok) {
    tell("");
    refuse(whyNotDone(answer, say));
  }
  if (!state.isLive) refresh();
  undo.refresh();
  return answer;
});
const undo = createUndo({
  hall: HALL,
  words,
  readReception: () => read(`${HALL}/reception`),
  nowMs: () => serverNow(state, Date.now()),
  attempt,
  tell,
});

const issued = createIssued({
  storedAt: `parvis.reception.${page.hall.slug}`,
  words,
  readPrints: (visits) => read(`${HALL}/prints?visits=${visits.join(",")}`),
  tell,
  reprint: hasPrinter ? reprint : null,
});
const last = createLast({
  reasonsOf,
  say,
  ticket: issued.last,
  readVisits: (number) => read(`${HALL}/visits?number=${number}`),
  attempt,
  tell,
  forget: issued.remove,
});
const nextNeeds = createNextNeeds(say);
const family = createFamily({ say, last: issued.last, giveOthers: (to) => issue(to.service, { to }) });
const sheet = createSheet({
  hall: HALL,
  say,
  attempt,
  wishes,
  tell,
  receive: (service, reason) => issue(service, { reason }),
  heard: () => issued.prints(),
});
const appointments = createAppointments({
  hall: page.hall.slug,
  words,
  readDay: () => read(`${HALL}/appointments`),
  attempt: (request) => attempt(request),
  wishes: () => wishes(),
  arrived(ticket) {
    /** @type {HTMLInputElement} */ (one("[data-priority]")).checked = false;
    issued.add(ticket);
  },
  tell: (text) => tell(text),
});
const find = createFind({
  words,
  reasonsOf,
  attempt,
  tell,
  reprint: hasPrinter ? reprint : null,
  ask: (query) => read(`${HALL}/visits?${query}`),
});

/** @type {HTMLFormElement | null} */
const sayForm = document.querySelector("[data-say-form]");
const messages = createMessages({ words, attempt, paths: () => (sayForm ? [`${HALL}/messages`] : []) });

// An agent who also holds counters still holds them from here, and reads who is there.
const session = sessionStore(page.hall.slug);
const toConsole = document.querySelector("[data-switch]");
const keys = createSingleKeys(page.keys);
const held = createHeld({ words, least: 1, activate: goToPlace });
if (toConsole) {
  one("kbd", toConsole).textContent = toConsole.dataset.shortcut = keys.chosen.keys.reception;
  keys.mark();
}

function goToPlace(counter) {
  session.keep({ ...session.stored(), counter });
  toConsole?.click();
}

const calling = createCalling({
  box: document.querySelector("[data-calling]"),
  say,
  session,
  attempt,
  tell,
  label: (counter) => (counter ? words.hall.counterLabel(counter) : ""),
  changed: refresh,
});

const socket = connect(
  "/agent",
  { hall: page.hall.slug, papers: true },
  {
    live: () => {
      state = withLiveness(state, true, Date.now());
      signOfLife();
      draw();
      refresh();
      issued.refreshPapers();
      undo.refresh();
      messages.refresh();
    },
    late: () => refresh(),
    lost: () => {
      state = withLiveness(state, false, Date.now());
      draw();
    },
    messages: {
      "queue.changed": queueFeed({ fetchQueue: () => read(`${HALL}/queue`), apply: takeQueue }),
      "print.verdict": takePrint,
      "message.changed": ({ counter }) => {
        if (counter === null) messages.refresh();
      },
      heartbeat: (beat) => {
        if (isBehind(state.seen, beat)) setTimeout(refresh, spread());
      },
    },
  },
);

watchConfiguration(socket, page, () => {
  Object.assign(words.hall, hallWords(page));
  refresh();
});
const signOfLife = session.live(socket, refresh);

function takeQueue(queue) {
  state = withQueue(state, queue, Date.now());
  menuSoon();
  draw();
  find?.refresh();
  appointments?.refresh();
}

async function readMenu() {
  const before = menu;
  menu = leaves((await read(`${HALL}/menu?lang=${page.language}`)).services);
  if (reopens(serviceTried, before, menu)) show("[data-refused]", false);
}

/** Whether a service gives tickets changes with a stop, a full day, or the hour. */
async function renewMenu() {
  try {
    await readMenu();
    draw();
  } catch {
    // Not reachable: the page says so, and the next connection refreshes.
  }
}

async function refresh() {
  try {
    state = withQueue(state, await read(`${HALL}/queue`), Date.now());
    await readMenu();
  } catch {
    // Not reachable: the page says so, and the next connection refreshes.
  }
  draw();
  appointments?.refresh();
}

function takePrint(print) {
  sheet.take(print);
  issued.takePrint(print);
}

function draw() {
  drawLiveness(state, words);
  undo.draw();
  if (!state.queue) return;
  if (toConsole)
    held.draw(
      { queue: state.queue, counter: { session_mark: session.stored().mark, counter: null } },
      serverNow(state, Date.now()),
    );
  calling.draw(state.queue);
  find?.offer(state.queue.shows_counters);
  const { serviceIds } = words.hall;
  const rows = waitingRows(state.queue, serviceIds, serverNow(state, Date.now()));
  const people = waitingCount(state.queue, serviceIds);
  drawWaiting(rows, { people, overdue: overdueHere(state.queue) }, words);
  drawServices();
}

// A screen reader hears at most every 15 s how many people wait.
function sayNowAndThen(nowMs) {
  if (!state.queue) return;
  const waiting = waitingCount(state.queue, words.hall.serviceIds);
  const due = summaryDue(summary, waiting, nowMs);
  summary = due.memory;
  if (due.more === null) return;
  setText(document.querySelector("[data-say]"), changedWords(due.more, waiting, say));
}

function drawServices() {
  drawRows("services", menu, ({ id }) => id, serviceItem);
  keys.mark();
}

function serviceItem(service, index) {
  const digit = index < 9 ? String(index + 1) : null;
  const key = digit ? html`<kbd aria-hidden="true">${digit}</kbd>` : nothing;
  return html`<li><button type="button" data-key=${service.id} data-shortcut=${digit ?? nothing}
    @click=${() => issue(service.id)}
    ><span><bdi>${service.name}</bdi><small>${noteOf(service, state.queue, say)}</small></span>${key}</button></li>`;
}

// The body of a ticket request, apart from its service.
function wishes() {
  const kiosk = /** @type {HTMLInputElement} */ (byId("printer")).value;
  const priority = /** @type {HTMLInputElement} */ (one("[data-priority]")).checked;
  return {
    language: /** @type {HTMLInputElement} */ (byId("ticket-language")).value,
    priority,
    ...(kiosk ? { kiosk } : {}),
  };
}

/**
 * A ticket for each of the people. `reason`: why they are received without an appointment for a service that
 * needs one. `to`: the ticket of one of them who has theirs already.
 *
 * @param {string} service
 * @param {{ reason?: string | null, to?: Api.TicketAnswer | null }} [more]
 */
async function issue(service, { reason = null, to = null } = {}) {
  const answer = await attempt({
    path: `${HALL}/families`,
    body: {
      ...{ service, press_id: uuid(), ...wishes(), needs: nextNeeds.checked(), ...family.joining(to) },
      ...(reason ? { exceptional_reason: reason } : {}),
    },
  });
  if (!answer.ok)
    return answer.problem?.code === "appointment_only"
      ? sheet.offer(service, menu.find(({ id }) => id === service)?.exceptional ?? null)
      : undefined;
  nextNeeds.clear();
  family.clear();
  /** @type {HTMLInputElement} */ (one("[data-priority]")).checked = false;
  answer.body.tickets.toReversed().forEach(issued.add); // above all the one whose paper may be that of all
  return tell(family.outcome(answer.body.tickets, to));
}

async function reprint(ticket) {
  const answer = await attempt({ path: `/api/v1/tickets/${ticket.visit}/reprint` });
  if (answer.ok) issued.reprinted(ticket, answer.body);
}

async function greet() {
  const service = /** @type {HTMLInputElement} */ (byId("greeting-service")).value;
  const answer = await attempt({ path: `${HALL}/greetings`, body: { service } });
  if (!answer.ok) return;
  tell(say("reception.outcome.greeting", { service: words.hall.serviceName(service) }));
}

async function sayToCounter() {
  if (!sayForm) return;
  const { counter, phrase, text } = sayForm.elements;
  const body = {
    counter: counter.value,
    ...(phrase.value ? { phrase: phrase.value } : {}),
    ...(text.value.trim() ? { text: text.value.trim() } : {}),
  };
  if (!(await attempt({ path: `${HALL}/messages`, body })).ok) return;
  text.value = "";
  tell(say("reception.say.done", { counter: words.hall.counterLabel(counter.value) }));
}

function tell(text) {
  setText(document.querySelector("[data-outcome]"), text);
}

one('[data-act="reprint-last"]').addEventListener("click", () => reprint(issued.last()));
one('[data-act="greeting"]').addEventListener("click", greet);
sayForm?.addEventListener("submit", (event) => {
  event.preventDefault();
  sayToCounter();
});
if (find) listenToNumbers({ isOn: () => keys.chosen.hasSingleLetters, begin: find.begin });
document.addEventListener("keydown", (event) => {
  if (isField(event.target) || !toConsole) return;
  if (actionOf(event, { ...keys.chosen, isInField: false }) === "reception") toConsole.click();
});
const ownKeys = listenToPageKeys({
  say,
  name: "reception",
  isOn: () => keys.chosen.hasSingleLetters,
  acts: {
    [DIGITS]: (digit) => menu[digit - 1] && issue(menu[digit - 1].id),
    S: greet,
    A: () => nextNeeds.open(),
    G: family.focus,
    U: undo.press,
    ...(last.hurry && { P: last.hurry }),
    ...(sayForm && { M: () => sayForm.elements.counter.focus() }),
    ...(find && { F: find.focus }),
  },
});
const sharedKeys = ["reception", "incident"].filter((action) =>
  action === "reception" ? toConsole : document.querySelector("[data-incident-open]"),
);
const numberKeys = () =>
  find && keys.chosen.hasSingleLetters ? [["A042", say("reception.keys.number")]] : [];
tellKeys(say, () => [...ownKeys(), ...numberKeys(), ...actionRows(say, keys.chosen, sharedKeys)]);
setInterval(() => {
  draw();
  sayNowAndThen(Date.now());
}, 1000);
setInterval(menuSoon, HOURS_EVERY_MS);
issued.draw();
