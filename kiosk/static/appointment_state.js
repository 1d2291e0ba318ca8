// Appointments at the kiosk, codes that are typed or scanned, and films of services. Pure.

import { isCutOff } from "./information.js";
import { toTaking } from "./guidance.js";

// --- What was typed or read by a reader of codes: a code, an address that holds one, or something else.
// Pure.

export const LONGEST_CODE = 32; // as the server keeps them
export const LONGEST_READ = 300;
const ADDRESS = /(?:https?:\/\/|www\.)\S+/i;
const OF_TICKET = /^\/(?:t\/[\w-]{16,}|suivi)\/?$/i; // the page that follows a ticket
const NAMES = /^(?:code|rdv|rendez-?vous|appointment|booking|reservation|ref|reference)$/i;
const NO_CODE = /[^a-z0-9 -]/i;

const lettersOf = (text) => text.replace(/[^a-z0-9]/gi, "").toUpperCase();

/** The letters to show while it is typed: none of an address. */
export const shownCode = (typed) =>
  typed.includes(":") || ADDRESS.test(typed) ? "" : lettersOf(typed).slice(0, LONGEST_CODE);

/**
 * The code in what was typed; or why there is none: `scanned_ticket`, the code of a ticket, or
 * `scanned_other`.
 *
 * @param {string} typed
 * @returns {{ code: string, error: string | null }}
 */
export function codeIn(typed) {
  const address = ADDRESS.exec(typed)?.[0];
  if (address) return codeInAddress(address);
  const code = lettersOf(typed);
  return NO_CODE.test(typed) || code.length > LONGEST_CODE ? without("scanned_other") : { code, error: null };
}

const without = (error) => ({ code: "", error });

// A link of a booking says its code by name, or ends with it.
function codeInAddress(address) {
  const url = urlOf(address);
  if (url && OF_TICKET.test(url.pathname)) return without("scanned_ticket");
  const fields = url ? [...url.searchParams, ...new URLSearchParams(url.hash.slice(1))] : [];
  const last = url?.pathname.split("/").filter(Boolean).at(-1) ?? "";
  const named = fields.find(([name]) => NAMES.test(name))?.[1];
  const code = lettersOf(named ?? (/\d/.test(last) && !last.includes(".") ? last : ""));
  return code.length >= 3 && code.length <= LONGEST_CODE ? { code, error: null } : without("scanned_other");
}

function urlOf(address) {
  try {
    return new URL(/^http/i.test(address) ? address : `https://${address}`);
  } catch {
    return null;
  }
}

// --- Appointments at the kiosk: type or scan a code, or choose service and hour; and services by
// appointment only. Pure, as kiosk_state.js.

export const SHORTEST_CODE = 3;
export const APPOINTMENT_NOTICES = [
  "unknown_appointment",
  "appointment_used",
  "appointment_cancelled",
  "appointment_other_day",
  "appointment_too_early",
];

export const appointmentStart = {
  typed: "",
  code: "",
  codeError: null,
  convocations: null,
  isLoadingConvocations: false,
  convocation: null,
  wanted: null,
};

// Whether one may say from here that one has an appointment: at the start, or where a service asks for one.
export function offersAppointment(state) {
  const { menu, view, notice, party } = state;
  const isHere = view === "start" || (view === "notice" && notice === "appointment_only");
  return isHere && Boolean(menu?.appointments) && !party && !isCutOff(state);
}

// Whether the server did not say which convocations are expected.
export function hasFailedConvocations({ view, convocations, isLoadingConvocations }) {
  return view === "convocation" && convocations === null && !isLoadingConvocations;
}

// Back to the keypad, the code kept, when it was the code that was wrong; null for any other refusal.
export function wrongCode(state, code) {
  const isOfCode = state.press?.body.code !== undefined && code === "unknown_appointment";
  return isOfCode
    ? { ...state, view: "appointment", press: null, isTrying: false, codeError: code, page: 0 }
    : null;
}

