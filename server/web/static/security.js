// The security guard's page: how many people are in the hall, and a call for help in two steps.

import { withLiveness } from "./console_state.js";
import { hourTeller } from "./durations.js";
import { element, fill, show, write } from "./dom.js";
import { accepted, isBehind, NOTHING_SEEN } from "./freshness.js";
import { connect, spread } from "./live.js";
import { readJson, sayer } from "./sentences.js";
import { csrfHeader, read, send } from "./verbs.js";
import { drawLiveness } from "./waiting_view.js";

const AT_MOST_EVERY_MS = 2000;
const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, hour: hourTeller(page.language, page.hall.time_zone) };
const HALL = `/api/v1/halls/${page.hall.slug}`;
let state = { seen: NOTHING_SEEN, isLive: false, lostAtMs: null };
let isWaiting = false;
let readAtMs = -Infinity;
let isSending = false;

connect("/screen", { hall: page.hall.slug }, {
  live: () => { state = withLiveness(state, true, Date.now()); readPeople(); readCalls(); },
  lost: () => { state = withLiveness(state, false, Date.now()); drawLiveness(state, words); },
  messages: {
    "board.changed": soon,
    "message.changed": readCalls,
    heartbeat: (beat) => { if (isBehind(state.seen, beat)) setTimeout(soon, spread()); },
  },
});

function soon() {
  if (isWaiting) return;
  isWaiting = true;
  setTimeout(readPeople, Math.max(0, readAtMs + AT_MOST_EVERY_MS - Date.now()));
}

async function readPeople() {
  isWaiting = false;
  readAtMs = Date.now();
  drawLiveness(state, words);
  try {
    const found = await read(`${HALL}/people`);
    const seen = accepted(state.seen, found);
    if (seen === null) return;
    state = { ...state, seen };
    const { people } = found;
    write("all", String(people.all));
    write("waiting", String(people.waiting));
    write("at_counters", String(people.called + people.in_service));
  } catch {
    // Not reachable: the page says so, and the next connection reads again.
  }
}

async function readCalls() {
  try {
    const { messages } = await read(`${HALL}/messages`);
    fill(document.querySelector('[data-list="calls"]'), JSON.stringify(messages), messages.map(callItem));
  } catch {
    // As above.
  }
}

function callItem({ sent_at: sent, seen_at: seen, seen_from: from }) {
  const text = seen ? say("security.help.seen", { sent: words.hour(sent), at: words.hour(seen), who: say(`security.who.${from}`) }) : say("security.help.unseen", { sent: words.hour(sent) });
  return element("li", { class: seen ? "seen" : "unseen" }, element("i", { class: `icon icon-${seen ? "check" : "bell"}`, "aria-hidden": "true" }), text);
}

function step(number) {
  show("[data-step]", false);
  show(`[data-step="${number}"]`, true);
  document.querySelector(number === 2 ? "[data-confirm]" : "[data-ask]").focus();
}

async function callForHelp() {
  if (isSending) return;
  isSending = true;
  show("[data-refused]", false);
  const answer = await send({ path: `${HALL}/messages`, body: {}, headers: csrfHeader() }, { onRepeat: () => refuse(say("security.help.not_yet")) });
  isSending = false;
  if (answer.ok) {
    show("[data-refused]", false);
    step(1);
  } else {
    refuse(answer.problem?.detail ?? say("security.help.failed"));
  }
  await readCalls();
}

function refuse(text) {
  write("refused", text);
  show("[data-refused]", true);
}

document.querySelector("[data-ask]").addEventListener("click", () => step(2));
document.querySelector("[data-cancel]").addEventListener("click", () => step(1));
document.querySelector("[data-confirm]").addEventListener("click", callForHelp);
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !document.querySelector('[data-step="2"]').hidden) step(1); });
readPeople();
readCalls();
