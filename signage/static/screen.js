// A hall screen: the DOM around the state of screen_state.js.

import { wear } from "/assets/look.js";
import { io } from "/assets/socket.io.esm.min.js";
import { alertView } from "./alert_view.js";
import { alertVoice } from "./alert_voice.js";
import { showCards, showLists } from "./calls.js";
import { isAsleep } from "./asleep.js";
import { connect } from "./connection.js";
import { filesOf, filesOfLook } from "./contents.js";
import { createProof } from "./display_proof.js";
import { createDownloads, stateOf } from "./downloads.js";
import { createMediaPlayer } from "./media_player.js";
import { installWorker } from "./offline.js";
import { createPlayer } from "./player.js";
import { connectPreview } from "./preview.js";
import { isQuiet } from "./quiet.js";
import { soundLevel } from "./sound_level.js";
import { spokenFiles } from "./spoken_files.js";
import * as screenState from "./screen_state.js";
import { createSupervised } from "./supervised.js";
import { wordsOf } from "./words.js";

const KEPT = "parvis.screen";
const TICK_MS = 500;
const ALERT_SETTLES_MS = 5_000;
const SOUND_TRIAL_MS = 1_000;
const BETWEEN_MS = 600; // of the 0.7 s between the two times; a browser tells the time of a sound four times a second
const get = (id) => document.getElementById(id);
const { own, languages: spoken } = JSON.parse(get("sentences").textContent);

const isPreview = document.body.dataset.preview === "yes"; // keeps nothing and proves nothing: a real screen may live in the same browser
const NO_PROGRAMME = { revision: "", legal_share: 0, items: [], hours: null }; // before the server has said one
const LAG = "parvis.lag";

let state = screenState.restored(isPreview ? null : read(KEPT));
let drawnCalls = "";
let shownScale = 1;
let lag = isPreview ? 0 : (read(LAG) ?? 0);
let phase = "unknown"; // of the downloads
let isGone = false;
let isReplaced = false; // by a newer release
let isSoundOff = false;
let isSoundTried = false;
let saved = "";
let toldAlert = null; // the alert this connection has said it shows
const said = new Set();
const prepared = JSON.parse(get("alert-texts").textContent);
const alerts = alertView(get("alert"), {
  body: document.body, prepared,
  time: (at, language) => wordsOf(language, {}, { timeZone: state.screen?.time_zone }).time(at),
});
const voice = alertVoice({
  now: () => performance.now(),
  makeContext: () => new AudioContext(),
  fetchSound: async (url) => {
    const answer = await fetch(url, { credentials: "same-origin", headers: { "X-Caller": "device" } });
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.arrayBuffer();
  },
});

const now = () => Date.now();
const update = (next) => {
  state = next;
  draw();
};

const worker = installWorker({ isPreview, onRelease: () => { isReplaced = true; } });
const downloads = createDownloads({ onPhase: (next) => { phase = next; } });

const connection = (isPreview ? connectPreview : connect)({
  io, location, history,
  on: {
    connected: () => {
      toldAlert = null;
      supervised.forget();
      worker.look();
      update(screenState.connected(state, now()));
    },
    disconnected: () => update(screenState.disconnected(state)),
    refused: () => update(screenState.refused(state)),
    hall: (hall) => update({ ...state, hall }),
    board: (message) => update(screenState.receiveBoard(state, message, now())),
    queues: (message) => update(screenState.receiveQueues(state, message, now())),
    screen: (message) => {
      update(screenState.receiveScreen(state, message));
      if (message.has_sound) voice.keep(Object.values(message.alert_voices ?? {}));
      trySound();
    },
    announced,
    alert: (message) => update(screenState.receiveAlertMessage(state, message, now())),
    beat: (message) => {
      update(screenState.heartbeat(state, message, now()));
      supervised.beat();
    },
    pictureAsked: () => supervised.ask(),
    nudged: () => update(screenState.nudged(state)),
    fetched: () => {
      proof.tell();
      update(screenState.fetchDone(state));
    },
  },
});