// `active` and `isGuarded` are the kiosk's own.
export function appointmentReducers({ active, isGuarded }) {
  const isHere = (state, view, at) => state.view === view && !isGuarded(state, at);
  const check = (state, { pressId, at }, claim, service) => {
    // whose demand was counted: it was no demand
    const wantedService = state.wanted && { wanted_service: state.wanted };
    return toTaking({
      ...active(state, at),
      service,
      isTrying: true,
      codeError: null,
      press: {
        id: pressId,
        attempt: 1,
        body: { ...claim, ...wantedService, press_id: pressId, language: state.language, priority: false },
      },
    });
  };
  return {
    show_appointment(state, { at }) {
      if (!offersAppointment(state) || isGuarded(state, at)) return state;
      // a press that counted the demand goes on by itself: its answer is not waited for
      const wantedService = state.view === "notice" ? state.service : null;
      return {
        ...active(state, at),
        ...appointmentStart,
        wanted: wantedService,
        view: "appointment",
        folder: null,
        service: null,
        press: null,
        page: 0,
      };
    },

    // A reader types what it reads, from the start too: no guard, its keys come close together.
    type_code(state, { letter, at }) {
      const isReading = state.view === "start" && state.menu?.appointments;
      if (state.view !== "appointment" && !isReading) return state;
      if (isReading && !/[a-z0-9]/i.test(letter)) return state;
      const before = isReading ? { ...appointmentStart, view: "appointment", folder: null, page: 0 } : {};
      const typed = ((isReading ? "" : state.typed) + letter).slice(0, LONGEST_READ);
      return { ...active(state, at), ...before, typed, code: shownCode(typed) };
    },

    erase_code(state, { at }) {
      const code = state.code.slice(0, -1);
      return state.view === "appointment" ? { ...active(state, at), typed: code, code } : state;
    },

    submit_code(state, action) {
      if (state.view !== "appointment") return state;
      const { code, error } = codeIn(state.typed);
      const read = { ...state, typed: code, code };
      if (error) return { ...active(read, action.at), codeError: error };
      return code.length < SHORTEST_CODE ? state : check(read, action, { code }, null);
    },

    show_convocations(state, { at }) {
      return isHere(state, "appointment", at)
        ? {
            ...active(state, at),
            view: "convocation",
            convocations: null,
            isLoadingConvocations: true,
            convocation: null,
            page: 0,
          }
        : state;
    },

    convocations_loaded: (state, { services }) => ({
      ...state,
      convocations: services,
      isLoadingConvocations: false,
    }),

    convocations_failed: (state) => ({ ...state, isLoadingConvocations: false }),

    retry_convocations: (state, { at }) =>
      isHere(state, "convocation", at) && hasFailedConvocations(state)
        ? { ...active(state, at), isLoadingConvocations: true }
        : state,

    choose_convocation(state, { service, at }) {
      return isHere(state, "convocation", at)
        ? { ...active(state, at), convocation: service, page: 0, shownAt: at }
        : state;
    },

    choose_hour(state, action) {
      if (!isHere(state, "convocation", action.at) || !state.convocation) return state;
      return check(state, action, { service: state.convocation, booked_at: action.hour }, state.convocation);
    },
  };
}

// The reading that « Écouter » requests for these views; a typed code is not spoken.
export function appointmentReading({ view, language: lang, codeError, convocations, convocation }, onPage) {
  if (view === "appointment") return { lang, view, ...(codeError && { reason: codeError }) };
  if (convocations === null) return null;
  return convocation
    ? { lang, view, service: convocation, hours: onPage.join(",") }
    : { lang, view, shown: onPage.join(",") };
}

// One step back within the appointments; null where the kiosk's own step applies.
export function appointmentBack(state) {
  if (state.view !== "convocation") return null;
  return state.convocation ? { convocation: null, page: 0 } : { view: "appointment", page: 0 };
}

// --- By appointment only: the sheet « Comment prendre rendez-vous » that a kiosk prints, and the exceptional
// reasons to be received without an appointment.

export const sheetStart = { sheet: null };

// Whether the notice that is up offers the sheet: the kiosk prints, and one would need an appointment.
export const offersSheet = (state) =>
  state.prints &&
  !isCutOff(state) &&
  state.view === "notice" &&
  state.notice === "appointment_only" &&
  Boolean(state.service);

// The state of the paper: none (not requested), pending, printed, elsewhere, no_paper or unknown.
export function sheetPaper(state) {
  const { sheet, verdicts } = state;
  if (!sheet) return "none";
  if (sheet.isRefused) return "no_paper";
  const verdict = verdicts[sheet.job] ?? null;
  if (verdict === "held" || verdict === "refused") return "no_paper";
  if (verdict === "unknown" || (verdict !== "printed" && sheet.isLate)) return "unknown";
  if (state.otherPrinters[sheet.job]) return "elsewhere";
  return verdict === "printed" ? "printed" : "pending";
}

export const sheetPaperText = (state, say) =>
  say(`kiosk.appointment_sheet.paper.${sheetPaper(state)}`, {
    printer: state.otherPrinters[state.sheet.job],
  });

