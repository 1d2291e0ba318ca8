// The views of the kiosk and its possible actions. Pure: no DOM, no clock, no network; every action carries
// `at` (ms, monotonic).

import {
  APPOINTMENT_NOTICES,
  appointmentBack,
  appointmentReducers,
  appointmentStart,
  askedFor,
  exceptionalBack,
  exceptionalReducers,
  exceptionalStart,
  serviceById,
  sheetReducers,
  sheetStart,
  wrongCode,
} from "./appointment_state.js";
import { filmBack, filmOf, filmReducers, filmStart, watchedMs } from "./appointment_state.js";
import {
  INFORMATION_VIEWS,
  informationBack,
  informationReducers,
  informationStart,
  NO_INFORMATION,
  QUIET_READING_MS,
  withHeldInformation,
} from "./information.js";
import { awayStart, backFromAway, isServerAway, NEVER_LOST, ofAgent, withAway } from "./information.js";
import { guidanceBack, guidanceReducers, guidanceStart, keptGuidance, toTaking } from "./guidance.js";
import {
  atTickets,
  backToTickets,
  furtherReducers,
  furtherStart,
  hasTicketFor,
  isJoining,
  isOfPeople,
  linked,
  togetherBack,
  withParty,
} from "./together_state.js";
import { isFolder, NO_TICKET, referralById } from "./together_state.js";
import {
  covered,
  quietTicketMs,
  ticketReducers,
  ticketStart,
  withTickets,
  withoutCode,
} from "./ticket_state.js";

export const GUARD_MS = 400; // a second tap of a double press must not land on the next view
export const QUIET_MS = 60_000;
export const WARNING_MS = 20_000; // WCAG 2.2.1: at least 20 s to ask for more time
export const MORE_TIME_MS = 60_000;
export const MENU_HELD_MS = 10_000; // a page of the menu does not change under a finger

const NOT_ISSUED = [...NO_TICKET, "appointment_only"];
const KNOWN_CODES = [...NOT_ISSUED, "no_counter", ...APPOINTMENT_NOTICES];
export const NEEDS = ["step_free", "deaf", "blind", "cannot_read", "slow", "interpreter"];
const BUSY = ["loading", "unpaired", "taking"];
const NO_PREFERENCES = { large: false, contrast: false };

// `frame`: what stood around the views when the server answered last; null where nothing was kept.
export function initialState(language, at = 0, frame = null) {
  return atStart(
    {
      language,
      defaultLanguage: language,
      menu: null,
      frame,
      heldMenu: null,
      information: NO_INFORMATION,
      heldInformation: null,
      ...NEVER_LOST,
      touchedAt: -MENU_HELD_MS,
      verdicts: {},
      otherPrinters: {},
      prints: false,
      isPaired: true,
      view: "loading",
    },
    at,
    "loading",
  );
}

export function reduce(state, action) {
  const next = withAway(reducers[action.type]?.(state, action) ?? state, action.at);
  return next.view === state.view && next.folder === state.folder && next.page === state.page
    ? next
    : { ...next, shownAt: action.at };
}

// Seconds left before the return to the start: null when nothing needs to return, 0 when it is time.
export function secondsLeft(state, at) {
  const quiet = quietMs(state);
  if (quiet === null) return null;
  return Math.max(0, Math.ceil((state.activeAt + quiet + WARNING_MS - at) / 1000));
}

export function isWarning(state, at) {
  const left = secondsLeft(state, at);
  return left !== null && left * 1000 <= WARNING_MS;
}

export function shownServices(state) {
  return state.folder
    ? (serviceById(state.menu, state.folder)?.children ?? [])
    : (state.menu?.services ?? []);
}

/** What the reducers of the views share. */
const own = {
  active: (state, at) => active(state, at),
  isGuarded: (state, at) => isGuarded(state, at),
};