const player = createPlayer({
  now: () => screenState.serverNow(state, now()),
  play: playFile,
  onSound: (key, value) => update(screenState.soundChanged(state, key, value, now())),
  onRefused: showSoundOff,
});

const proof = createProof({ isPreview, screen: () => state.hall?.screen ?? null, hall: () => state.hall?.slug ?? null });

const media = createMediaPlayer({
  box: get("slide"), measure: get("measure"), wordsIn, own, lag,
  mayHear: () => Boolean(state.screen?.has_sound) && !isLoop() && !isSoundOff, // the loop hears announcements only
  serverNow: () => screenState.serverNow(state, now()),
  onSeen: proof.seen,
  onFailed: (item, reason, notice, at) => proof.failed(item, reason, notice, at),
  onEnd: () => playMedia(screenState.viewOf(state, now())),
});

const supervised = createSupervised({
  isPreview,
  say: (name, message) => connection.tell(name, message),
  know: () => {
    const { media: files, view, release, asleep } = document.body.dataset;
    const alert = screenState.alertNow(state, now());
    const isNewAlert = alert && screenState.serverNow(state, now()) - Date.parse(alert.raised_at) < ALERT_SETTLES_MS;
    return {
      media: files ?? "unknown", view, isAlert: Boolean(alert), isAsleep: asleep === "yes", isSoundOff, release, lead: state.offset,
      hasSound: Boolean(state.screen?.has_sound), revision: state.screen?.programme?.revision,
      notice: media.seenNow(screenState.serverNow(state, now()))?.notice, size: [innerWidth, innerHeight],
      hall: state.hall?.slug, screen: state.hall?.screen, everyMs: (state.screen?.picture_every_s ?? 0) * 1_000,
      isCalm: !isNewAlert && !document.hidden && !state.cards.some((card) => screenState.isHeld(state, card, now())),
    };
  },
});

draw();
document.fonts.ready.then(redraw);
document.fonts.addEventListener("loadingdone", redraw); // of a look published since
addEventListener("resize", redraw);
addEventListener("pagehide", () => {
  proof.keep(media.seenNow(screenState.serverNow(state, now())), { isLast: true });
  isGone = true;
  save();
});
addEventListener("pageshow", () => { isGone = false; });
document.addEventListener("visibilitychange", () => isGone || draw()); // a page that goes is hidden after it was told
addEventListener("hashchange", () => location.hash.startsWith("#t=") && location.reload()); // a new token, typed in this very page
for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => isSoundOff && player.unlocked());
addEventListener("dblclick", () => document.documentElement.requestFullscreen?.());
setInterval(tick, TICK_MS);

function tick() {
  if (screenState.isSilent(state, now())) {
    update(screenState.disconnected(state));
    connection.restart();
  }
  update(screenState.turned(state, now()));
  const isKnown = screenState.serverNow(state, now()) < (state.screen?.programme?.covers_until ?? Infinity);
  document.body.dataset.media = stateOf(phase, screenState.isLive(state) && isKnown);
  proof.keep(media.seenNow(screenState.serverNow(state, now())));
  supervised.tick();
  if (isReplaced && !state.cards.length) location.reload(); // between two calls
}

function announced(message) {
  const isHeard = Boolean(state.screen?.has_sound) && level() > 0 && !screenState.alertNow(state, now());
  const spokenIn = isHeard ? inOrder(Object.keys(message.audio ?? {})) : [];
  update(screenState.receiveAnnouncement(state, message, now()));
  player.offer({ key: screenState.keyOf(message), at: Date.parse(message.at), ...spokenFiles(message, spokenIn, state.screen?.output) });
}

/** The quiet switch is about the loudspeakers: who hears by the induction loop goes on hearing. */
const isLoop = () => state.screen?.output === "loop";

const level = () => soundLevel({
  sound: state.screen?.sound, quietUntil: isLoop() ? null : state.board?.quiet_until, at: screenState.serverNow(state, now()), timeZone: state.screen?.time_zone,
});

/** French first, then at most one other language. */
const inOrder = (languages) => [...languages.filter((language) => language === own), ...languages.filter((language) => language !== own)];

function wordsIn(language) {
  const known = spoken[language] ? language : own;
  return wordsOf(known, spoken[known].sentences, { timeZone: state.screen?.time_zone });
}

