// Where a kiosk gives no ticket but says how: referrals of the menu, « Pas ici ? », and what helps instead of
// a ticket. Pure, as kiosk_state.js.

import { serviceById } from "./appointment_state.js";

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
