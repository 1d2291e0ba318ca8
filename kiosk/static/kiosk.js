// The kiosk's page: wires touches, keys, the server and the clock to the state, and draws it.

import { wear } from "/assets/look.js";
import { alertAt, toldAlert as alertOf, alertView, isLater, withKnownWords } from "./alert.js";
import { initialState, isAtRest, isWarning, reduce, secondsLeft } from "./kiosk_state.js";
import { LOST_SHOWN_AFTER_MS, openInformation, openPictures } from "./information.js";
import { sheetPaper, sheetPaperText } from "./appointment_state.js";
import { codeErrorText, followFilms } from "./step_views.js";
import { keepAwake, signal, openSamples } from "./hardware.js";
import { openKeeping } from "./kept_page.js";
import { hearOfHeadphones, listenToKeys, openVoice } from "./voice.js";
import { openLink, pause, openPapers, openPreview } from "./live.js";
import { newPressId, sendThrice, takeTicket, followTouches } from "./press.js";
import { byId, drawHour, frameOf, setText, targetIn } from "./elements.js";
import { draw } from "./view.js";
import { namesElsewhere } from "./together_state.js";
import { speaker } from "./words.js";

const LONGEST_TOUCH_MS = 1_000; // a palm left on the glass must not hold the picture back
const TICK_MS = 250;
const UNSEEN = ["activeAt", "touchedAt", "heldMenu", "heldInformation", "missingSince"];
const MISSED_SHOWN_MS = 700;

const context = JSON.parse(byId("context").textContent);
const now = () => performance.now();
const languageOf = (code) => context.languages.find((each) => each.code === code);
const speakers = new Map(
  context.languages.map(({ code }) => [code, speaker(context.sentences, code, context.languages[0].code)]),
);

const keeping = openKeeping({
  serviceWorker: context.is_preview ? undefined : navigator.serviceWorker,
  voices: context.voices,
  onRelease() {
    isReplaced = true;
  },
  read: (reading) => link.read(reading),
});
let state = initialState(context.languages[0].code, now(), keeping.frame);
let drawn = null;
let touching = null;
let running = null;
let clockOffset = 0;
let lostAt = null;
let bands = context.bands;
let wasWarning = false;
let toldAlert = null;
let isReplaced = false; // by a newer release
let missing = null;
const showAlert = alertView(
  document.getElementById("alert"),
  context.alerts,
  document.querySelectorAll("body > :is(header, nav, main, footer, #warning)"),
);

const say = (key, values) => speakers.get(state.language)(key, values);
const languages = () => frameOf(state)?.languages.filter(({ code }) => languageOf(code)) ?? [];

const link = (context.is_preview ? openPreview : openLink)(
  {
    menu(menu) {
      clockOffset = Date.parse(menu.now) - Date.now();
      takeAlert(menu);
      dispatch({ type: "menu_loaded", menu });
      wear(menu.look);
      if (menu.language === context.languages[0].code && !menu.unplugged && !context.is_preview)
        keeping.keep(menu);
      information.want();
      drawClock();
    },
    missing: (since) => dispatch({ type: "menu_missing", since }),
    unpaired: () => dispatch({ type: "unpaired" }),
    paired(me) {
      dispatch({ type: "paired", prints: me.prints });
      bands = { ...context.bands, ...me.low_bands };
      placeBand();
    },
    lost() {
      lostAt ??= Date.now();
    },
    report: () => ({ release: context.release, clock_ms: -Math.round(clockOffset) }),
    live() {
      lostAt = null;
      papers.askAgain();
      keeping.look();
    },
    // a sheet has no visit: its job identifies it
    alert: takeAlert,
    verdict: ({ visit, job, verdict, other_printer: otherPrinter }) =>
      dispatch({ type: "print_verdict", visit: visit ?? job, verdict, otherPrinter }),
  },
  () => state.language,
);
const papers = openPapers({ link, dispatch, current: () => state });
const information = openInformation({
  ask: link.information,
  loaded: (found) => dispatch({ type: "information_loaded", found }),
  keep: openPictures((address) => fetch(address), pause),
  now,
});

// The menu and its own message hold the same; the later one counts.
function takeAlert(message) {
  if (message.alert === undefined || !isLater(toldAlert, message)) return;
  toldAlert = {
    epoch: message.epoch,
    version: message.version,
    alert: withKnownWords(alertOf(message), toldAlert?.alert),
  };
  drawAlert();
}

function drawAlert() {
  const at = Date.now() + clockOffset;
  const alert = alertAt(toldAlert, at);
  if (alert) [voice.silence, samples.stop].forEach((stop) => stop());
  const read = languages().filter((each) => each.is_read);
  showAlert(alert, { at, languages: read.map(({ code }) => code) });
}