function draw() {
  if (state.screen?.demonstration) document.body.dataset.demonstration = "yes";
  wear(state.screen?.look, redraw);
  drawPlace();
  state = screenState.arrange(state, now(), fits);
  const view = screenState.viewOf(state, now());
  drawAlert();
  drawCalls(view);
  drawQuiet(view);
  playMedia(view);
  drawFoot(view);
  if (state.fetch && state.isConnected) {
    connection.fetchSoon();
    state = screenState.fetchDone(state);
  }
  save();
}

function redraw() {
  drawnCalls = "";
  media.redraw();
  alerts.redraw();
  draw();
}

/** An alert takes the screen over: no call is spoken meanwhile, and the server is told that it is seen. */
function drawAlert() {
  const alert = screenState.alertNow(state, now());
  const at = screenState.serverNow(state, now());
  alerts.show(alert, { at, languages: hallLanguages(), further: state.screen?.alert_texts });
  if (!alert) return voice.silence();
  player.drop();
  const spokenBy = screenState.voiceOf(state, alert);
  if (spokenBy && state.screen?.has_sound) voice.say(spokenBy);
  voice.tick();
  if (toldAlert !== alert.alert && state.isConnected) {
    toldAlert = alert.alert;
    requestAnimationFrame(() => requestAnimationFrame(() => connection.say("alert.shown", { alert: alert.alert })));
  }
  return undefined;
}

function fits(cards) {
  drawnCalls = "";
  return showCards(get("cards"), cards, cardsIn(wordsIn(own)));
}

function cardsIn(words) {
  return { body: document.body, words, languages: [own], place: state.screen?.place };
}

/** What the screen is for, and its text as large as its last reader needs it. */
function drawPlace() {
  const { layout = "hall", text_scale: scale = 1 } = state.screen?.place ?? {};
  if (document.body.dataset.place === layout && shownScale === scale) return;
  document.body.dataset.place = layout;
  shownScale = scale;
  document.documentElement.style.setProperty("--s", scale);
  drawnCalls = "";
  media.redraw();
}

function drawCalls(view) {
  const { cards, still, recent } = view;
  const words = wordsIn(own);
  const opens = view.view === "closed" ? Date.parse(state.screen?.next_opening_at ?? "") : view.view === "break" ? screenState.resumesAt(state, now()) ?? NaN : NaN;
  const opening = Number.isNaN(opens) ? "" : words.opening(opens, screenState.serverNow(state, now()));
  const shown = JSON.stringify([view.view, cards, still, recent, opening]);
  if (shown === drawnCalls) return;
  drawnCalls = shown;
  document.body.dataset.view = view.view;
  showCards(get("cards"), cards, cardsIn(words));
  const ownCounter = state.screen?.place?.counter;
  const isFree = ownCounter && ["empty", "rest"].includes(view.view);
  get("state-title").textContent = isFree ? capital(ownCounter.label) : words.say(view.view);
  get("state-hint").textContent = isFree ? "" : words.say(opening && view.view === "closed" ? "next_opening" : `${view.view}_hint`);
  get("state-more").textContent = opening;
  const rows = showLists(get("lists"), { still, recent }, words);
  if (!rows && cards.length > 1) document.body.dataset.full = "yes";
  sayCalls(cards, words);
  if (state.screen?.name) get("hall").textContent = state.screen.name;
}

/** Nobody is called: the notice takes the room of calls (screen.css); a card takes it back by itself, at once. */
function drawQuiet(view) {
  const value = isQuiet(view, screenState.serverNow(state, now())) ? "yes" : "no";
  if (document.body.dataset.quiet === value) return;
  document.body.dataset.quiet = value;
  requestAnimationFrame(() => { // pages are measured for the other room after the call is painted
    media.redraw();
    playMedia(screenState.viewOf(state, now()));
  });
}

/** Screen readers hear each new large call once. */
function sayCalls(cards, words) {
  const fresh = cards.filter((card) => card.isNew && !said.has(card.key));
  for (const card of fresh) said.add(card.key);
  if (fresh.length) get("spoken").textContent = fresh.map((card) => words.announcement(card.number, card.counter.label)).join(". ");
}

