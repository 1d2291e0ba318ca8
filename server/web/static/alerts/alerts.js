// The page of alerts: raised in two steps, each screen named as it shows one, ended by two confirmations.

import {
  askedEnd,
  bodyOf,
  isWaited,
  mayTakeBack,
  reached,
  sorted,
  typedTexts,
  wrongWith,
} from "./alerts_state.js";
import { withLiveness } from "../shared/clock.js";
import { byId, element, fill, one, show, showRefusal as refuse, write } from "../shared/dom.js";
import { hourTeller } from "../shared/durations.js";
import { connect } from "../shared/live.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";
import { csrfHeader, oneAtATime, read, send, uuid } from "../shared/verbs.js";
import { drawLiveness } from "../shared/waiting_view.js";

const SOON_MS = 1000;
const CALM_MS = 10000;
const PAST = {
  confirmed: "alerts.past.line",
  unanswered: "alerts.past.unanswered",
  taken_back: "alerts.past.taken_back",
  replaced: "alerts.past.replaced",
};
const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, hour: hourTeller(page.language, page.hall.time_zone) };
/** @type {HTMLFormElement} */
const form = one("[data-raise]");
let state = { isLive: false, lostAtMs: null, clockOffsetMs: 0 };
/** @type {Api.AlertAnswer[]} */
let alertsRead = [];
let asOf = 0; // by the server's clock
const readAlerts = inTurn(() => read("/api/v1/alerts"));
let ending = null; // the alert whose end is being confirmed here
let takingBack = null; // the alert that is being taken back here
let press = null;
let timer = null;

connect(
  "/screen",
  { hall: page.hall.slug },
  {
    live: () => {
      state = withLiveness(state, true, Date.now());
      drawLiveness(state, words);
      readAll();
    },
    late: () => readAll(),
    lost: () => {
      state = withLiveness(state, false, Date.now());
      drawLiveness(state, words);
    },
    messages: { "alert.changed": readAll },
  },
);

async function readAll() {
  try {
    /** @type {Api.AlertsAnswer | null} */
    const answer = await readAlerts();
    if (!answer) return; // a later reading has shown more and set the next
    alertsRead = answer.alerts;
    asOf = Date.parse(answer.as_of);
    state = { ...state, clockOffsetMs: asOf - Date.now() };
    draw();
  } catch {
    // Not reachable: the page says so and asks again.
  }
  clearTimeout(timer);
  timer = setTimeout(readAll, isWaited(alertsRead) ? SOON_MS : CALM_MS);
}

function draw() {
  const { holding, past } = sorted(alertsRead);
  const list = one('[data-list="alerts"]');
  const { activeElement } = document;
  const focused = list.contains(activeElement) ? /** @type {HTMLElement} */ (activeElement) : null;
  show("[data-none]", holding.length === 0);
  fill(
    list,
    JSON.stringify([
      holding,
      ending,
      takingBack,
      holding.map((alert) => [askedEnd(alert, asOf), mayTakeBack(alert, asOf)]),
    ]),
    holding.map(alertCard),
  );
  if (focused && !focused.isConnected) keepFocus(list, focused);
  show("[data-past]", past.length > 0);
  fill(document.querySelector('[data-list="past"]'), JSON.stringify(past), past.map(pastLine));
}

/** A screen that confirms makes the cards draw again: the same button has the focus again. */
function keepFocus(list, { dataset }) {
  const gestures = [...list.querySelectorAll("[data-end]")].filter((each) => each.dataset.of === dataset.of);
  const same = gestures.find((each) => each.dataset.end === dataset.end);
  (same ?? gestures[0] ?? document.getElementById("now-title")).focus();
}

const whatOf = (alert) =>
  (alert.drill ? `${say("alerts.drill")} · ` : "") +
  (alert.texts.fr?.title ?? say(`alerts.kind.${alert.kind}`));
const whereOf = (halls) => halls.map((hall) => hall.name).join(", ");

function alertCard(alert) {
  const author = say("alerts.who", {
    time: words.hour(alert.raised_at),
    who: alert.raised_by ?? say("alerts.someone"),
  });
  const until = alert.until ? element("p", {}, say("alerts.until", { time: words.hour(alert.until) })) : null;
  return element(
    "article",
    { class: "card holding", "data-alert": alert.alert },
    element("h3", {}, element("i", { class: "icon icon-alert", "aria-hidden": "true" }), whatOf(alert)),
    element("p", {}, author),
    until,
    ...alert.halls.map(hallPart),
    ...takeBackPart(alert),
    ...endPart(alert),
  );
}

