// An alert from any page of work in two presses: the button of the page, then a kind of alert that is held.

import { bodyOf } from "./alerts_state.js";
import { byId, one, setText } from "../shared/dom.js";
import { holdToAct } from "../shared/hold.js";
import { readJson, sayer } from "../shared/sentences.js";
import { csrfHeader, oneAtATime, send, uuid } from "../shared/verbs.js";

const { language, sentences } = readJson("raise-alert-words");
const say = sayer(sentences, language);
const panel = byId("raise-alert");
const outcome = one("[data-alert-outcome]", panel);
/** @type {HTMLAnchorElement} */
const more = one("[data-alert-more]", panel);
/** @type {HTMLSelectElement | null} */
const place = panel.querySelector("select"); // where there are too many halls for buttons of their own
/** @type {NodeListOf<HTMLButtonElement>} */
const buttons = panel.querySelectorAll("[data-raises]");
const pressIds = new Map(); // the same for every try of one alert, until it is there

const hallOf = (button) => button.dataset.hall ?? place?.value ?? "";

const raise = oneAtATime(async (kind, hall, what) => {
  const id = `${kind} ${hall}`;
  if (!pressIds.has(id)) pressIds.set(id, uuid());
  setText(outcome, say("server.alert.raise.sending", { what }));
  const alert = { kind, halls: [hall], isDrill: false, texts: {}, lasts: "" };
  const answer = await send(
    { path: "/api/v1/alerts", body: bodyOf(alert, pressIds.get(id)), headers: csrfHeader() },
    { onRepeat: () => setText(outcome, say("alerts.raise.failed")) },
  );
  setText(outcome, outcomeOf(answer, what));
  if (!answer.ok) return;
  pressIds.delete(id);
  more.href = `/alerte?hall=${hall}`;
  setText(more, say("server.alert.raise.follow"));
  more.focus();
});

/** What came of it, in a sentence. */
function outcomeOf({ ok, body, problem }, what) {
  if (!ok) return problem?.detail ?? say("alerts.raise.failed");
  const refused = body.failed.map((hall) => hall.detail).join(" ");
  return (
    refused || say(body.already.length ? "server.alert.raise.already" : "server.alert.raise.done", { what })
  );
}

function shape() {
  const halls = new Set([...buttons].map(hallOf));
  const [hall] = halls.size === 1 ? halls : [""];
  more.href = hall ? `/alerte?hall=${hall}` : "/alerte";
  for (const button of buttons) button.disabled = !hallOf(button);
}

const forgetters = [...buttons].map((button) => {
  const what = button.dataset.what ?? "";
  return holdToAct(button, {
    act: () => raise(button.dataset.raises, hallOf(button), what),
    awaits: (isAwaited) => {
      button.classList.toggle("awaiting", isAwaited);
      setText(outcome, isAwaited ? say("server.alert.raise.again", { what }) : "");
    },
  }).forget;
});
place?.addEventListener("change", shape);
panel.addEventListener("toggle", () => {
  for (const forget of forgetters) forget();
  setText(more, say("server.alert.raise.more"));
  if (panel.matches(":popover-open")) (buttons[0].disabled && place ? place : buttons[0]).focus();
});
shape();