// `active` and `isGuarded` are the kiosk's own.
export function sheetReducers({ active, isGuarded }) {
  const isOf = (state, pressId) => state.sheet?.id === pressId;
  return {
    print_sheet(state, { pressId, at }) {
      if (!offersSheet(state) || state.sheet || isGuarded(state, at)) return state;
      const body = { service: state.service, language: state.language };
      return {
        ...active(state, at),
        sheet: { id: pressId, body, job: null, isRefused: false, isLate: false },
      };
    },

    sheet_queued: (state, { pressId, job }) =>
      isOf(state, pressId) ? { ...state, sheet: { ...state.sheet, job } } : state,
    sheet_refused: (state, { pressId }) =>
      isOf(state, pressId) ? { ...state, sheet: { ...state.sheet, isRefused: true } } : state,
    sheet_late: (state, { pressId }) =>
      isOf(state, pressId) ? { ...state, sheet: { ...state.sheet, isLate: true } } : state,
  };
}

export const exceptionalStart = { exceptional: null };

// Every service of the menu, those inside folders too.
const leaves = (menu) => (menu?.services ?? []).flatMap((each) => [each, ...each.children]);

// A service by its id; also one that a kiosk shows only to receive exceptionally.
export function serviceById(menu, id) {
  const services = leaves(menu);
  return (
    services.find((each) => each.id === id) ??
    services.map((each) => each.exceptional?.received_by).find((each) => each?.id === id) ??
    null
  );
}

// The way past the notice that is up: {received_by, reasons}; null where one needs an appointment and nothing
// else helps.
export function wayOf(state) {
  const isUp = state.view === "notice" && state.notice === "appointment_only" && !isCutOff(state);
  return (isUp && serviceById(state.menu, state.service)?.exceptional) || null;
}

// The reason chosen, in the menu's language; empty where none was.
export function reasonChosen({ menu, exceptional }) {
  const reasons = exceptional ? serviceById(menu, exceptional.service)?.exceptional?.reasons : null;
  return reasons?.find(({ id }) => id === exceptional.reason)?.name ?? "";
}

// The body of a press: the service on the sheet, or the one that needs an appointment with the reason why
export function askedFor({ exceptional }, service) {
  return exceptional
    ? { service: exceptional.service, exceptional_reason: exceptional.reason }
    : { service: service.id };
}

// `active`, `isGuarded` and `toTicket` are the kiosk's own.
export function exceptionalReducers({ active, isGuarded, toTicket }) {
  return {
    choose_reason(state, { reason, pressId, at }) {
      const way = wayOf(state);
      if (!way?.reasons.some(({ id }) => id === reason) || isGuarded(state, at)) return state;
      // the press that counted the demand goes on by itself: its answer is not waited for
      const chosen = {
        ...active(state, at),
        press: null,
        page: 0,
        exceptional: { service: state.service, reason },
      };
      return toTicket(chosen, way.received_by, pressId);
    },
  };
}

// Back from the sheet to the notice the reason was chosen on; null where none was.
export const exceptionalBack = ({ view, exceptional }) =>
  view === "sheet" && exceptional
    ? { view: "notice", service: exceptional.service, needs: [], page: 0, ...exceptionalStart }
    : null;

// --- The film in sign language of a service. Pure, as kiosk_state.js.

export const FILM_ACTS = ["play_film", "stop_film", "restart_film"]; // as the voice numbers them
const SHOWN_FROM = ["sheet", "notice"];

// `film`: the view it was opened from, whether it `plays`, how often it began again; null: no film is open
export const filmStart = { film: null };

/** The film of the service of the view, or null. */
export const filmOf = ({ menu, service }) => serviceById(menu, service)?.film ?? null;

/** Whether the view offers a film. */
export const offersFilm = (state) => SHOWN_FROM.includes(state.view) && filmOf(state) !== null;

/** Back to the view that the film was opened from; null elsewhere. */
export const filmBack = ({ view, film }) =>
  view === "film" ? { view: film.from, page: 0, ...filmStart } : null;

/** How long nobody need press anything: a film that plays is watched. 0 where none plays. */
export const watchedMs = (state) => (state.film?.plays ? (filmOf(state)?.ms ?? 0) : 0);

export function filmReducers({ active, isGuarded }) {
  const turned = (change) => (state, action) => {
    if (state.view !== "film" || state.film.isMissing) return state;
    return { ...active(state, action.at), film: { ...state.film, ...change(state.film) } };
  };
  return {
    show_film: (state, { at }) =>
      offersFilm(state) && !isGuarded(state, at)
        ? {
            ...active(state, at),
            view: "film",
            film: { from: state.view, plays: false, hasEnded: false, takes: 0, isMissing: false },
          }
        : state,
    play_film: turned(({ hasEnded, takes }) => ({
      plays: true,
      hasEnded: false,
      takes: takes + (hasEnded ? 1 : 0),
    })),
    stop_film: turned(() => ({ plays: false })),
    restart_film: turned(({ takes }) => ({ plays: true, hasEnded: false, takes: takes + 1 })),
    film_ended: turned(() => ({ plays: false, hasEnded: true })),
    film_missing: turned(() => ({ plays: false, isMissing: true })),
  };
}
