// The security guard's page: how many people are in the hall, and a call for help in two steps.

import { givenWords, hourRows } from "./security_state.js";
import { withLiveness } from "../shared/clock.js";
import { hourTeller } from "../shared/durations.js";
import { element, fill, one, setText, show, write } from "../shared/dom.js";
import { accepted, isBehind, NOTHING_SEEN } from "../shared/freshness.js";
import { connect, spread } from "../shared/live.js";
import { createPaced } from "../shared/paced_refetch.js";
import { watchConfiguration } from "../shared/renewing.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";
import { csrfHeader, oneAtATime, read, send, uuid } from "../shared/verbs.js";
import { drawLiveness } from "../shared/waiting_view.js";

const AT_MOST_EVERY_MS = 2000;
const { now: readPeople, soon } = createPaced(countPeople, AT_MOST_EVERY_MS);
const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, hour: hourTeller(page.language, page.hall.time_zone) };
const HALL = `/api/v1/halls/${page.hall.slug}`;
let state = { seen: NOTHING_SEEN, isLive: false, lostAtMs: null, clockOffsetMs: 0 };
const readMessages = inTurn(() => read(`${HALL}/messages`));
let hoursAtMs = -Infinity;
const HOURS_EVERY_MS = 60000;
const nameOf = (service) => page.services.find(({ id }) => id === service)?.name ?? service;

const socket = connect(
  "/screen",
  { hall: page.hall.slug },
  {
    live: () => {
      state = withLiveness(state, true, Date.now());
      readPeople();
      readCalls();
      readHours();
    },
    lost: () => {
      state = withLiveness(state, false, Date.now());
      drawLiveness(state, words);
    },
    messages: {
      "board.changed": () => {
        soon();
        soonHours();
      },
      "message.changed": readCalls,
      heartbeat: (beat) => {
        if (isBehind(state.seen, beat)) setTimeout(soon, spread());
      },
    },
  },
);

watchConfiguration(socket, page, readHours);

async function countPeople() {
  drawLiveness(state, words);
  try {
    /** @type {Api.PeopleAnswer} */
    const found = await read(`${HALL}/people`);
    const order = accepted(state.seen, found);
    if (order === null) return;
    state = { ...state, seen: order, clockOffsetMs: Date.parse(found.as_of) - Date.now() };
    const { people } = found;
    write("all", String(people.all));
    write("waiting", String(people.waiting));
    write("called", String(people.called));
    write("at_counters", String(people.in_service));
    write("parked", String(people.parked));
    write("linked", people.linked ? say("security.linked", { count: people.linked }) : "");
  } catch {
    // Not reachable: the page says so, and the next connection reads again.
  }
}

// The hours of the day change rarely: read again at most once a minute, and when a day begins.
function soonHours() {
  if (Date.now() - hoursAtMs > HOURS_EVERY_MS) readHours();
}

async function readHours() {
  hoursAtMs = Date.now();
  try {
    /** @type {Api.AppointmentsAnswer} */
    const { appointments } = await read(`${HALL}/appointments`);
    const rows = hourRows(appointments);
    show("[data-no-hours]", rows.length === 0);
    show("[data-hours]", rows.length > 0);
    fill(document.querySelector('[data-list="hours"]'), JSON.stringify(rows), rows.map(hourRow));
  } catch {
    // As above.
  }
}

function hourRow({ at, service, expected, arrived, isPast }) {
  return element(
    "tr",
    { class: isPast ? "past" : null },
    element("th", { scope: "row" }, words.hour(at)),
    element("td", {}, element("bdi", {}, nameOf(service))),
    element("td", { class: "n" }, String(expected)),
    element("td", { class: "n" }, String(arrived)),
  );
}

const give = oneAtATime(async (form) => {
  show("[data-not-given]", false);
  const { service, count, language, kiosk } = form.elements;
  const body = {
    service: service.value,
    press_id: uuid(),
    count: Number(count.value),
    language: language.value,
    ...(kiosk.value ? { kiosk: kiosk.value } : {}),
  };
  const answer = await send({ path: `${HALL}/distribution`, body, headers: csrfHeader() });
  if (answer.ok) {
    const { first, last, count: given } = givenWords(answer.body.tickets);
    setText(
      document.querySelector("[data-given]"),
      say("security.give.given", { first, last, count: given }),
    );
    count.value = "1";
  } else {
    write("not-given", answer.problem?.detail ?? say("security.give.failed"));
    show("[data-not-given]", true);
  }
});

async function readCalls() {
  try {
    /** @type {Api.MessagesAnswer | null} */
    const answer = await readMessages();
    if (!answer) return;
    const { messages } = answer;
    fill(document.querySelector('[data-list="calls"]'), JSON.stringify(messages), messages.map(callItem));
  } catch {
    // As above.
  }
}

function callItem({ sent_at: sent, seen_at: seenAt, seen_from: from }) {
  const text = seenAt
    ? say("security.help.seen", {
        sent: words.hour(sent),
        at: words.hour(seenAt),
        who: say(`security.who.${from}`),
      })
    : say("security.help.unseen", { sent: words.hour(sent) });
  return element(
    "li",
    { class: seenAt ? "seen" : "unseen" },
    element("i", { class: `icon icon-${seenAt ? "check" : "bell"}`, "aria-hidden": "true" }),
    text,
  );
}

function step(number) {
  show("[data-step]", false);
  show(`[data-step="${number}"]`, true);
  one(number === 2 ? "[data-confirm]" : "[data-ask]").focus();
}

const callForHelp = oneAtATime(async () => {
  show("[data-refused]", false);
  const answer = await send(
    { path: `${HALL}/messages`, body: {}, headers: csrfHeader() },
    { onRepeat: () => refuse(say("security.help.not_yet")) },
  );
  if (answer.ok) {
    show("[data-refused]", false);
    step(1);
  } else {
    refuse(answer.problem?.detail ?? say("security.help.failed"));
  }
  readCalls();
});

function refuse(text) {
  write("refused", text);
  show("[data-refused]", true);
}

one("[data-ask]").addEventListener("click", () => step(2));
one("[data-cancel]").addEventListener("click", () => step(1));
one("[data-confirm]").addEventListener("click", callForHelp);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !one('[data-step="2"]').hidden) step(1);
});
document.querySelector("[data-give]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  give(event.target);
});
setInterval(soonHours, 30000);
readPeople();
readCalls();
readHours();
