// The supervisor's wall: one hall, live. The socket says that something changed; the page reads the wall
// again.

import { withLiveness } from "../shared/clock.js";
import { hourTeller } from "../shared/durations.js";
import { setText, showRefusal } from "../shared/dom.js";
import { isBehind } from "../shared/freshness.js";
import { connect, spread } from "../shared/live.js";
import { createMessages } from "../shared/messages_view.js";
import { createPaced } from "../shared/paced_refetch.js";
import { KEYS_STORED_AT, storedKeys } from "../shared/keys.js";
import { listenToPageKeys, tellKeys } from "../shared/page_keys.js";
import { hallWords } from "../shared/hall_words.js";
import { watchConfiguration } from "../shared/renewing.js";
import { readJson, sayer } from "../shared/sentences.js";
import { csrfHeader, oneAtATime, read, send, tellBarred, whyNotDone } from "../shared/verbs.js";
import { changedWords, drawLiveness } from "../shared/waiting_view.js";
import { emptyWall, saidNext, withWall } from "./wall_state.js";
import { createAbsences } from "./wall_absences.js";
import { createFind } from "../reception/reception_find.js";
import { createHalfDay } from "./wall_half_day.js";
import { createSound } from "./wall_sound.js";
import { createWallView } from "./wall_view.js";

const AT_MOST_EVERY_MS = 1000;
const { now: refresh, soon, ageMs } = createPaced(readWall, AT_MOST_EVERY_MS);
const AT_LEAST_EVERY_MS = 30000;
const FORETOLD_AFTER_MS = 2500; // waits are computed again once a second, after the message of a change
const DAY_END_EVERY_MS = 60000;
const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const HALL = `/api/v1/halls/${page.hall.slug}`;
const words = {
  say,
  hour: hourTeller(page.language, page.hall.time_zone),
  hall: wallWords(),
};
const drawWall = createWallView({ words, move, tickets, reasons: page.stop_reasons });
document.querySelector("[data-on-wall]")?.addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
});
const halfDay = createHalfDay({ ...words, language: page.language }, atBreak);
const sound = createSound(words, keepQuiet);
let state = emptyWall();
let summary = null;
let dayEndReadAtMs = -Infinity;

const sendOne = oneAtATime(async (request, refuse) => {
  showRefusal("");
  tell("");
  const answer = await send(
    { ...request, headers: csrfHeader() },
    { onRepeat: () => tell(say("console.outcome.repeating")) },
  );
  if (!answer.ok) refuse(whyNotDone(answer, say), answer.problem);
  return answer;
});

/** Sends a gesture; its outcome is told once the page shows what it changed. */
async function attempt(request, refuse = showRefusal) {
  const answer = await sendOne(request, refuse);
  await refresh();
  return answer;
}

const drawAbsences = createAbsences({
  words,
  language: page.language,
  attempt,
  tell,
  path: `${HALL}/absences`,
});
const find = createFind({
  words,
  reasonsOf: (name) => page.gestures.find(({ action }) => action === name).reasons,
  attempt,
  tell,
  reprint: null,
  ask: (query) => read(`${HALL}/visits?${query}`),
});
const { hasSingleLetters } = storedKeys(localStorage.getItem(KEYS_STORED_AT), {});
tellKeys(
  say,
  listenToPageKeys({
    say,
    name: "wall",
    isOn: () => hasSingleLetters,
    acts: find ? { F: find.focus } : {},
  }),
);
const messages = createMessages({ words, attempt, paths: () => [`${HALL}/messages`] });

const socket = connect(
  "/agent",
  { hall: page.hall.slug },
  {
    live: () => {
      state = withLiveness(state, true, Date.now());
      refresh();
      messages.refresh();
    },
    late: () => refresh(),
    lost: () => {
      state = withLiveness(state, false, Date.now());
      draw();
    },
    messages: {
      "queue.changed": () => {
        soon();
        find?.refresh();
        setTimeout(soon, FORETOLD_AFTER_MS);
      },
      "message.changed": ({ counter }) => {
        if (counter === null) messages.refresh();
      },
      heartbeat: (beat) => {
        if (isBehind(state.seen, beat)) setTimeout(soon, spread());
      },
    },
  },
);

