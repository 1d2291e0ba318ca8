// Ways without a ticket, and several tickets at once. Pure.

import { serviceById, exceptionalStart, sheetStart } from "./appointment_state.js";
import { ticketsOf, ticketStart } from "./ticket_state.js";
import { isCutOff } from "./information.js";

// --- Where a kiosk gives no ticket but says how: referrals of the menu, « Pas ici ? », and what helps
// instead of a ticket. Pure, as kiosk_state.js.

export const NOT_HERE = "not_here"; // the folder « Pas ici ? »: no id of a document has such a name
export const NO_TICKET = ["closed", "full", "too_late", "stopped"];

export const waysStart = { referral: null, informed: null };

const referrals = (menu) => menu?.referrals ?? [];
const placeOf = ({ parent, elsewhere }) => parent ?? (elsewhere ? NOT_HERE : null);

/** A referral of the menu by its id, or null. */
export const referralById = (menu, id) => referrals(menu).find((each) => each.id === id) ?? null;

/** The referrals of the start, or of the folder that is open. */
export const shownReferrals = ({ menu, folder }) =>
  referrals(menu).filter((each) => placeOf(each) === (folder ?? null));

/** Whether the start has « Pas ici ? »: some referral names another site. */
export const offersNotHere = ({ menu, folder }) =>
  !folder && referrals(menu).some((each) => placeOf(each) === NOT_HERE);

/** Whether a folder of the menu is still there. */
export const isFolder = (menu, id) =>
  id === NOT_HERE
    ? referrals(menu).some((each) => placeOf(each) === NOT_HERE)
    : Boolean(serviceById(menu, id)?.children.length);

/** What helps instead of the ticket that the notice refuses; null where nothing does, or elsewhere. */
export function insteadOf({ menu, view, notice, service: id }) {
  const service = view === "notice" && NO_TICKET.includes(notice) ? serviceById(menu, id) : null;
  if (!service) return null;
  const other = serviceById(menu, service.instead?.service);
  const found = {
    service: other && !NO_TICKET.includes(other.state) ? other : null,
    booking: service.booking ?? null,
    booking_address: service.booking_address ?? null,
    web_address: service.instead?.web_address ?? null,
    elsewhere: service.instead?.elsewhere ?? null,
  };
  return Object.values(found).some(Boolean) ? found : null;
}

/** Whether the view names another site: its wait is read again when it is opened. */
export const namesElsewhere = (state) =>
  Boolean(
    state.view === "referral"
      ? referralById(state.menu, state.referral)?.elsewhere
      : insteadOf(state)?.elsewhere,
  );

// `active`, `isGuarded` and `choose` (a service of the start) are the kiosk's own.
export function waysReducers({ active, isGuarded, choose }) {
  return {
    choose_referral(state, { referral, pressId, at }) {
      if (state.view !== "start" || isGuarded(state, at) || !referralById(state.menu, referral)) return state;
      return { ...active(state, at), view: "referral", referral, informed: pressId, page: 0 };
    },

    show_not_here: (state, { at }) =>
      state.view === "start" && offersNotHere(state) && !isGuarded(state, at)
        ? { ...active(state, at), folder: NOT_HERE, page: 0 }
        : state,

    // the press that counted the demand goes on by itself: its answer is not waited for
    choose_instead(state, action) {
      const other = insteadOf(state)?.service;
      if (!other || other.id !== action.service || isGuarded(state, action.at)) return state;
      const before = { ...state, view: "start", folder: null, press: null, shownAt: -Infinity };
      const chosen = choose(before, action);
      return chosen === before ? state : { ...chosen, shownAt: action.at };
    },
  };
}

// --- « J’ai une autre démarche », « Nous sommes plusieurs »: further tickets from the last view, linked to
// the first. Pure, as kiosk_state.js. Rule: docs/rules/linked-visits.md.

export const MOST_TOGETHER = 6; // as the server

export const furtherStart = { ...waysStart, party: null };

/** Whether the visitor chooses a further service, with a number in hand. */
export const isJoining = ({ party }) => Boolean(party?.isJoining);

/** Whether the last view offers one more ticket: for its visitor, or (`isPeople`) for their companions. */
export function mayJoin(state, { isPeople = false } = {}) {
  if (!["ticket", "together"].includes(state.view) || state.isCovered || !state.ticket?.press) return false;
  if (isCutOff(state)) return false; // only the server links
  if (ticketsOf(state).length >= MOST_TOGETHER) return false;
  return !isPeople || (!state.party?.people && "service" in ticketsOf(state)[0].press);
}

/** How many people may be chosen, the visitor included. */
export const peopleToChoose = (state) => {
  const most = MOST_TOGETHER - ticketsOf(state).length + 1;
  return [2, 3, 4, 5, 6].filter((people) => people <= most);
};