function dispatch(action) {
  const before = state;
  state = reduce(state, { at: now(), ...action });
  if (state === before) return;
  if (state.language !== before.language) link.refetch();
  samples.follow(action, state, before);
  if (state.press) runPress(state.press);
  if (state.isLoadingConvocations && !before.isLoadingConvocations) loadConvocations();
  if (state.needs !== before.needs && action.type === "toggle_need") voice.sayControl(`need-${action.need}`);
  if (state.ticket && state.ticket !== before.ticket) papers.watch(state.ticket);
  if (state.sheet && !before.sheet) papers.printSheet(state.sheet);
  if (state.informed && state.informed !== before.informed) countInformed(state);
  if (state.view !== before.view && namesElsewhere(state)) link.refetch(); // how long one waits there now
  if (state.codeError && (state.view !== before.view || state.codeError !== before.codeError))
    setText("spoken", codeErrorText(state, say));
  if (state.sheet && sheetPaper(state) !== sheetPaper(before)) setText("spoken", sheetPaperText(state, say));
  if (state.isCovered && !before.isCovered) setText("spoken", say("kiosk.ticket.whose"));
  if (needsDrawing(before)) drawSoon();
}

const needsDrawing = (before) =>
  Object.keys(state).some((key) => !UNSEEN.includes(key) && state[key] !== before[key]);

function drawSoon() {
  if (touching === null) drawNow();
  else touching.isDue = true;
}

const keyed = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);

function drawNow() {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset?.key;
  draw(state, say, languages(), (code) => speakers.get(code));
  const isSameView = state.view === drawn?.view && state.folder === drawn?.folder;
  voice.unheard(() => {
    if (!isSameView || focused)
      ((isSameView && keyed(focused)) || keyed("title"))?.focus({ preventScroll: true });
  });
  const before = drawn;
  drawn = state;
  voice.drawn(before);
  drawWarning();
}

// --- touches and keys
// -----------------------------------------------------------------------------------------------

const acts = {
  choose_service: ({ service }) => ({ type: "choose_service", service, pressId: newPressId() }),
  choose_language: ({ language }) => ({ type: "choose_language", language }),
  take: () => ({ type: "take", priority: false, pressId: newPressId() }),
  take_with_card: () => ({ type: "take", priority: true, pressId: newPressId() }),
  toggle_need: ({ need }) => ({ type: "toggle_need", need }),
  type_code: ({ value }) => ({ type: "type_code", letter: value }),
  submit_code: () => ({ type: "submit_code", pressId: newPressId() }),
  choose_convocation: ({ value }) => ({ type: "choose_convocation", service: value }),
  choose_hour: ({ value }) => ({ type: "choose_hour", hour: value, pressId: newPressId() }),
  choose_referral: ({ referral }) => ({ type: "choose_referral", referral, pressId: newPressId() }),
  choose_instead: ({ service }) => ({ type: "choose_instead", service, pressId: newPressId() }),
  choose_people: ({ value }) => ({ type: "choose_people", people: Number(value) }),
  choose_paper: ({ value }) => ({ type: "choose_paper", isOne: value === "one" }),
  choose_reason: ({ reason }) => ({ type: "choose_reason", reason, pressId: newPressId() }),
  print_sheet: () => ({ type: "print_sheet", pressId: newPressId() }),
  answer_escort: ({ value }) => ({ type: "answer_escort", isFetched: value === "yes" }),
  turn_page: ({ by }) => ({ type: "turn_page", by: Number(by) }),
  open_notice: ({ value }) => ({ type: "open_notice", notice: value }),
  turn_notice: ({ by }) => ({ type: "turn_notice", by: Number(by) }),
  choose_notice_language: ({ language }) => ({ type: "choose_notice_language", language }),
};

// Whether the button did something: a guard against double presses may not let it.
function press(pressed) {
  const before = state;
  const { toggle, act } = pressed.dataset;
  if (toggle) dispatch({ type: "toggle", preference: toggle });
  else if (pressed.id === "listen") dispatch({ type: "toggle_listening" });
  else if (act === "pair") location.assign("/pair");
  else if (act) dispatch((acts[act] ?? (() => ({ type: act })))(pressed.dataset));
  return state !== before;
}