function hallPart(hall) {
  const { count, shown: shownCount, key } = reached(hall);
  const list = element(
    "ul",
    { "aria-label": say("alerts.screens.list", { hall: hall.name }) },
    ...hall.screens.map((screen) =>
      element(
        "li",
        { class: screen.state },
        element("bdi", {}, screen.label),
        ` ${say(`alerts.screens.${screen.state}`, { time: screen.shown_at ? words.hour(screen.shown_at) : "" })}`,
      ),
    ),
  );
  return element(
    "div",
    { class: "in-hall" },
    element(
      "p",
      {},
      element("b", {}, element("bdi", {}, hall.name)),
      ` ${say(`alerts.screens.${key}`, { count, shown: shownCount })}`,
    ),
    list,
  );
}

function gesture(alert, name, act, kind = "") {
  const made = element(
    "button",
    { type: "button", class: `large ${kind}`, "data-end": name, "data-of": alert.alert },
    say(`alerts.end.${name}`),
  );
  made.addEventListener("click", act);
  return made;
}

/** The person who raised it by mistake takes it back, within a minute, in two steps. */
function takeBackPart(alert) {
  if (!mayTakeBack(alert, asOf)) return [];
  if (takingBack !== alert.alert) return [gesture(alert, "take_back", () => chooseTakeBack(alert.alert))];
  return [
    gesture(alert, "take_back_sure", () => confirmEnd(alert, "take-back"), "primary"),
    gesture(alert, "cancel", () => chooseTakeBack(null)),
  ];
}

function endPart(alert) {
  if (!page.may_end) return [element("p", { class: "muted" }, say("alerts.end.may_not"))];
  const endQuestion = askedEnd(alert, asOf);
  if (endQuestion && !endQuestion.mayConfirm) {
    const sentence = endQuestion.aloneAt
      ? say("alerts.end.awaited", { time: words.hour(endQuestion.aloneAt) })
      : say("alerts.end.needs_other");
    return [element("p", { class: "sure" }, sentence)];
  }
  if (endQuestion)
    return [
      element(
        "p",
        { class: "sure" },
        say("alerts.end.asked", { who: endQuestion.by ?? say("alerts.someone") }),
      ),
      gesture(alert, "second", () => confirmEnd(alert, "end"), "primary"),
    ];
  if (ending === alert.alert)
    return [
      gesture(alert, "first", () => confirmEnd(alert, "ask-end"), "primary"),
      gesture(alert, "cancel", () => chooseEnd(null)),
    ];
  return [gesture(alert, "ask", () => chooseEnd(alert.alert))];
}

function chooseEnd(alert) {
  ending = alert;
  takingBack = null;
  draw();
  document.querySelector(alert ? '[data-end="first"]' : '[data-end="ask"]')?.focus();
}

function chooseTakeBack(alert) {
  takingBack = alert;
  ending = null;
  draw();
  document.querySelector(alert ? '[data-end="take_back_sure"]' : '[data-end="take_back"]')?.focus();
}

const confirmEnd = oneAtATime(async (alert, verb) => {
  refuse("");
  const answer = await send({
    path: `/api/v1/alerts/${alert.alert}/${verb}`,
    body: {},
    headers: csrfHeader(),
  });
  refuse(answer.ok ? failedIn(answer.body) : (answer.problem?.detail ?? say("alerts.raise.failed")));
  ending = takingBack = null;
  readAll().then(() => document.querySelector('[data-end="second"]')?.focus());
});

/** Why halls refused, one after the other; empty when none did. */
const failedIn = ({ failed }) =>
  failed.map((one) => say("alerts.failed_in", { hall: one.name, why: one.detail })).join(" ");

function pastLine(alert) {
  const last = alert.halls.toSorted((a, b) => Date.parse(b.ended_at ?? 0) - Date.parse(a.ended_at ?? 0))[0];
  const values = {
    what: whatOf(alert),
    where: whereOf(alert.halls),
    from: words.hour(alert.raised_at),
    to: words.hour(last.ended_at ?? alert.until),
    who: last.ended_by ?? "",
  };
  return element("li", {}, say(PAST[last.end_reason] ?? "alerts.past.expired", values));
}

