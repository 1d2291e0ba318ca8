// A hall screen: the DOM around the state of screen_state.js.

import { io } from "/assets/socket.io.esm.min.js";
import { alertView } from "./alert_view.js";
import { alertVoice } from "./alert_voice.js";
import { showCards, showLists } from "./calls.js";
import { connect } from "./connection.js";
import { createPlayer } from "./player.js";
import * as screenState from "./screen_state.js";
import { buildSlides, contentsOf } from "./slides.js";
import { wordsOf } from "./words.js";

const KEPT = "parvis.screen";
const TICK_MS = 500;
const SOUND_TRIAL_MS = 1_000;
const get = (id) => document.getElementById(id);
const { own, languages: spoken } = JSON.parse(get("sentences").textContent);

let state = screenState.restored(read());
let drawn = { calls: "", slides: "" };
let slides = [];
let slideAt = 0;
let slideTimer = null;
let slideSince = performance.now();
let round = 0; // how often all slides were shown: each round has waits in another language beside French
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

const connection = connect({
  io, location, history,
  on: {
    connected: () => {
      toldAlert = null;
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
    beat: (message) => update(screenState.heartbeat(state, message, now())),
    nudged: () => update(screenState.nudged(state)),
    fetched: () => update(screenState.fetchDone(state)),
  },
});

const player = createPlayer({
  now: () => screenState.serverNow(state, now()),
  play: playFile,
  onSound: (key, value) => update(screenState.soundChanged(state, key, value, now())),
  onRefused: showSoundOff,
});

draw();
document.fonts.ready.then(redraw);
addEventListener("resize", redraw);
addEventListener("pagehide", save);
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
}

function announced(message) {
  const isHeard = Boolean(state.screen?.has_sound);
  const audio = isHeard && !screenState.alertNow(state, now()) ? inOrder(message.audio ?? {}) : [];
  update(screenState.receiveAnnouncement(state, message, now()));
  player.offer({ key: screenState.keyOf(message), at: Date.parse(message.at), audio });
}

/** French first, then at most one other language. */
function inOrder(audio) {
  return [audio[own], ...Object.entries(audio).filter(([language]) => language !== own).map(([, url]) => url)].filter(Boolean);
}

function wordsIn(language) {
  const known = spoken[language] ? language : own;
  return wordsOf(known, spoken[known].sentences, { timeZone: state.screen?.time_zone });
}

function draw() {
  if (state.screen?.demonstration) document.body.dataset.demonstration = "yes";
  state = screenState.arrange(state, now(), fits);
  const view = screenState.viewOf(state, now());
  drawAlert();
  drawCalls(view);
  drawSlides(view);
  drawFoot(view);
  if (state.fetch && state.isConnected) {
    connection.fetchSoon();
    state = screenState.fetchDone(state);
  }
  save();
}

function redraw() {
  drawn = { calls: "", slides: "" };
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
  drawn.calls = "";
  return showCards(get("cards"), cards, { body: document.body, words: wordsIn(own), languages: [own] });
}

function drawCalls(view) {
  const { cards, still, recent } = view;
  const words = wordsIn(own);
  const opens = view.view === "closed" ? Date.parse(state.screen?.next_opening_at ?? "") : view.view === "break" ? screenState.resumesAt(state, now()) ?? NaN : NaN;
  const opening = Number.isNaN(opens) ? "" : words.opening(opens, screenState.serverNow(state, now()));
  const shown = JSON.stringify([view.view, cards, still, recent, opening]);
  if (shown === drawn.calls) return;
  drawn.calls = shown;
  document.body.dataset.view = view.view;
  showCards(get("cards"), cards, { body: document.body, words, languages: [own] });
  get("state-title").textContent = words.say(view.view);
  get("state-hint").textContent = words.say(opening && view.view === "closed" ? "next_opening" : `${view.view}_hint`);
  get("state-more").textContent = opening;
  const rows = showLists(get("lists"), { still, recent }, words);
  if (!rows && cards.length > 1) document.body.dataset.full = "yes";
  sayCalls(cards, words);
  if (state.screen?.name) get("hall").textContent = state.screen.name;
}

