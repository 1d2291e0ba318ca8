// Draws the tickets of people who came together, or of one with several matters, on one last view.

import { arrivalText } from "./appointment_view.js";
import { button, element, put, showText } from "./elements.js";
import { fillPaged } from "./paging.js";
import { serviceOfTicket, ticketsOf } from "./ticket_state.js";
import { mayJoin, peopleToChoose } from "./together_state.js";
import { backButton } from "./view_buttons.js";
import { waitText } from "./words.js";

/** The number of the ticket and its service; of several, all of them. */
export function drawNumbers(slots, state, say) {
  const tickets = ticketsOf(state);
  const numbers = tickets.map(({ number }) => number);
  const isOne = numbers.length === 1;
  slots.number.replaceChildren(
    ...(isOne ? numbers : numbers.map((text) => element("span", { text: `${text} ` }))),
  );
  slots.number.style.setProperty("--letters", String(Math.max(...numbers.map((each) => each.length))));
  if (!isOne) slots.number.dataset.several = numbers.length > 4 ? "many" : "few";
  const services = new Set(tickets.map((ticket) => serviceOfTicket({ ...state, ticket })));
  showText(slots.service, [...services].join(" · "));
  if (isOne) return;
  slots.number_title.textContent = say("kiosk.together.numbers");
  slots.watch.textContent = say("kiosk.together.watch");
}

/** How many are called before, and the wait: of the ticket, or of all as one. */
export function drawTurn(slots, state, say) {
  const { ticket } = state;
  const of = ticket.together ?? ticket;
  slots.ahead_line.hidden = of.ahead === null;
  slots.ahead.textContent = of.ahead
    ? say("kiosk.ticket.ahead", { count: of.ahead })
    : say("kiosk.ticket.ahead_none");
  if (ticket.why_no_wait === "unplugged") slots.watch.textContent = say("kiosk.ticket.watch_unplugged");
  const refused = state.party?.refused ? say("kiosk.together.refused") : "";
  showText(slots.arrival, refused || arrivalText(state, say));
  const wait = ticketWait(of, say);
  slots.wait_line.hidden = !wait;
  slots.wait.textContent = wait;
}

function ticketWait(ticket, say) {
  if (ticket.why_no_wait) return say(`kiosk.ticket.${ticket.why_no_wait}`);
  return ticket.wait ? say("kiosk.ticket.wait", { wait: waitText(ticket.wait, say) }) : "";
}

/** « J’ai une autre démarche », « Nous sommes plusieurs », where one more ticket may be linked. */
export const togetherButtons = (state, say) => [
  ...(mayJoin(state)
    ? [button({ act: "add_service", key: "other-service", label: say("kiosk.together.other"), icon: "plus" })]
    : []),
  ...(mayJoin(state, { isPeople: true })
    ? [button({ act: "show_together", key: "several", label: say("kiosk.together.several"), icon: "users" })]
    : []),
];

/** What is said of several papers; null where it is as of one. */
export function togetherPrint(state, verdict, say) {
  const count = ticketsOf(state).length;
  if (count < 2 || ["pending", "elsewhere"].includes(verdict)) return null;
  return verdict === "printed" ? say("kiosk.together.printed", { count }) : say("kiosk.together.to_note");
}

export const togetherViews = {
  together(state, say) {
    const slots = put("view-together", say);
    const items = peopleToChoose(state).map((people) => {
      const label = say("kiosk.together.people", { count: people });
      const made = button({ act: "choose_people", key: `people-${people}`, label, icon: "users" });
      made.dataset.value = String(people);
      return element("li", {}, made);
    });
    fillPaged(slots, items, [backButton(say)], state, say);
  },
};
