// The needs of the called visitor, visitors who wait for a step-free counter or an interpreter, and the
// break.

import { element, fill, show } from "../shared/dom.js";
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
  const advice = document.querySelector('[data-list="advice"]');
  if (!advice) return;
  fill(
    advice,
    `${counter?.leg?.leg} ${needs}`,
    needs.map((need) => element("li", {}, say(`console.need.${need}.advice`))),
  );
  show("[data-advice]", needs.length > 0);
  show(
    "[data-hold]",
    needs.includes("interpreter") && (counter.leg.state === "called" || isUnconfirmed({ counter })),
  );
  const below = (queue?.step_free ?? []).map((leg) => stepFreeNotice(leg));
  const heldNodes = heldLegs(queue).map((leg) =>
    notice(say("console.held", { number: leg.number }), [
      [say("console.act.release"), () => act("release", { leg: leg.leg }), leg.number],
    ]),
  );
  const rest = breakSaid(queue?.break, hour);
  const closed = closedSaid(
    queue?.closed,
    (queue?.queues ?? []).reduce((sum, { waiting }) => sum + waiting, 0),
    language,
  );
  const edges = [rest, closed].flatMap((sentence) => (sentence ? [notice(say(...sentence), [])] : []));
  const nodes = [...edges, ...below, ...heldNodes];
  const list = document.querySelector('[data-list="notices"]');
  fill(
    list,
    JSON.stringify([rest, closed, queue?.step_free, heldLegs(queue).map(({ leg }) => leg), isFree]),
    nodes,
  );

  function stepFreeNotice({ visit, number, service, counters }) {
    const otherCounters = hall.counters.filter(({ id }) => counters.includes(id) && id !== counter?.counter);
    const buttons = isFree
      ? otherCounters.map(({ id, label }) => [
          say("console.step_free.receive", { counter: label }),
          () => act("receive_below", { visit, counter: id, stays: hasSeveral({ counter, queue }) }),
          number,
        ])
      : [];
    return notice(say("console.step_free", { number, service: hall.serviceName(service) }), buttons);
  }
}

function notice(text, buttons) {
  return element(
    "div",
    { class: "notice" },
    element("p", {}, text),
    ...buttons.map(([label, press, number]) => {
      const made = element(
        "button",
        { type: "button", class: "small" },
        label,
        element("span", { class: "visually-hidden" }, ` ${number}`),
      );
      made.addEventListener("click", press);
      return made;
    }),
  );
}
