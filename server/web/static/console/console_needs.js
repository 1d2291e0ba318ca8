// The needs of the called visitor, visitors who wait for a step-free counter or an interpreter, and the
// break.

import { show } from "../shared/dom.js";
import { drawList, drawRows, html, unseen } from "../shared/drawing.js";
import { isUnconfirmed } from "./console_state.js";
import { hasSeveral } from "./session_places.js";

/** Everyone whose place is kept, as far as the page knows the queue. */
export function heldLegs(queue) {
  return (queue?.queues ?? []).flatMap(({ legs }) => legs ?? []).filter((leg) => leg.is_held);
}

/** The sentence of a break: [key, values]; null when none is near.
 */
export function breakSaid(rest, hour) {
  if (!rest) return null;
  const when = rest.is_running ? "running" : "near";
  return [
    `console.break.${when}.${rest.choice}`,
    { begins: hour(rest.begins_at), resumes: hour(rest.resumes_at) },
  ];
}

/**
 * The sentence that people still wait although the hall opens no more today: [key, values]; null while it
 * does, or when nobody waits.
 *
 * @param {Api.ClosedHall | null | undefined} closed
 * @param {number} count
 * @param {string} language
 * @returns {[key: string, values: Record<string, unknown>] | null}
 */
export function closedSaid(closed, count, language) {
  if (!closed || count === 0) return null;
  const why = closed.why[language] ?? closed.why.fr;
  return why ? ["console.closed.because", { count, why }] : ["console.closed.said", { count }];
}

/** The instant (ISO) at which calls resume while a break carries everyone over; null at any other time. */
export function restUntil(queue) {
  const rest = queue?.break;
  return rest?.is_running && rest.choice === "carry_over" ? rest.resumes_at : null;
}

/** `act(action, choice)` performs the buttons; `isFree`: no visitor is at this counter. */
export function drawNeeds({ counter, queue }, { say, hour, hall }, { act, isFree, language }) {
  const needs = counter?.leg?.needs ?? [];
  drawList(
    "advice",
    needs.map((need) => html`<li>${say(`console.need.${need}.advice`)}</li>`),
  );
  show("[data-advice]", needs.length > 0);
  show(
    "[data-hold]",
    needs.includes("interpreter") && (counter.leg.state === "called" || isUnconfirmed({ counter })),
  );
  const people = (queue?.queues ?? []).reduce((sum, { waiting }) => sum + waiting, 0);
  const edges = [breakSaid(queue?.break, hour), closedSaid(queue?.closed, people, language)]
    .filter((sentence) => sentence !== null)
    .map(([key, values]) => ({ key, text: say(key, values), buttons: [] }));
  const heldNotices = heldLegs(queue).map(({ leg, number }) => ({
    key: leg,
    text: say("console.held", { number }),
    buttons: [{ label: say("console.act.release"), number, press: () => act("release", { leg }) }],
  }));
  const notices = [...edges, ...(queue?.step_free ?? []).map(stepFreeNotice), ...heldNotices];
  drawRows("notices", notices, ({ key }) => key, notice);

  function stepFreeNotice({ visit, number, service, counters }) {
    const otherCounters = hall.counters.filter(({ id }) => counters.includes(id) && id !== counter?.counter);
    const receiveAt = ({ id, label }) => ({
      label: say("console.step_free.receive", { counter: label }),
      number,
      press: () => act("receive_below", { visit, counter: id, stays: hasSeveral({ counter, queue }) }),
    });
    return {
      key: visit,
      text: say("console.step_free", { number, service: hall.serviceName(service) }),
      buttons: isFree ? otherCounters.map(receiveAt) : [],
    };
  }
}

function notice({ text, buttons }) {
  const button = ({ label, number, press }) =>
    html`<button type="button" class="small" @click=${press}>${label}${unseen(number)}</button>`;
  return html`<div class="notice"><p>${text}</p>${buttons.map(button)}</div>`;
}