const reducers = {
  menu_loaded(state, { menu: answered, at }) {
    const menu = ofAgent(answered);
    const found = { ...state, missingSince: null };
    if (menu.language !== state.language && state.menu) return found;
    return isMenuHeld(state, menu, at) ? { ...found, heldMenu: menu } : withMenu(found, menu, at);
  },

  paired: (state, { prints }) => ({ ...state, prints: Boolean(prints) }),

  menu_missing(state, { since, at }) {
    const missing = { ...state, missingSince: state.missingSince ?? since ?? at };
    return state.view === "loading" ? { ...missing, view: "away", ...awayStart } : missing;
  },

  unpaired(state, { at }) {
    return { ...atStart(state, at, "unpaired"), isPaired: false, menu: null };
  },

  choose_language(state, { language, at }) {
    const view = state.view === "languages" ? state.beneath : state.view;
    return { ...covered(active(state, at), at), language, view, page: 0 };
  },

  show_languages(state, { at }) {
    if (isGuarded(state, at) || !mayReturn(state) || state.view === "languages") return state;
    return { ...covered(active(state, at), at), view: "languages", beneath: state.view, page: 0 };
  },

  choose_service(state, { service: id, pressId, at }) {
    const service = serviceById(state.menu, id);
    if (!service || state.view !== "start" || isGuarded(state, at)) return state;
    if (hasTicketFor(state, id)) return atTickets(active(state, at));
    const chosen = { ...active(state, at), ...sheetStart, ...exceptionalStart, page: 0 };
    if (service.children.length) return { ...chosen, folder: id };
    if (NOT_ISSUED.includes(service.state)) {
      return { ...withPress(chosen, service, false, pressId), view: "notice", notice: service.state };
    }
    return toTicket(chosen, service, pressId);
  },

  take(state, { priority, pressId, at }) {
    const service = serviceById(state.menu, state.service);
    if (state.view !== "sheet" || !service || isGuarded(state, at)) return state;
    return toTaking(withPress(active(state, at), service, priority, pressId));
  },

  show_needs(state, { at }) {
    return state.view === "sheet" && !isGuarded(state, at)
      ? { ...active(state, at), view: "needs", page: 0 }
      : state;
  },

  toggle_need(state, { need, at }) {
    if (state.view !== "needs" || !NEEDS.includes(need)) return state;
    const kept = state.needs.includes(need)
      ? state.needs.filter((each) => each !== need)
      : [...state.needs, need];
    return { ...active(state, at), needs: kept };
  },

  retry(state, { at }) {
    if (state.view !== "away" || !state.press || state.isTrying || isGuarded(state, at)) return state;
    return {
      ...active(state, at),
      view: "taking",
      isTrying: true,
      press: { ...state.press, attempt: state.press.attempt + 1 },
    };
  },

  press_slow(state, { pressId }) {
    return isCurrent(state, pressId) && state.view === "taking"
      ? { ...state, view: "away", isTrying: true }
      : state;
  },

  press_away(state, { pressId, at }) {
    if (!isCurrent(state, pressId) || state.view === "notice") return state;
    return { ...active(state, at), view: "away", isTrying: false };
  },

  press_issued(state, { pressId, tickets, at }) {
    if (!isCurrent(state, pressId)) return state;
    const given = tickets.map((each) => ({ ...each, press: state.press.body }));
    const last = { ...active(state, at), view: "ticket", press: null, isTrying: false };
    return withParty({ ...last, ...withTickets(state, given, at) }, given);
  },

  press_refused(state, { pressId, code, problem, at }) {
    if (!isCurrent(state, pressId)) return state;
    if (isOfPeople(state)) return atTickets(active(state, at), code);
    const again = wrongCode(state, code);
    if (again) return active(again, at);
    const notice = KNOWN_CODES.includes(code) ? code : "other";
    return {
      ...active(state, at),
      view: "notice",
      press: null,
      isTrying: false,
      notice,
      noticeAt: problem?.from_at ?? problem?.booked_at ?? null,
      service: state.press.service ?? state.press.body.service ?? null,
    };
  },

  toggle(state, { preference, at }) {
    if (!(preference in NO_PREFERENCES)) return state;
    const preferences = { ...state.preferences, [preference]: !state.preferences[preference] };
    return { ...active(state, at), preferences, page: 0 };
  },

  toggle_listening: (state, { at }) =>
    mayReturn(state) ? { ...active(state, at), isListening: !state.isListening } : state,
  // a reading under way keeps the view, as a press would
  listening: (state, { at }) => ({ ...passed(state, at), activeAt: Math.max(state.activeAt, at) }),

  turn_page(state, { by, at }) {
    return isGuarded(state, at) ? state : { ...active(state, at), page: Math.max(0, state.page + by) };
  },

  back(state, { at }) {
    if (isGuarded(state, at) || !mayReturn(state)) return state;
    if (state.view === "languages") return { ...active(state, at), view: state.beneath, page: 0 };
    if (state.view === "needs") return { ...active(state, at), view: "sheet", page: 0 };
    const step =
      filmBack(state) ??
      guidanceBack(state) ??
      togetherBack(state) ??
      informationBack(state) ??
      exceptionalBack(state) ??
      appointmentBack(state);
    if (step) return { ...active(state, at), ...step, shownAt: at };
    const returned = { ...active(state, at), view: "start", service: null, needs: [], page: 0 };
    return state.view === "start" ? { ...returned, folder: null } : returned;
  },
  ...appointmentReducers(own),
  ...guidanceReducers({ ...own, mayReturn: (state) => mayReturn(state) }),
  ...informationReducers({
    ...own,
    isHeld: (state, at) => isStartHeld(state, at),
  }),
  ...sheetReducers(own),
  ...filmReducers(own),
  ...exceptionalReducers({
    ...own,
    toTicket: (...of) => toTicket(...of),
  }),
  ...furtherReducers({
    ...own,
    choose: (state, action) => reducers.choose_service(state, action),
  }),
  ...ticketReducers({
    ...own,
    atStart: (state, at) => atStart(state, at),
  }),

  home: (state, { at }) =>
    isGuarded(state, at) || !mayReturn(state)
      ? state
      : (backToTickets(active(state, at)) ?? { ...atStart(state, at), ...keptGuidance(state) }),
  active: (state, { at }) => active(state, at),
  more_time: (state, { at }) => ({
    ...active(state, at),
    activeAt: Math.max(state.activeAt, at + MORE_TIME_MS - (quietMs(state) ?? 0)),
  }),
  tick: (state, { at }) => passed(secondsLeft(state, at) === 0 ? atStart(state, at) : state, at),
};

