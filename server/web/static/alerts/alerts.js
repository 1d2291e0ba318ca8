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
import { byId, one, show, showRefusal as refuse, write } from "../shared/dom.js";
import { drawList, drawRows, html, icon, nothing, repeat } from "../shared/drawing.js";
import { hourTeller } from "../shared/durations.js";
import { connect } from "../shared/live.js";
import { createLiveness } from "../shared/liveness.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";
import { csrfHeader, oneAtATime, read, send, uuid } from "../shared/verbs.js";

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
const hour = hourTeller(page.language, page.hall.time_zone);
const { live, lost, heard } = createLiveness({ say, hour }, readAll);
/** @type {HTMLFormElement} */
const form = one("[data-raise]");
/** @type {Api.AlertAnswer[]} */
let alertsRead = [];
let asOf = 0; // by the server's clock
const readAlerts = inTurn(() => read("/api/v1/alerts"));
/** @type {{ alert: string | null, by: "end" | "take_back" }} what is being confirmed here */
let chosen = { alert: null, by: "end" };
let press = null;
let timer = null;

connect(
  "/screen",
  { hall: page.hall.slug },
  { live, late: readAll, lost, messages: { "alert.changed": readAll } },
);

async function readAll() {
  try {
    /** @type {Api.AlertsAnswer | null} */
    const answer = await readAlerts();
    if (!answer) return; // a later reading has shown more and set the next
    alertsRead = answer.alerts;
    asOf = Date.parse(answer.as_of);
    heard(answer.as_of);
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
  drawRows("alerts", holding, ({ alert }) => alert, alertCard);
  if (focused && !focused.isConnected) keepFocus(list, focused);
  show("[data-past]", past.length > 0);
  drawList("past", past.map(pastLine));
}

/** What others do takes a button away: another one of the same alert has the focus. */
function keepFocus(list, { dataset }) {
  const left = [...list.querySelectorAll("[data-end]")].find(({ dataset: { of } }) => of === dataset.of);
  (left ?? byId("now-title")).focus();
}

const titled = (isDrill, title) => (isDrill ? `${say("alerts.drill")} · ` : "") + title;
const whatOf = ({ drill, texts, kind }) => titled(drill, texts.fr?.title ?? say(`alerts.kind.${kind}`));
const whereOf = (halls) => halls.map((hall) => hall.name).join(", ");

function alertCard(alert) {
  const author = alert.raised_by ?? say("alerts.someone");
  return html`<article class="card holding" data-alert=${alert.alert}>
    <h3>${icon("alert")}${whatOf(alert)}</h3>
    <p>${say("alerts.who", { time: hour(alert.raised_at), who: author })}</p>
    ${alert.until ? html`<p>${say("alerts.until", { time: hour(alert.until) })}</p>` : nothing}
    ${alert.halls.map(hallPart)} ${takeBackPart(alert)} ${endPart(alert)}
  </article>`;
}

function hallPart(hall) {
  const { count, shown, key } = reached(hall);
  const screen = ({ state, label, shown_at: at }) =>
    html`<li class=${state}>
      <bdi>${label}</bdi> ${say(`alerts.screens.${state}`, { time: at ? hour(at) : "" })}
    </li>`;
  return html`<div class="in-hall">
    <p><b><bdi>${hall.name}</bdi></b> ${say(`alerts.screens.${key}`, { count, shown })}</p>
    <ul aria-label=${say("alerts.screens.list", { hall: hall.name })}>${hall.screens.map(screen)}</ul>
  </div>`;
}

/** Buttons of an alert, each with its name and what it does; one with a third value is the main one. */
function gestures(alert, ...each) {
  return repeat(
    each,
    ([name]) => name,
    ([name, act, isMain]) =>
      html`<button type="button" class=${`large ${isMain ? "primary" : ""}`} data-end=${name}
        data-of=${alert.alert} @click=${act}>
        ${say(`alerts.end.${name}`)}
      </button>`,
  );
}

/** The person who raised it by mistake takes it back, within a minute, in two steps. */
function takeBackPart(alert) {
  if (!mayTakeBack(alert, asOf)) return nothing;
  if (chosen.by === "end" || chosen.alert !== alert.alert)
    return gestures(alert, ["take_back", () => choose(alert.alert, "take_back")]);
  return gestures(
    alert,
    ["take_back_sure", () => confirmEnd(alert, "take-back"), true],
    ["cancel", () => choose(null, "take_back")],
  );
}

function endPart(alert) {
  if (!page.may_end) return html`<p class="muted">${say("alerts.end.may_not")}</p>`;
  const question = askedEnd(alert, asOf);
  if (question && !question.mayConfirm) {
    const { aloneAt } = question;
    const sentence = aloneAt
      ? say("alerts.end.awaited", { time: hour(aloneAt) })
      : say("alerts.end.needs_other");
    return html`<p class="sure">${sentence}</p>`;
  }
  if (question)
    return html`<p class="sure">${say("alerts.end.asked", { who: question.by ?? say("alerts.someone") })}</p>
      ${gestures(alert, ["second", () => confirmEnd(alert, "end"), true])}`;
  if (chosen.by === "end" && chosen.alert === alert.alert)
    return gestures(
      alert,
      ["first", () => confirmEnd(alert, "ask-end"), true],
      ["cancel", () => choose(null, "end")],
    );
  return gestures(alert, ["ask", () => choose(alert.alert, "end")]);
}

function choose(alert, by) {
  chosen = { alert, by };
  draw();
  const [first, sure] = by === "end" ? ["ask", "first"] : ["take_back", "take_back_sure"];
  /** @type {HTMLElement | null} */ (document.querySelector(`[data-end="${alert ? sure : first}"]`))?.focus();
}

const confirmEnd = oneAtATime(async ({ alert }, verb) => {
  refuse("");
  const answer = await send({ path: `/api/v1/alerts/${alert}/${verb}`, body: {}, headers: csrfHeader() });
  refuse(answer.ok ? failedIn(answer.body) : (answer.problem?.detail ?? say("alerts.raise.failed")));
  chosen = { alert: null, by: "end" };
  readAll().then(() => document.querySelector('[data-end="second"]')?.focus());
});

/** Why halls refused, one after the other; empty when none did. */
const failedIn = ({ failed }) =>
  failed.map(({ name, detail }) => say("alerts.failed_in", { hall: name, why: detail })).join(" ");

function pastLine(alert) {
  const last = alert.halls.toSorted((a, b) => Date.parse(b.ended_at ?? 0) - Date.parse(a.ended_at ?? 0))[0];
  const values = {
    what: whatOf(alert),
    where: whereOf(alert.halls),
    from: hour(alert.raised_at),
    to: hour(last.ended_at ?? alert.until),
    who: last.ended_by ?? "",
  };
  return html`<li>${say(PAST[last.end_reason] ?? "alerts.past.expired", values)}</li>`;
}

const hallBoxes = () => /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("[name=hall]:checked")]);

