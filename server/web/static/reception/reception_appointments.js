// The part of the reception desk that checks in visitors with an appointment, from the list of the day, and
// undoes a mistake.

import { element, keepingFocus, one, setText } from "../shared/dom.js";
import { uuid } from "../shared/verbs.js";

const MAY_BE_UNDONE = "waiting"; // nobody has called yet

/**
 * Draws the day's appointments. `hall` is the slug, `readDay()` reads them, `attempt(request)` sends one
 * write and shows refusals, `wishes()` gives the options of a ticket, `arrived(ticket)` and `tell(text)` show
 * the outcome. Answers {refresh}; null where the page has no list.
 */
export function createAppointments({ hall, words, readDay, attempt, wishes, arrived, tell }) {
  if (!document.querySelector('[data-list="appointments"]')) return null;
  const list = one('[data-list="appointments"]');
  const { say } = words;
  const path = `/api/v1/halls/${hall}/appointments`;
  let mark = "";

  async function refresh() {
    try {
      draw(await readDay());
    } catch {
      // Not reachable: the page says so, and the next connection refreshes.
    }
  }

  function draw({ counts, appointments }) {
    const listed = appointments.filter(({ state }) => state !== "cancelled");
    const now = JSON.stringify(listed);
    if (now === mark) return;
    mark = now;
    setText(
      document.querySelector('[data-text="appointments-count"]'),
      say("reception.appointments.count", { booked: counts.booked, here: counts.checked_in }),
    );
    const rows = listed.length
      ? listed.map(row)
      : [element("li", {}, element("p", {}, say("reception.appointments.none")))];
    keepingFocus(list, () => list.replaceChildren(...rows));
  }

  function row(one) {
    const at = words.hour(one.booked_at);
    const service = words.hall.serviceName(one.service);
    const state = one.number
      ? say(`reception.appointments.${one.arrival}`, { number: one.number })
      : say(one.is_overdue ? "reception.appointments.overdue" : "reception.appointments.expected");
    return element(
      "li",
      {},
      element("b", {}, at),
      element("span", {}, element("bdi", {}, service), element("small", {}, state)),
      element("span", { class: "gestures" }, ...buttons(one, { at, service })),
    );
  }

  function buttons(one, names) {
    if (one.state === "booked") return [button("check_in", one, names, checkIn)];
    return one.leg_state === MAY_BE_UNDONE ? [button("undo", one, names, undo)] : [];
  }

  function button(act, one, names, done) {
    const made = element(
      "button",
      {
        type: "button",
        "data-key": one.appointment,
        "aria-label": say(`reception.appointments.${act}_one`, names),
      },
      say(`reception.appointments.${act}`),
    );
    made.addEventListener("click", () => done(one, names));
    return made;
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