// Where the visitor stays, unless what they are at is gone from the menu.
function withMenu(state, menu, at) {
  const loaded = { ...backFromAway(state), menu, heldMenu: null, isPaired: true };
  const { folder, service } = loaded;
  const behind = loaded.view === "languages" ? loaded.beneath : loaded.view;
  const view = behind === "escort" ? loaded.askedFrom : behind;
  const isGone =
    ["loading", "unpaired"].includes(view) ||
    (folder && !isFolder(menu, folder)) ||
    (view === "referral" && !referralById(menu, loaded.referral)) ||
    (["sheet", "needs"].includes(view) && !serviceById(menu, service)) ||
    (view === "film" && !filmOf(loaded)) ||
    (["appointment", "convocation"].includes(view) && !menu.appointments);
  return isGone ? atStart(loaded, at) : loaded;
}

// What time alone changes.
const passed = (state, at) => withoutCode(withHeldInformation(withHeldMenu(state, at), at, isStartHeld), at);

function withHeldMenu(state, at) {
  const menu = state.heldMenu;
  return menu && menu.language === state.language && !isMenuHeld(state, menu, at)
    ? withMenu(state, menu, at)
    : state;
}

// A visitor is choosing from this page, or was a moment ago: its buttons stay in place, unchanged.
function isMenuHeld(state, menu, at) {
  return isStartHeld(state, at) && state.menu?.language === menu.language;
}

const isStartHeld = (state, at) => state.view === "start" && at - state.touchedAt < MENU_HELD_MS;

function atStart(state, at, view = "start") {
  return {
    ...state,
    view,
    language: state.defaultLanguage,
    folder: null,
    page: 0,
    service: null,
    needs: [],
    press: null,
    isTrying: false,
    ...ticketStart,
    notice: null,
    noticeAt: null,
    ...appointmentStart,
    ...sheetStart,
    ...filmStart,
    ...exceptionalStart,
    ...furtherStart,
    ...informationStart,
    ...awayStart,
    ...guidanceStart,
    beneath: "start",
    preferences: NO_PREFERENCES,
    isListening: false,
    shownAt: at,
    activeAt: at,
  };
}

// The sheet of a service where there is something to say or to ask before its ticket, else the ticket itself.
function toTicket(state, service, pressId) {
  const needsSheet =
    service.bring.length > 0 ||
    service.film ||
    state.menu.asks_needs ||
    state.menu.priority_notice ||
    service.state === "no_counter";
  if (needsSheet) return { ...state, view: "sheet", service: service.id };
  return toTaking(withPress(state, service, false, pressId));
}

function withPress(state, service, priority, pressId) {
  /** @type {Record<string, unknown>} */
  const like = { ...askedFor(state, service), press_id: pressId, language: state.language, priority };
  const body = linked(state, like);
  if (state.needs.length) body.needs = NEEDS.filter((each) => state.needs.includes(each));
  return {
    ...state,
    service: service.id,
    press: { id: body.press_id, attempt: 1, service: service.id, body },
    isTrying: true,
  };
}

const active = (state, at) => ({ ...state, activeAt: Math.max(state.activeAt, at), touchedAt: at });
const isGuarded = (state, at) => at - state.shownAt < GUARD_MS;
const isCurrent = (state, pressId) => state.press?.id === pressId;
const mayReturn = (state) => !BUSY.includes(state.view) && !(state.view === "away" && state.isTrying);

// Whether nobody is at the kiosk: it shows its first view as every visitor finds it, or waits for its server.
export function isAtRest(state) {
  const isFirst = state.view === "start" || (isServerAway(state) && state.awayFrom === "start");
  return (
    ["loading", "unpaired"].includes(state.view) ||
    (isFirst &&
      !state.folder &&
      state.page === 0 &&
      state.language === state.defaultLanguage &&
      !isJoining(state) &&
      !state.isListening &&
      !Object.values(state.preferences).some(Boolean))
  );
}

function quietMs(state) {
  if (isAtRest(state) || !mayReturn(state)) return null;
  if (INFORMATION_VIEWS.includes(state.view)) return QUIET_READING_MS;
  return state.view === "ticket" ? quietTicketMs(state) : QUIET_MS + watchedMs(state);
}