function typedAlert() {
  const { kind, title, text, lasts, drill } = form.elements;
  return {
    kind: kind.value,
    halls: hallBoxes().map((hall) => hall.value),
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
  const isCustom = kind === "custom";
  const wrong = isCustom ? wrongWith(texts, nameOf) : null;
  if (wrong) return refuse(say(...wrong));
  refuse("");
  press = uuid();
  const what = titled(isDrill, isCustom ? texts.fr.title : say(`alerts.kind.${kind}`));
  write("sure", say("alerts.raise.sure", { what }));
  drawChosen();
  return step(2);
}

/** The halls that the last step takes over, each with a button that takes it off. */
function drawChosen() {
  const item = (box) => {
    const hall = box.closest("label").textContent.trim();
    return html`<li>
      <b><bdi>${hall}</bdi></b><button type="button" class="quiet" @click=${() => takeHallOff(box)}>
        ${say("alerts.raise.take_off", { hall })}
      </button>
    </li>`;
  };
  drawList("sure-halls", hallBoxes().map(item));
}

/** Without any hall left there is nothing to confirm: back to the choice. */
function takeHallOff(box) {
  box.checked = false;
  drawChosen();
  if (hallBoxes().length) return one("[data-cancel]").focus();
  step(1);
  return refuse(say("alerts.raise.no_hall"));
}

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
