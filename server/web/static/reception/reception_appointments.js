// The part of the reception desk that checks in visitors with an appointment, from the list of the day, and
// undoes a mistake.

import { write } from "../shared/dom.js";
import { drawList, html, nothing, repeat } from "../shared/drawing.js";
import { uuid } from "../shared/verbs.js";

const MAY_BE_UNDONE = "waiting"; // nobody has called yet

/**
 * Draws the day's appointments. `hall` is the slug, `readDay()` reads them, `attempt(request)` sends one
 * write and shows refusals, `wishes()` gives the options of a ticket, `arrived(ticket)` and `tell(text)` show
 * the outcome. Answers {refresh}; null where the page has no list.
 */
export function createAppointments({ hall, words, readDay, attempt, wishes, arrived, tell }) {
  if (!document.querySelector('[data-list="appointments"]')) return null;
  const { say } = words;
  const path = `/api/v1/halls/${hall}/appointments`;

  async function refresh() {
    const day = await readDay().catch(() => null); // not reachable: the page says so, and reads again
    if (day) draw(day);
  }

  function draw({ counts, appointments }) {
    const listed = appointments.filter(({ state }) => state !== "cancelled");
    write(
      "appointments-count",
      say("reception.appointments.count", { booked: counts.booked, here: counts.checked_in }),
    );
    const none = html`<li><p>${say("reception.appointments.none")}</p></li>`;
    drawList("appointments", listed.length ? repeat(listed, ({ appointment }) => appointment, row) : none);
  }

  function row(one) {
    const at = words.hour(one.booked_at);
    const service = words.hall.serviceName(one.service);
    const state = one.number
      ? say(`reception.appointments.${one.arrival}`, { number: one.number })
      : say(one.is_overdue ? "reception.appointments.overdue" : "reception.appointments.expected");
    return html`<li>
      <b>${at}</b><span><bdi>${service}</bdi><small>${state}</small></span>
      <span class="gestures">${gesture(one, { at, service })}</span>
    </li>`;
  }

  function gesture(one, names) {
    const isBooked = one.state === "booked";
    if (!isBooked && one.leg_state !== MAY_BE_UNDONE) return nothing;
    const act = isBooked ? "check_in" : "undo";
    const label = say(`reception.appointments.${act}_one`, names);
    const press = () => (isBooked ? checkIn(one) : undo(one, names));
    return html`<button type="button" aria-label=${label} @click=${press}
      >${say(`reception.appointments.${act}`)}</button>`;
  }

  async function checkIn(one) {
    const body = { hall, appointment: one.appointment, press_id: uuid(), ...wishes() };
    const answer = await attempt({ path: "/api/v1/appointments/check-in", body });
    if (answer.ok) arrived(answer.body);
    refresh();
  }

  async function undo(one, names) {
    const answer = await attempt({ path: `${path}/${one.appointment}/undo-check-in` });
    if (answer.ok) tell(say("reception.appointments.undone", names));
    refresh();
  }

  return { refresh };
}
