// The security guard's page: how many people are in the hall, and a call for help in two steps.

import { givenWords, hourRows } from "./security_state.js";
import { hourTeller } from "../shared/durations.js";
import { one, show, showRefusal, write } from "../shared/dom.js";
import { drawList, html, icon, nothing } from "../shared/drawing.js";
import { accepted, isBehind, NOTHING_SEEN } from "../shared/freshness.js";
import { connect, spread } from "../shared/live.js";
import { createLiveness } from "../shared/liveness.js";
import { createPaced } from "../shared/paced_refetch.js";
import { watchConfiguration } from "../shared/renewing.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";
import { csrfHeader, oneAtATime, read, send, uuid } from "../shared/verbs.js";

const AT_MOST_EVERY_MS = 2000;
const { now: readPeople, soon } = createPaced(countPeople, AT_MOST_EVERY_MS);
const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, hour: hourTeller(page.language, page.hall.time_zone) };
const HALL = `/api/v1/halls/${page.hall.slug}`;
let lastOrder = NOTHING_SEEN;
const { live, lost, heard } = createLiveness(words, readAll);
const readMessages = inTurn(() => read(`${HALL}/messages`));
let hoursAtMs = -Infinity;
const HOURS_EVERY_MS = 60000;
const nameOf = (service) => page.services.find(({ id }) => id === service)?.name ?? service;

const socket = connect(
  "/screen",
  { hall: page.hall.slug },
  {
    live,
    lost,
    messages: {
      "board.changed": () => {
        soon();
        soonHours();
      },
      "message.changed": readCalls,
      heartbeat: (beat) => {
        if (isBehind(lastOrder, beat)) setTimeout(soon, spread());
      },
    },
  },
);

watchConfiguration(socket, page, readHours);

function readAll() {
  readPeople();
  readCalls();
  readHours();
}

async function countPeople() {
  try {
    /** @type {Api.PeopleAnswer} */
    const found = await read(`${HALL}/people`);
    const order = accepted(lastOrder, found);
    if (order === null) return;
    lastOrder = order;
    heard(found.as_of);
    const { linked, in_service: atCounters, ...people } = found.people;
    for (const [name, count] of Object.entries({ ...people, at_counters: atCounters }))
      write(name, String(count));
    write("linked", linked ? say("security.linked", { count: linked }) : "");
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
    drawList("hours", rows.map(hourRow));
  } catch {
    // As above.
  }
}

function hourRow({ at, service, expected, arrived, isPast }) {
  return html`<tr class=${isPast ? "past" : nothing}>
    <th scope="row">${words.hour(at)}</th>
    <td><bdi>${nameOf(service)}</bdi></td>
    <td class="n">${expected}</td>
    <td class="n">${arrived}</td>
  </tr>`;
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
    one("[data-given]").textContent = say("security.give.given", { first, last, count: given });
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
    if (answer) drawList("calls", answer.messages.map(callItem));
  } catch {
    // As above.
  }
}

function callItem({ sent_at: sent, seen_at: seenAt, seen_from: from }) {
  const at = { sent: words.hour(sent), at: words.hour(seenAt) };
  const text = seenAt
    ? say("security.help.seen", { ...at, who: say(`security.who.${from}`) })
    : say("security.help.unseen", at);
  return html`<li class=${seenAt ? "seen" : "unseen"}>${icon(seenAt ? "check" : "bell")}${text}</li>`;
}

function step(number) {
  show("[data-step]", false);
  show(`[data-step="${number}"]`, true);
  one(number === 2 ? "[data-confirm]" : "[data-ask]").focus();
}

const callForHelp = oneAtATime(async () => {
  showRefusal("");
  const answer = await send(
    { path: `${HALL}/messages`, body: {}, headers: csrfHeader() },
    { onRepeat: () => showRefusal(say("security.help.not_yet")) },
  );
  showRefusal(answer.ok ? "" : (answer.problem?.detail ?? say("security.help.failed")));
  if (answer.ok) step(1);
  readCalls();
});

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
readAll();
