// The exit kiosk, where visitors press a face: shows the hall's alert as kiosks do. It comes back to its
// first page by itself, but only while the server answers.

import { alertAt, alertView, isLater, toldAlert, withKnownWords } from "./alert.js";

const ASK_MS = 3_000;
const ANSWER_WITHIN_MS = 5_000;
const DRAW_MS = 500;

const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const context = JSON.parse(byId("exit-kiosk").textContent);
const root = byId("alert");
const show = alertView(root, context.alerts, document.querySelectorAll("body > :is(header, main)"));
const renewedAt = performance.now() + context.after_s * 1_000;
let lastAnswer = null;
let clockOffset = 0;

/** Takes an answer of the server: the alert of the hall with the hall's position. */
function take(answer) {
  if (!isLater(lastAnswer, answer)) return;
  clockOffset = Date.parse(answer.as_of) - Date.now();
  lastAnswer = { ...answer, alert: withKnownWords(toldAlert(answer), lastAnswer?.alert) };
  draw();
}

function draw() {
  if (!lastAnswer) return;
  const at = Date.now() + clockOffset;
  show(alertAt(lastAnswer, at), { at, languages: lastAnswer.languages });
}

async function ask() {
  try {
    const answer = await fetch(`${context.place}/alerte`, {
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (answer.ok) take(await answer.json());
    if (root.hidden && performance.now() >= renewedAt) return location.replace(context.place);
  } catch {
    // the server is away: the page stays as it is
  }
  setTimeout(ask, ASK_MS);
}

if (context.first) take(context.first);
setInterval(draw, DRAW_MS);
setTimeout(ask, ASK_MS);
