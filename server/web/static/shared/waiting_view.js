// The waiting visitors, and whether the page is live, for the console and the reception desk.

import { serverNow } from "./clock.js";
import { minutes } from "./durations.js";
import { setText, show, write } from "./dom.js";
import { drawList, html, icon } from "./drawing.js";

const ROWS_SHOWN = 8;
const ROWS_OF_A_LARGE_WINDOW = 16; // those of the console at 1920 × 1080
const isLarge = globalThis.matchMedia?.("(min-width: 1700px) and (min-height: 950px)");

const rowsShown = () =>
  isLarge?.matches && document.body.classList.contains("console") ? ROWS_OF_A_LARGE_WINDOW : ROWS_SHOWN;

let isWhole = false;

/**
 * Draws who waits, the next person first. `people`: how many they are, `overdue`: how many of them past their
 * target; the rows may be the first of them.
 *
 * @param {any[]} rows of `waitingRows`
 * @param {{ people: number, overdue: number }} counted
 * @param {any} words
 */
export function drawWaiting(rows, { people, overdue }, words) {
  const count = Math.max(rows.length, people);
  const longest = minutes(Math.max(0, ...rows.map(({ waitedS }) => waitedS)), words.say);
  const most = isWhole ? rows.length : rowsShown();
  write("waiting-count", count ? words.say("console.waiting.count", { count }) : "");
  write("waiting-truth", count ? words.say("console.waiting.truth", { longest, overdue }) : "");
  show("[data-nobody]", count === 0);
  drawList(
    "waiting",
    rows.slice(0, most).map((row) => waitingItem(row, words)),
  );
  drawWhole(rows.length, count, () => drawWaiting(rows, { people, overdue }, words), words);
  const rest = count - Math.min(rows.length, most);
  show('[data-text="waiting-rest"]', rest > 0 && rows.length > 0);
  write("waiting-rest", words.say("console.waiting.rest", { count: rest }));
}

/** The button that opens the whole list, or the first `length` of `count` people, beyond the shown part. */
function drawWhole(length, count, redraw, { say }) {
  const button = document.querySelector("[data-whole]");
  if (!button) return;
  button.hidden = length <= rowsShown();
  button.setAttribute("aria-expanded", String(isWhole));
  setText(button, isWhole ? say("console.waiting.less") : wholeWords(length, count, say));
  button.onclick = () => {
    isWhole = !isWhole;
    redraw();
  };
}

/** The words of the button that opens a list of `length` rows, of `count` people. */
export function wholeWords(length, count, say) {
  return say(length < count ? "console.waiting.first" : "console.waiting.whole", { count: length });
}

/** How many more or fewer people wait, for a screen reader. */
export function changedWords(more, waiting, say) {
  const key = more > 0 ? "console.waiting.more_people" : "console.waiting.fewer_people";
  return `${say(key, { count: Math.abs(more) })} ${say("console.waiting.said", { count: waiting })}`;
}

/** Says whether the page is live, and since when it is not, by the server's clock. */
export function drawLiveness(state, { say, hour }) {
  const since = state.lostAtMs === null ? "" : hour(serverNow(state, state.lostAtMs));
  const text = state.isLive
    ? say("console.live.yes")
    : since
      ? say("console.live.no", { at: since })
      : say("console.live.connecting");
  write("live", text);
  write("live-short", text);
  for (const place of document.querySelectorAll("[data-live]"))
    place.dataset.live = state.isLive ? "yes" : "no";
  const isLost = !state.isLive && since !== "";
  document.body.classList.toggle("not-live", isLost);
  show("[data-lost]", isLost);
  if (isLost) write("lost", say("console.live.explain", { at: since }));
}

/** Details of a leg apart from its service: a priority, an appointment. */
export function chips(leg, { say, hour, hall }) {
  const texts = [];
  if (leg.urgency) texts.push(say("console.person.urgent"));
  if (leg.priority && leg.priority !== "none") texts.push(say(`console.priority.${leg.priority}`));
  if (leg.exceptional && say.knows("console.chip.exceptional")) texts.push(say("console.chip.exceptional"));
  if (leg.booked_at) texts.push(say("console.person.chip_booked", { at: hour(leg.booked_at) }));
  for (const need of leg.needs ?? []) texts.push(say(`console.need.${need}`));
  if (leg.away && leg.state === "waiting" && say.knows("console.chip.away"))
    texts.push(say("console.chip.away", { minutes: leg.away.minutes, at: hour(leg.away.at) }));
  if (leg.is_held) texts.push(say("console.need.held"));
  if (leg.state === "waiting" && leg.not_before && say.knows("console.chip.not_before"))
    texts.push(say("console.chip.not_before", { at: hour(leg.not_before) }));
  const only = leg.state === "waiting" ? hall?.counters?.find(({ id }) => id === leg.for_counter) : null;
  if (only && say.knows("console.chip.for_counter"))
    texts.push(say("console.chip.for_counter", { counter: only.label }));
  if (leg.postponements && say.knows("console.chip.postponed")) texts.push(say("console.chip.postponed"));
  if (leg.linked?.length && say.knows("console.chip.linked"))
    texts.push(say("console.chip.linked", { numbers: leg.linked.join(", ") }));
  for (const service of hall && say.knows("console.chip.added") ? (leg.added_services ?? []) : [])
    texts.push(say("console.chip.added", { service: hall.serviceName(service) }));
  if (leg.shares_number && say.knows("console.chip.shared_number"))
    texts.push(say("console.chip.shared_number"));
  return texts.map((text) => html`<span class="chip">${text}</span>`);
}

/** When a visitor arrived, or the arrival whose rank they keep after a transfer. */
export function arrivedWords(leg, { say, hour }) {
  return leg.ranked_from
    ? say("console.person.ranked", { at: hour(leg.ranked_from) })
    : say("console.person.arrived", { at: hour(leg.arrived_at) });
}

/** When a visitor was called to the counter they are at, and whether that was a recall. */
export function calledWords(leg, { say, hour }) {
  if (!leg.last_called_at) return "";
  const key = leg.rank > 1 ? "console.person.called_again" : "console.person.called";
  return say(key, { at: hour(leg.last_called_at) });
}

/**
 * Why a visitor is received without the appointment that a service needs: the reason and the service; empty
 * for any other.
 */
export function exceptionalWords({ exceptional }, { say, hall }) {
  if (!exceptional) return "";
  const reasons = hall.services.find(({ id }) => id === exceptional.service)?.reasons;
  return say("console.exceptional.of", {
    reason: reasons?.[exceptional.reason] ?? exceptional.reason,
    service: hall.serviceName(exceptional.service),
  });
}

function waitingItem({ leg, waitedS, share, isEarly, isOverdue }, words) {
  const { say, hall } = words;
  const waited = isEarly ? say("console.waiting.on_time") : minutes(waitedS, say);
  const late = () => html`${icon("alert")} ${waited}<small>${say("console.waiting.overdue")}</small>`;
  const length = `inline-size: ${Math.round(share * 100)}%`;
  return html`<li>
    <b>${leg.number}</b>
    <span class="what"><bdi>${hall.serviceName(leg.service)}</bdi>${chips(leg, words)}
      <small>${arrivedWords(leg, words)}</small></span>
    <em class=${isOverdue ? "late" : ""}>${isOverdue ? late() : waited}</em>
    <span class="target" aria-hidden="true"><i class=${isOverdue ? "over" : ""} .style=${length}></i></span>
  </li>`;
}