followTouches(document, {
  press,
  slidePx: () => bandNow().slide * innerHeight,
  miss(x, y) {
    const mark = byId("missed");
    mark.hidden = false;
    mark.style.translate = `${x}px ${y}px`;
    clearTimeout(missing);
    missing = setTimeout(() => (mark.hidden = true), MISSED_SHOWN_MS);
  },
});
document.addEventListener("pointerdown", (event) => {
  touching ??= { isDue: false, limit: setTimeout(released, LONGEST_TOUCH_MS) };
  if (!targetIn(event, "#warning")) dispatch({ type: "active" });
  if (targetIn(event, "#view") && !targetIn(event, "button")) dispatch({ type: "touch_view" });
  drawWarning();
});
for (const end of ["pointerup", "pointercancel"])
  document.addEventListener(end, () => setTimeout(released, 0));
document.addEventListener("contextmenu", (event) => event.preventDefault());

async function loadConvocations() {
  try {
    dispatch({ type: "convocations_loaded", services: await link.convocations() });
  } catch {
    dispatch({ type: "convocations_failed" });
  }
}

function released() {
  if (touching === null) return;
  clearTimeout(touching.limit);
  const { isDue } = touching;
  touching = null;
  if (isDue) drawNow();
}

// --- one press, one ticket
// ------------------------------------------------------------------------------------------

async function runPress(press) {
  const name = `${press.id} ${press.attempt}`;
  if (running === name) return;
  running = name;
  const pressId = press.id;
  const outcome = await takeTicket(press.body, {
    post: link.post,
    now,
    sleep: pause,
    onSlow: () => dispatch({ type: "press_slow", pressId }),
  });
  if (outcome.kind === "unpaired") {
    dispatch({ type: "unpaired" });
    link.start();
  } else dispatch({ ...outcome, type: `press_${outcome.kind}`, pressId });
}

const countInformed = ({ referral, informed }) =>
  sendThrice(() => link.inform(referral, { "Idempotency-Key": informed }), pause);

// --- time: the clock, the return to the start and its warning
// -------------------------------------------------------

setInterval(() => {
  // the warning is heard, and is no sign of a visitor
  dispatch({ type: voice.isOn() && !wasWarning ? "listening" : "tick" });
  drawWarning();
  drawClock();
  drawAlert();
  information.tick(Date.now() + clockOffset);
  if (isReplaced && isAtRest(state) && byId("alert").hidden) {
    isReplaced = false; // a second reload would stop the first
    location.reload();
  }
}, TICK_MS);

function drawWarning() {
  const isShown = isWarning(state, now());
  const section = byId("warning");
  if (isShown) setText("countdown", say("kiosk.warning.countdown", { count: secondsLeft(state, now()) }));
  if (isShown === wasWarning) return;
  wasWarning = isShown;
  section.hidden = !isShown;
  document.documentElement.toggleAttribute("data-warning", isShown);
  setText("spoken", isShown ? `${say("kiosk.warning.title")} ${byId("countdown").textContent}` : "");
  if (isShown) signal(context.has_sound);
  if (isShown && state.isGuided) voice.sayControl("warning");
}

function drawClock() {
  const isLost = state.menu !== null && lostAt !== null && Date.now() - lostAt >= LOST_SHOWN_AFTER_MS;
  const lostAtMs = isLost ? lostAt + clockOffset : null;
  drawHour(state, { atMs: Date.now() + clockOffset, lostAtMs, say });
}

// --- the voice, the keys, and where hands reach
// ------------------------------------------------------------------------------

const voice = openVoice({
  ask: async (reading) => (reading.view === "away" ? keeping.voiceOf(reading.lang) : link.read(reading)),
  voices: context.voices,
  isKept: (language) => keeping.voiceOf(language).length > 0,
  now: () => state,
  say,
  introduced: () => dispatch({ type: "introduced" }),
});
listenToKeys({ now: () => state, dispatch, isAlert: () => !byId("alert").hidden, voice });
hearOfHeadphones(navigator.mediaDevices, () => dispatch({ type: "guide" }));

followFilms(dispatch);
const samples = openSamples(context.voices, (reading) => link.read(reading));

function bandNow() {
  return bands[innerHeight >= innerWidth ? "portrait" : "landscape"];
}

function placeBand() {
  const { top, bottom } = bandNow();
  document.documentElement.style.setProperty("--band-top", `${top * 100}vh`);
  document.documentElement.style.setProperty("--band-rest", `${(1 - bottom) * 100}vh`);
}

addEventListener("resize", () => {
  placeBand();
  drawSoon();
});
// a new token, typed in this very page
addEventListener("hashchange", () => location.hash.startsWith("#t=") && location.reload());
document.fonts.ready.then(drawSoon);
placeBand();
wear(keeping.frame?.look);
drawNow();
link.start();
keeping.look();
keepAwake({ page: document, wakeLock: navigator.wakeLock });