watchConfiguration(socket, page, () => {
  Object.assign(words.hall, wallWords());
  refresh();
});

function wallWords() {
  const words = hallWords(page);
  const queues = new Map(page.queues.map(({ id, name }) => [id, name]));
  return {
    ...words,
    profilesFor: (counter) => page.profiles.filter(({ id }) => page.profiles_for[counter]?.includes(id)),
    queueName: (id) => queues.get(id) ?? id,
    counterLabel: (id) => words.counterLabel(id) || id,
  };
}

async function readWall() {
  try {
    /** @type {Api.WallAnswer} */
    const wall = await read(`${HALL}/wall`);
    state = withWall(state, wall, Date.now());
  } catch (failure) {
    // Not reachable: the page says so, and the next connection reads again.
    tellBarred(failure);
  }
  draw();
  readDayEnd();
}

/** The wall may be open for days: the report of the last day end is read again now and then. */
async function readDayEnd() {
  if (Date.now() - dayEndReadAtMs < DAY_END_EVERY_MS) return;
  dayEndReadAtMs = Date.now();
  try {
    /** @type {Api.DayEndAnswer} */
    const dayEnd = await read(`${HALL}/day-end`);
    halfDay.tellDayEnd(dayEnd);
  } catch {
    // The shown report stays.
  }
}

function draw() {
  drawLiveness(state, words);
  if (state.wall) halfDay.draw(state.wall);
  if (state.wall) drawAbsences(state.wall);
  if (state.wall) sound.draw(state.wall, Date.now() + state.clockOffsetMs);
  if (state.wall) drawWall(state.wall, Date.now() + state.clockOffsetMs);
}

async function move(counter, profile) {
  const answer = await attempt({
    method: "PATCH",
    path: `/api/v1/counters/${counter}/session`,
    body: { profile },
  });
  if (!answer.ok) return;
  const name = page.profiles.find(({ id }) => id === profile)?.name ?? say("wall.counters.all_services");
  tell(say("wall.moved", { counter: words.hall.counterLabel(counter), profile: name }));
}

async function atBreak(choice) {
  const answer = await attempt({ path: `${HALL}/break`, body: { choice } });
  if (answer.ok) tell(say(`wall.break.${choice}_done`));
}

async function keepQuiet(minutes) {
  const answer = await attempt({ path: `${HALL}/quiet`, body: { minutes } });
  if (answer.ok)
    tell(
      minutes
        ? say("wall.sound.quiet_done", { at: words.hour(answer.body.quiet_until) })
        : say("wall.sound.speak_done"),
    );
}

async function tickets(service, verb, body) {
  const answer = await attempt({ path: `${HALL}/services/${service}/${verb}`, body });
  if (answer.ok) tell(say(`wall.tickets.${verb}_done`, { service: words.hall.serviceName(service) }));
}

function tell(text) {
  setText(document.querySelector("[data-outcome]"), text);
}

// A screen reader hears at most every 15 s what changed.
function sayNowAndThen(nowMs) {
  if (!state.wall) return;
  const next = saidNext(summary, state.wall, nowMs);
  summary = next.memory;
  const texts = (next.news ?? []).map(({ queue, state: how }) =>
    say(`wall.said.${how}`, { queue: words.hall.queueName(queue) }),
  );
  if (next.more !== null) texts.push(changedWords(next.more, state.wall.people.waiting, say));
  if (texts.length) setText(document.querySelector("[data-say]"), texts.join(" "));
}

setInterval(() => {
  draw();
  sayNowAndThen(Date.now());
  if (state.isLive && ageMs() > AT_LEAST_EVERY_MS) soon();
}, 1000);
