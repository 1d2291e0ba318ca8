// A hall screen: the DOM around the state of screen_state.js.

import { renewToken } from "/assets/renewal.js";
import { io } from "/assets/socket.io.esm.min.js";
import { isTakenBack } from "./alert_state.js";
import { createTold } from "./alert_confirmation.js";
import { alertView } from "./alert_view.js";
import { alertVoice } from "./alert_voice.js";
import { isAsleep } from "./blank_screen.js";
import { createCallsView, opensAt } from "./calls_view.js";
import { connect } from "./connection.js";
import { filesOf, filesOfLook } from "./contents.js";
import { createProof } from "./display_proof.js";
import { createDownloads, stateOf } from "./downloads.js";
import { createKept } from "./stored_values.js";
import { createMediaPlayer } from "./media_player.js";
import { drawFoot } from "./foot.js";
import { installWorker } from "./offline.js";
import { createPlayer } from "./player.js";
import { connectPreview, shownAt, tellPageCounts } from "./preview.js";
import { hasNotices, isQuiet } from "./quiet.js";
import { rooms } from "./rooms.js";
import { alertLevel, soundLevel, soundOf } from "./sound_level.js";
import { keptSound, playFile, trySound } from "./sounds.js";
import { spokenFiles } from "./spoken_files.js";
import * as cardsState from "./cards_state.js";
import { createScreenLook } from "./screen_look.js";
import * as screenState from "./screen_state.js";
import { knownOf } from "./player_report.js";
import { createSupervised } from "./supervised.js";
import { SMALLEST_PX } from "./text_pages.js";
import { createWordsIn, hallLanguages, ownFirst, wordsOf } from "./words.js";

const KEPT = "parvis.screen";
const TICK_MS = 500;
const get = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const { own, languages: spoken, ways } = JSON.parse(get("sentences").textContent ?? "");

// keeps nothing and proves nothing: a real screen may live in the same browser
const isPreview = document.body.dataset.preview === "yes";
const NO_PROGRAMME = { revision: "", legal_share: 0, items: [], hours: null }; // before one is named
const LAG = "parvis.lag";

const { read, keep } = createKept({ isPreview });
let state = screenState.restored(read(KEPT));
let shownLetters = "";
let shownUrgent = "";
let lag = read(LAG) ?? 0;
let phase = "unknown"; // of the downloads
let isGone = false;
let isReplaced = false; // by a newer release
let isSoundOff = false;
let isSoundTried = false;
let changes = 0; // of what is shown; the rest is drawn after the last one
const wordsIn = createWordsIn(spoken, own, () => state.screen?.time_zone);
const prepared = JSON.parse(get("alert-texts").textContent ?? "");
const alerts = alertView(get("alert"), {
  body: document.body,
  prepared,
  time: (at, language) => wordsOf(language, {}, { timeZone: state.screen?.time_zone }).time(at),
});
const voice = alertVoice({
  now: () => performance.now(),
  makeContext: () => new AudioContext(),
  level: () => alertLevel(sound()),
  fetchSound: keptSound,
});

const now = () => Date.now();
const mediaNow = () => shownAt(screenState.serverNow(state, now()));
const calls = createCallsView({ body: document.body, get, own, wordsIn, ways });
const update = (next) => {
  state = next;
  drawCalls();
  drawRestSoon();
};

const worker = installWorker({
  isPreview,
  onRelease: () => {
    isReplaced = true;
  },
});
const downloads = createDownloads({
  onPhase: (next) => {
    phase = next;
    if (["up to date", "not updated"].includes(next)) keepVoices();
  },
});

const afterPaint = (work) => requestAnimationFrame(() => setTimeout(work));
/** After the second frame from now: it delays neither. A hidden page paints nothing. */
const onceShown = (work) =>
  document.hidden ? setTimeout(work) : requestAnimationFrame(() => afterPaint(work));
const alertTeller = createTold({
  afterPaint,
  ask: (message, ms) => connection.ask("alert.shown", message, ms),
});

const connection = (isPreview ? connectPreview : connect)({
  io,
  location,
  history,
  on: {
    connected: () => {
      alertTeller.forget();
      supervised.forget();
      worker.checkRelease();
      update(screenState.connected(state, now()));
    },
    disconnected: () => update(screenState.disconnected(state)),
    refused: () => {
      downloads.stop(); // until it is paired again nothing is requested: no file, no picture, no proof
      update(screenState.refused(state));
    },
    hall: (hall) => update({ ...state, hall }),
    board: (message) => update(screenState.receiveBoard(state, message, now())),
    queues: (message) => update(screenState.receiveQueues(state, message, now())),
    screen: (message) => {
      update(screenState.receiveScreen(state, message));
      if (!globalThis.caches) keepVoices(); // else once they are downloaded
      if (message.has_sound && !isSoundTried) trySound(() => keepSoundOff(true));
      isSoundTried ||= message.has_sound;
    },
    announced,
    alert: (message) => {
      update(screenState.receiveAlertMessage(state, message, now()));
      save(); // a server that dies just after changes nothing
    },
    beat: (message) => {
      update(screenState.heartbeat(state, message, now()));
      supervised.beat();
    },
    pictureAsked: () => supervised.ask(),
    renewalAsked: renewToken,
    nudged: () => update(screenState.nudged(state)),
    fetched: () => proof.tell(),
  },
});

