// Another person asks for the end of an alert: every page of work shows it to people who may confirm, until
// it is answered.

import { element, one } from "../shared/dom.js";
import { draw, html, icon } from "../shared/drawing.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";
import { read } from "../shared/verbs.js";

const READ_EVERY_MS = 10_000;
const { language, sentences } = readJson("end-asked");
const say = sayer(sentences, language);
const readQuestions = inTurn(() => read("/api/v1/alerts/end-asked"));
let timer = null;

/** Next to the hall's alert where the page has one, else above everything. */
function makePlace() {
  const strip =
    document.querySelector("[data-alert-strip]") ?? element("div", { class: "alert-strip", role: "alert" });
  if (!strip.isConnected) one("header").before(strip);
  const made = element("div", { "data-end-asked": true });
  strip.append(made);
  return made;
}

async function readRequests() {
  try {
    /** @type {Api.EndsAskedAnswer | null} */
    const answer = await readQuestions();
    if (!answer) return; // a later look has shown more and set the next
    const { asked: questions } = answer;
    const place = document.querySelector("[data-end-asked]") ?? (questions.length ? makePlace() : null);
    draw(place, questions.map(line));
  } catch {
    // Not reachable: the next look says more.
  }
  clearTimeout(timer);
  timer = setTimeout(readRequests, READ_EVERY_MS);
}

function line({ kind, texts, halls, asked_by: asker }) {
  const what = texts.fr?.title ?? say(`server.alert.kind.${kind}`);
  const sentence = say("server.alert.end_asked", {
    who: asker ?? "",
    what,
    where: halls.map((hall) => hall.name).join(", "),
  });
  return html`<p>
    ${icon("alert")}<b>${sentence}</b>
    <a class="button" href=${`/alerte?hall=${halls[0].hall}`}>${say("server.alert.answer")}</a>
  </p>`;
}

// the page of alerts has the confirmation itself
if (!document.querySelector("[data-raise]")) {
  document.addEventListener("alert-changed", readRequests);
  document.addEventListener("visibilitychange", () => document.hidden || readRequests());
  readRequests();
}