/** Media are covered where calls or an alert take their place, and where nobody can see the page. */
function playMedia(view) {
  const programme = state.screen?.programme ?? NO_PROGRAMME;
  const isCovered = document.body.dataset.layout !== "side" || !state.board || Boolean(screenState.alertNow(state, now())) || document.hidden;
  if (state.screen && !isPreview) downloads.want([...programme.items.flatMap(filesOf), ...filesOfLook(state.screen.look), ...Object.values(state.screen.alert_voices ?? {})]);
  const at = screenState.serverNow(state, now());
  const played = media.play({ programme, view, screen: state.screen, at, isCovered });
  document.body.dataset.rest = played.isResting ? "yes" : "no";
  const isAlert = Boolean(screenState.alertNow(state, now()));
  document.body.dataset.asleep = isAsleep({ ...played, view: view.view, isAlert, at, coversUntil: state.screen?.programme?.covers_until }) ? "yes" : "no";
  if (played.lag !== lag) keep(LAG, (lag = played.lag));
}

/** The hall's languages, the page's own first. */
function hallLanguages() {
  const wanted = (state.screen?.languages ?? []).map((language) => language.code ?? language);
  return [own, ...wanted.filter((language) => language !== own)];
}

function drawFoot(view) {
  const words = wordsIn(own);
  const at = screenState.serverNow(state, now());
  const clock = words.time(at);
  if (get("clock").textContent !== clock) get("clock").textContent = clock;
  const stale = view.isLive || view.notLiveSince === null ? "" : words.notLiveSince(view.notLiveSince, at);
  if (get("foot-stale").textContent !== stale) get("foot-stale").textContent = stale;
  const isFree = view.view === "empty" && document.body.dataset.quiet === "yes"; // what else would say it has left its place to a notice
  const footer = textOf(state.screen?.footer) || words.say(isFree ? "empty_hint" : "footer");
  if (get("foot-calm").textContent !== footer) get("foot-calm").textContent = footer;
  get("foot-loop").hidden = !state.screen?.hearing_loop;
  get("foot").dataset.state = stale ? "stale" : isSoundOff ? "sound" : "calm";
  document.documentElement.dataset.pointer = isSoundOff ? "shown" : "hidden";
}

function textOf(value) {
  return typeof value === "string" ? value : (value?.[own] ?? "");
}

function playFile({ url, onceMs }, mayStop) {
  return new Promise((resolve, reject) => {
    const audio = new Audio(url);
    audio.volume = level();
    const deadline = setTimeout(() => reject(new Error("too long")), screenState.LONGEST_SOUND_MS);
    const end = (settle) => (value) => {
      clearTimeout(deadline);
      audio.pause();
      settle(value);
    };
    audio.addEventListener("ended", end(resolve), { once: true });
    audio.addEventListener("timeupdate", () => isBetween(audio.currentTime * 1000, onceMs) && mayStop() && end(resolve)());
    audio.addEventListener("error", end(() => reject(new Error(`cannot play ${url}`))), { once: true });
    audio.play().catch(end(reject));
  });
}

/** Whether a sentence said twice is in the silence after its first time, where it may be stopped. */
const isBetween = (atMs, onceMs) => onceMs !== undefined && atMs >= onceMs && atMs < onceMs + BETWEEN_MS;

function showSoundOff(value) {
  isSoundOff = value;
  draw();
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Ask once whether this browser plays sound without a touch, before a call is missed. */
function trySound() {
  if (isSoundTried || !state.screen?.has_sound) return;
  isSoundTried = true;
  const context = new AudioContext();
  setTimeout(() => {
    if (context.state === "suspended") showSoundOff(true);
    context.close();
  }, SOUND_TRIAL_MS);
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function save() {
  const kept = JSON.stringify(screenState.toSave(state));
  if (kept === saved) return;
  saved = kept;
  keep(KEPT, screenState.toSave(state));
}

function keep(name, value) {
  if (isPreview) return;
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // private mode or a full disk: the screen works, a reload without server starts empty
  }
}