const player = createPlayer({
  now: () => screenState.serverNow(state, now()),
  play: (file, how) => playFile(file, { level, ...how }),
  onSound: (key, value) => update(screenState.soundChanged(state, key, value, now())),
  onRefused: keepSoundOff,
});

const proof = createProof({
  isPreview,
  screen: () => state.hall?.screen ?? null,
  hall: () => (state.isRefused ? null : (state.hall?.slug ?? null)),
});

const media = createMediaPlayer({
  box: get("slide"),
  measure: get("measure"),
  leaving: get("leaving"),
  line: get("progress-line"),
  rooms,
  wordsIn,
  own,
  lag,
  stored: { read, keep },
  // the loop hears announcements only
  loudness: () => (state.screen?.has_sound && !isLoop() && !isSoundOff ? level() : 0),
  serverNow: mediaNow,
  onSeen: proof.seen,
  onFailed: (item, reason, notice, at) => proof.failed(item, reason, notice, at),
  onEnd: () => playMedia(screenState.viewOf(state, now())),
  onCounted: isPreview ? tellPageCounts : null,
});

const supervised = createSupervised({
  isPreview,
  say: (name, message) => connection.tell(name, message),
  know: () => {
    const at = screenState.serverNow(state, now());
    return knownOf(state, now(), { isSoundOff, notice: media.seenNow(at)?.notice });
  },
});

const look = createScreenLook(redraw, (screen) =>
  hallLanguages(screen, own).map((code) => [spoken[code], prepared.languages[code]]),
);

draw();
addEventListener("resize", redraw);
addEventListener("pagehide", () => {
  proof.keep(media.seenNow(screenState.serverNow(state, now())), { isLast: true });
  isGone = true;
  save();
});
addEventListener("pageshow", () => {
  isGone = false;
});
// the browser hides a page it leaves after `pagehide`: nothing is drawn then
document.addEventListener("visibilitychange", () => isGone || draw());
// a new token, typed in this very page
addEventListener("hashchange", () => location.hash.startsWith("#t=") && location.reload());
for (const gesture of ["pointerdown", "keydown"])
  addEventListener(gesture, () => isSoundOff && player.unlocked());
addEventListener("dblclick", () => document.documentElement.requestFullscreen?.());
setInterval(tick, TICK_MS);

function tick() {
  if (screenState.isSilent(state, now())) {
    update(screenState.disconnected(state));
    connection.restart();
  }
  state = screenState.turned(state, now());
  draw();
  const isKnown = screenState.serverNow(state, now()) < (state.screen?.programme?.covers_until ?? Infinity);
  document.body.dataset.media = stateOf(phase, screenState.isLive(state) && isKnown);
  proof.keep(media.seenNow(mediaNow()));
  supervised.tick();
  save();
  // between two calls
  if (isReplaced && !state.cards.length && !screenState.alertNow(state, now())) location.reload();
}

function alertVoices() {
  return state.screen?.has_sound ? Object.values(state.screen.alert_voices ?? {}) : [];
}

function keepVoices() {
  voice.keep(alertVoices());
}

/** A call is first shown, then spoken. */
function announced(message) {
  update(screenState.receiveAnnouncement(state, message, now()));
  onceShown(() => speak(message));
}

function speak(message) {
  const isHeard = Boolean(state.screen?.has_sound) && level() > 0 && !screenState.alertNow(state, now());
  const spokenIn = isHeard ? ownFirst(own, Object.keys(message.audio ?? {})) : [];
  player.offer({
    key: screenState.keyOf(message),
    at: Date.parse(message.at),
    ...spokenFiles(message, spokenIn, state.screen?.output),
  });
}

/** The quiet switch is for the loudspeakers: the induction loop still plays. */
const isLoop = () => state.screen?.output === "loop";
const sound = () => soundOf(state, screenState.serverNow(state, now()));
const level = () => soundLevel(sound());

function draw() {
  drawCalls();
  drawRest();
}

/** What cannot wait: the calls, and an alert over them. */
function drawCalls() {
  drawPlace();
  state = cardsState.arrange(state, now());
  const view = screenState.viewOf(state, now());
  stillMedia(view);
  drawAlert();
  const opens = opensAt(view.view, state, now());
  const opening = Number.isNaN(opens) ? "" : wordsIn(own).opening(opens, screenState.serverNow(state, now()));
  calls.draw(view, { screen: state.screen, opening, at: screenState.serverNow(state, now()) });
  // in the same frame: a notice made for the whole screen would be cut beside the first call
  if (document.body.dataset.quiet === "yes" && drawQuiet(view)) playMedia(view);
}