function typedAlert() {
  const { kind, title, text, lasts, drill } = form.elements;
  /** @type {NodeListOf<HTMLInputElement>} */
  const checked = form.querySelectorAll("[name=hall]:checked");
  const halls = [...checked];
  return {
    kind: kind.value,
    halls: halls.map((hall) => hall.value),
    isDrill: drill.checked,
    texts: typedTexts({ fr: { title: title.value.trim(), text: text.value.trim() }, ...otherTexts() }),
    lasts: page.expiring.includes(kind.value) ? lasts.value : "",
  };
}

/** The typed texts in each other language of the halls. */
function otherTexts() {
  const typed = (group, part) => group.querySelector(`[data-part="${part}"]`).value.trim();
  return Object.fromEntries(
    [...form.querySelectorAll("[data-words-in]")].map((group) => [
      group.dataset.wordsIn,
      { title: typed(group, "title"), text: typed(group, "text") },
    ]),
  );
}

const nameOf = (language) => page.spoken.find(({ code }) => code === language)?.name ?? language;

function prepare() {
  const { kind, halls, isDrill, texts } = typedAlert();
  if (!halls.length) return refuse(say("alerts.raise.no_hall"));
  const wrong = kind === "custom" ? wrongWith(texts, nameOf) : null;
  if (wrong) return refuse(say(...wrong));
  refuse("");
  press = uuid();
  const what =
    (isDrill ? `${say("alerts.drill")} · ` : "") +
    (kind === "custom" ? texts.fr.title : say(`alerts.kind.${kind}`));
  write("sure", say("alerts.raise.sure", { what }));
  drawChosen();
  return step(2);
}

/** The halls that the last step takes over, each with a button that takes it off. */
function drawChosen() {
  const boxes = [...form.querySelectorAll("[name=hall]:checked")];
  one('[data-list="sure-halls"]').replaceChildren(
    ...boxes.map((box) => {
      const name = nameOfHall(box);
      const takeOff = element(
        "button",
        { type: "button", class: "quiet" },
        say("alerts.raise.take_off", { hall: name }),
      );
      takeOff.addEventListener("click", () => takeHallOff(box));
      return element("li", {}, element("b", {}, element("bdi", {}, name)), takeOff);
    }),
  );
}

/** Without any hall left there is nothing to confirm: back to the choice. */
function takeHallOff(box) {
  box.checked = false;
  drawChosen();
  if (form.querySelector("[name=hall]:checked")) return one("[data-cancel]").focus();
  step(1);
  return refuse(say("alerts.raise.no_hall"));
}

const nameOfHall = (box) => box.closest("label").textContent.trim();

const raise = oneAtATime(async () => {
  refuse("");
  const answer = await send(
    { path: "/api/v1/alerts", body: bodyOf(typedAlert(), press), headers: csrfHeader() },
    { onRepeat: () => refuse(say("alerts.raise.failed")) },
  );
  if (answer.ok) {
    const { already, failed } = answer.body;
    const lines = [
      already.length && say("alerts.raise.already", { halls: whereOf(already) }),
      failed.length && say("alerts.raise.not_in", { halls: whereOf(failed) }),
      failedIn(answer.body),
    ];
    refuse(lines.filter(Boolean).join(" "));
    form.reset();
    shape();
    step(1);
    byId("now-title").focus();
  } else {
    refuse(answer.problem?.detail ?? say("alerts.raise.failed"));
  }
  readAll();
});

function step(number) {
  show("[data-step]", false);
  show(`[data-step="${number}"]`, true);
  one(number === 2 ? "[data-confirm]" : "[data-prepare]").focus();
}

/** Only a message of one's own has words; only some alerts may expire. */
function shape() {
  const kind = form.elements.kind.value;
  show("[data-words]", kind === "custom");
  form.elements.title.required = kind === "custom";
  show("[data-lasts]", page.expiring.includes(kind));
}

form.addEventListener("change", shape);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  prepare();
});
const confirming = one("[data-confirm]");
confirming.addEventListener("click", raise);
confirming.addEventListener("keydown", (event) => {
  if (event.repeat) event.preventDefault();
}); // a key held down is one press
one("[data-cancel]").addEventListener("click", () => step(1));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !one('[data-step="2"]').hidden) step(1);
});
shape();