/** Whether people whose count is chosen choose between one paper for all and one each. */
export const asksPaper = (state) =>
  state.view === "together" && state.party?.people > 2 && Boolean(ticketsOf(state)[0].print);

/**
 * The body of a press that joins the first ticket. Its id follows from that ticket and the service: pressed
 * twice, it gives one ticket.
 */
export const linked = (state, body) =>
  isJoining(state)
    ? { ...body, press_id: idFor(state, body.service), linked_to: ticketsOf(state)[0].visit }
    : body;

/** Whether the visitor has the ticket of a further service already. */
export const hasTicketFor = (state, service) =>
  isJoining(state) && ticketsOf(state).some(({ press }) => press.press_id === idFor(state, service));

const idFor = (state, service) => `${rootOf(state)}.${shortOf(service)}`;

/** The state when tickets have come: they join the others. */
export function withParty(state, given) {
  if (!state.party) return state;
  const before = state.party.tickets.filter(({ visit }) => !given.some((each) => each.visit === visit));
  return { ...state, party: { ...state.party, tickets: [...before, ...given], isJoining: false } };
}

/** Back at the last view, with the tickets that came; `refused`: why one did not. */
export const atTickets = (state, refused = null) => ({
  ...state,
  view: "ticket",
  folder: null,
  service: null,
  needs: [],
  page: 0,
  press: null,
  isTrying: false,
  party: { ...state.party, isJoining: false, people: 0, refused },
});

/** The last view again from any other, where a number is in hand; else null. */
export const backToTickets = (state) => (state.party && state.view !== "ticket" ? atTickets(state) : null);

/** One step back, to the last view or from it: the next visitor begins without its tickets; else null. */
export function togetherBack(state) {
  if (state.view === "ticket") return { view: "start", page: 0, party: null, ...ticketStart };
  if (state.view === "together")
    return { view: "ticket", page: 0, party: state.party && { ...state.party, people: 0 } };
  return state.view === "start" && !state.folder && isJoining(state) ? atTickets(state) : null;
}

/** Whether a press is for those who came along: refused, the visitor keeps the tickets in hand. */
export const isOfPeople = ({ press }) => Boolean(press?.body.people);

// The menu with a number in hand: nothing of the first service is left.
const atMenu = {
  ...{ view: "start", folder: null, page: 0, service: null, needs: [], notice: null, noticeAt: null },
  ...sheetStart,
  ...exceptionalStart,
  ...waysStart,
};

// `active`, `isGuarded` and `choose` (a service of the start) are the kiosk's own.
export function furtherReducers({ active, isGuarded, choose }) {
  const partyOf = (state) => state.party ?? { tickets: [state.ticket], people: 0 };
  return {
    ...waysReducers({ active, isGuarded, choose }),

    add_service: (state, { at }) =>
      mayJoin(state) && !isGuarded(state, at)
        ? { ...active(state, at), ...atMenu, party: { ...partyOf(state), isJoining: true, refused: null } }
        : state,

    show_together: (state, { at }) =>
      mayJoin(state, { isPeople: true }) && state.view === "ticket" && !isGuarded(state, at)
        ? { ...active(state, at), view: "together", page: 0 }
        : state,

    choose_people(state, { people, at }) {
      if (state.view !== "together" || isGuarded(state, at) || !peopleToChoose(state).includes(people))
        return state;
      const party = { ...partyOf(state), people, refused: null };
      const chosen = { ...active(state, at), party, page: 0, shownAt: at };
      return asksPaper(chosen) ? chosen : pressForOthers(chosen);
    },

    choose_paper: (state, { isOne, at }) =>
      asksPaper(state) && !isGuarded(state, at) ? pressForOthers(active(state, at), { isOne }) : state,
  };
}

// One press for all who came along: for the service of the first ticket, without its priority or needs.
// Pressed again, it gives the tickets of before.
function pressForOthers(state, { isOne = false } = {}) {
  const { people, tickets } = state.party;
  const [first] = tickets;
  const { needs: _, ...likeFirst } = first.press;
  const id = `${rootOf(state)}.p2`;
  const body = { ...likeFirst, press_id: id, priority: false, linked_to: first.visit, people: people - 1 };
  if (isOne) body.one_paper = true;
  const press = { id, attempt: 1, service: body.service, body };
  return { ...state, view: "taking", isTrying: true, press };
}

const rootOf = (state) => ticketsOf(state)[0].press.press_id;

// FNV-1a, 32 bits: an id of a service may be too long for an id of a press.
function shortOf(text) {
  let hash = 0x811c9dc5;
  for (const letter of text)
    hash = Math.imul(hash ^ /** @type {number} */ (letter.codePointAt(0)), 0x01000193);
  return (hash >>> 0).toString(36);
}