/** Beside a call that has just come nothing moves; what moves ends at once for an alert or a break, too. */
function stillMedia({ view }) {
  media.keepStill(state.cards.some((card) => cardsState.isHeld(state, card, now())));
  const urgent = `${view} ${screenState.alertNow(state, now())?.alert ?? ""}`;
  if (urgent !== shownUrgent) media.halt();
  shownUrgent = urgent;
}

/** The rest follows once the calls are painted, also one that came meanwhile. */
function drawRestSoon() {
  const change = ++changes;
  onceShown(() => change === changes && drawRest());
}

function drawRest() {
  changes += 1;
  if (state.screen?.demonstration) document.body.dataset.demonstration = "yes";
  look.wear(state.screen);
  if (calls.settle()) drawCalls(); // more or fewer rows have room
  const view = screenState.viewOf(state, now());
  calls.say(view.cards);
  drawQuiet(view);
  playMedia(view);
  const isNoticeAlone = document.body.dataset.quiet === "yes";
  const at = mediaNow();
  drawFoot(view, { screen: state.screen, words: wordsIn(own), own, at, isQuiet: isNoticeAlone });
  if (state.fetch && state.isConnected) {
    connection.fetchSoon();
    state = screenState.fetchDone(state);
  }
}

function redraw() {
  calls.forget();
  media.redraw();
  alerts.redraw();
  draw();
}

/** An alert takes the screen over: no call is spoken meanwhile, and the server gets the confirmation. */
function drawAlert() {
  const alert = screenState.alertNow(state, now());
  const at = screenState.serverNow(state, now());
  alerts.show(alert, { at, languages: hallLanguages(state.screen, own), further: state.screen?.alert_texts });
  alertTeller.show(isTakenBack(alert) ? null : (alert?.alert ?? null));
  if (alert) player.drop();
  const spokenBy = alert && state.screen?.has_sound ? screenState.voiceOf(state, alert) : null;
  if (!spokenBy) return voice.silence();
  voice.say(spokenBy);
  return voice.tick();
}

/** What the screen is for, and its text as large as its last reader needs it. */
function drawPlace() {
  const { layout = "hall", text_scale: scale = 1, least_px: least = SMALLEST_PX } = state.screen?.place ?? {};
  const letters = `${scale} ${least}`;
  if (document.body.dataset.place === layout && shownLetters === letters) return;
  document.body.dataset.place = layout;
  document.body.dataset.notices = hasNotices(state.screen?.place) ? "yes" : "no";
  shownLetters = letters;
  document.documentElement.style.setProperty("--s", scale);
  document.documentElement.style.setProperty("--least", least);
  calls.forget();
  media.redraw();
}

/** What the page's styles ask of its body: written where it changes, returns whether it has. */
function mark(name, isSo) {
  const value = isSo ? "yes" : "no";
  if (document.body.dataset[name] === value) return false;
  document.body.dataset[name] = value;
  return true;
}

/** Without calls the notice takes the room of calls (quiet.css). Returns whether that has changed. */
function drawQuiet(view) {
  const isAlone = hasNotices(state.screen?.place) && isQuiet(view, screenState.serverNow(state, now()));
  if (!mark("quiet", isAlone)) return false;
  media.resettle(); // pages are made for the other room
  return true;
}

/** Media are covered where calls or an alert replace them, and where the page is hidden. */
function playMedia(view) {
  const programme = state.screen?.programme ?? NO_PROGRAMME;
  const { notices, crowded } = document.body.dataset;
  const isCovered =
    notices === "no" ||
    crowded === "yes" ||
    !state.board ||
    Boolean(screenState.alertNow(state, now())) ||
    document.hidden;
  if (state.screen && !isPreview && !state.isRefused)
    downloads.want([
      ...programme.items.flatMap(filesOf),
      ...filesOfLook(state.screen.look),
      ...alertVoices(),
    ]);
  const at = mediaNow();
  const isFree = document.body.dataset.quiet === "yes";
  const isWhole = Boolean(state.screen) && look.isWhole();
  const played = media.play({ programme, view, screen: state.screen, at, isCovered, isFree, isWhole });
  mark("welcome", get("slide").querySelector(".welcome") !== null);
  mark("rest", played.isResting);
  const isAlert = Boolean(screenState.alertNow(state, now()));
  const coversUntil = state.screen?.programme?.covers_until;
  mark("asleep", isAsleep({ ...played, view: view.view, isAlert, at, coversUntil }));
  if (played.lag !== lag) keep(LAG, (lag = played.lag));
}

/** Reported to supervision, not shown to the public. A touch or a key anywhere enables the sound. */
function keepSoundOff(value) {
  isSoundOff = value;
  supervised.tick();
}

/** Kept for a reload without a server. */
function save() {
  keep(KEPT, screenState.toSave(state));
}