/** Screen readers hear each new large call once. */
function sayCalls(cards, words) {
  const fresh = cards.filter((card) => card.isNew && !said.has(card.key));
  for (const card of fresh) said.add(card.key);
  if (fresh.length) get("spoken").textContent = fresh.map((card) => words.announcement(card.number, card.counter.label)).join(". ");
}

function drawSlides(view) {
  const isHidden = document.body.dataset.layout !== "side";
  const contents = contentsOf({ view, screen: state.screen, languages: slideLanguages(), round });
  const wanted = JSON.stringify([contents, document.body.dataset.demonstration]);
  if (isHidden || wanted === drawn.slides) return;
  drawn.slides = wanted;
  const shownKey = slides[slideAt]?.key;
  slides = buildSlides(get("slide"), contents, wordsIn);
  slideAt = Math.min(slideAt, slides.length - 1);
  if (slides[slideAt].key !== shownKey) slideSince = performance.now();
  showSlide();
}

function showSlide() {
  clearTimeout(slideTimer);
  const { element, ms } = slides[slideAt];
  get("slide").replaceChildren(element);
  if (slides.length < 2) return;
  // figures that change every second do not keep a slide from leaving
  slideTimer = setTimeout(nextSlide, Math.max(ms - (performance.now() - slideSince), 0));
}

function nextSlide() {
  slideAt += 1;
  slideSince = performance.now();
  if (slideAt >= slides.length) nextRound();
  showSlide();
}

function nextRound() {
  slideAt = 0;
  round += 1;
  drawSlides(screenState.viewOf(state, now()));
}

/** The hall's languages, the page's own first. */
function hallLanguages() {
  const wanted = (state.screen?.languages ?? []).map((language) => language.code ?? language);
  return [own, ...wanted.filter((language) => language !== own)];
}

/** Those in which the page has sentences of its own. */
function slideLanguages() {
  return hallLanguages().filter((language) => spoken[language]);
}

function drawFoot(view) {
  const words = wordsIn(own);
  const at = screenState.serverNow(state, now());
  const clock = words.time(at);
  if (get("clock").textContent !== clock) get("clock").textContent = clock;
  const stale = view.isLive || view.notLiveSince === null ? "" : words.notLiveSince(view.notLiveSince, at);
  if (get("foot-stale").textContent !== stale) get("foot-stale").textContent = stale;
  const footer = textOf(state.screen?.footer) || words.say("footer");
  if (get("foot-calm").textContent !== footer) get("foot-calm").textContent = footer;
  get("foot").dataset.state = stale ? "stale" : isSoundOff ? "sound" : "calm";
  document.documentElement.dataset.pointer = isSoundOff ? "shown" : "hidden";
}

function textOf(value) {
  return typeof value === "string" ? value : (value?.[own] ?? "");
}

function playFile(url) {
  return new Promise((resolve, reject) => {
    const audio = new Audio(url);
    const deadline = setTimeout(() => reject(new Error("too long")), screenState.LONGEST_SOUND_MS);
    const end = (settle) => (value) => {
      clearTimeout(deadline);
      audio.pause();
      settle(value);
    };
    audio.addEventListener("ended", end(resolve), { once: true });
    audio.addEventListener("error", end(() => reject(new Error(`cannot play ${url}`))), { once: true });
    audio.play().catch(end(reject));
  });
}

function showSoundOff(value) {
  isSoundOff = value;
  draw();
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

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

function save() {
  const kept = JSON.stringify(screenState.toSave(state));
  if (kept === saved) return;
  saved = kept;
  try {
    localStorage.setItem(KEPT, kept);
  } catch {
    // private mode or a full disk: the screen works, a reload without server starts empty
  }
}
