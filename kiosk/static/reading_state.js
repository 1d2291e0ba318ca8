// What « Écouter » says of the kiosk’s view: pure, like the state.

import {
  appointmentReading,
  offersAppointment,
  offersSheet,
  sheetPaper,
  wayOf,
  FILM_ACTS,
  offersFilm,
} from "./appointment_state.js";
import { isServerAway, informationReading } from "./information.js";
import { NEEDS, shownServices } from "./kiosk_state.js";
import { printOf } from "./ticket_state.js";
import { asksPaper, peopleToChoose, offersNotHere, shownReferrals } from "./together_state.js";

const READ_VIEWS = [
  ...["start", "languages", "sheet", "needs", "appointment", "convocation", "notice", "ticket", "escort"],
  ...["information", "information_text", "referral", "together", "film"],
];

// Whether « Écouter » begins again: it is on, and the view, page or language has changed.
export function isToBeRead(state, before) {
  const parts = [
    ...[
      "isListening",
      "view",
      "folder",
      "service",
      "referral",
      "convocation",
      "convocations",
      "page",
      "language",
    ],
    ...["isCovered", "reading", "noticeLanguage"],
  ];
  const isTurned = (part) => part !== "page" || state.view !== "information_text"; // it is read on
  const isNew = parts.some((part) => state[part] !== before?.[part] && isTurned(part));
  return state.isListening && (isNew || !state.isIntroduced);
}

// What « Écouter » asks to hear of the one control the keyboard is on; null where nothing is read.
export function focusReadingOf(state, key) {
  const { view, folder, service, exceptional, language: lang } = state;
  if (!state.isListening || !key || !READ_VIEWS.includes(view)) return null;
  const within = view === "start" ? folder : exceptional && view === "notice" ? exceptional.service : service;
  return {
    lang,
    view,
    ...(within && { service: within }),
    ...(view === "needs" && { needs: state.needs.join(",") }),
    focus: key,
  };
}

/** What the digits choose: the choices of a view in the order in which the voice numbers them, as actions. */
export function choicesOf(state, onPage) {
  const { view, menu, convocation, convocations } = state;
  const expected = offersAppointment(state) ? [{ type: "show_appointment" }] : [];
  switch (view) {
    case "start": {
      const services = shownServices(state).map(({ id }) => ({ type: "choose_service", service: id }));
      const referrals = shownReferrals(state).map(({ id }) => ({ type: "choose_referral", referral: id }));
      const notHere = offersNotHere(state) ? [{ type: "show_not_here" }] : [];
      return [...(state.folder || !menu.is_open ? [] : expected), ...services, ...referrals, ...notHere];
    }
    case "sheet":
      return [
        { type: "take", priority: false },
        ...(menu.priority_notice ? [{ type: "take", priority: true }] : []),
        ...(menu.asks_needs ? [{ type: "show_needs" }] : []),
        ...(offersFilm(state) ? [{ type: "show_film" }] : []),
      ];
    case "film":
      return state.film.isMissing ? [] : FILM_ACTS.map((type) => ({ type }));
    case "needs":
      return NEEDS.map((need) => ({ type: "toggle_need", need }));
    case "escort":
      return [true, false].map((isFetched) => ({ type: "answer_escort", isFetched }));
    case "notice":
      return (wayOf(state)?.reasons ?? []).map(({ id }) => ({ type: "choose_reason", reason: id }));
    case "together":
      if (asksPaper(state)) return [true, false].map((isOne) => ({ type: "choose_paper", isOne }));
      return peopleToChoose(state).map((people) => ({ type: "choose_people", people }));
    case "convocation": {
      const hours = convocations?.find(({ service }) => service === convocation)?.hours;
      return convocation
        ? (hours ?? []).map((hour) => ({ type: "choose_hour", hour }))
        : (convocations ?? []).map(({ service }) => ({ type: "choose_convocation", service }));
    }
    case "information":
      return onPage.map((notice) => ({ type: "open_notice", notice }));
    case "ticket":
      return state.isCovered ? [{ type: "show_code" }, { type: "home" }] : [];
  }
  return [];
}

/**
 * What is asked to be heard of the view, by names only; null where there is nothing to read. `onPage`:
 * services or hours on the page. A visitor who just began the guidance hears first where the keys are.
 */
export function readingOf(state, onPage) {
  const reading = viewReadingOf(state, onPage);
  return reading && !state.isIntroduced ? { ...reading, has_keys: true } : reading;
}

function viewReadingOf(state, onPage) {
  const { view, folder, service, ticket, exceptional, language: lang } = state;
  switch (view) {
    case "start":
      return { lang, view, ...(folder && { service: folder }), shown: onPage.join(",") };
    case "languages":
    case "escort":
      return { lang, view };
    case "away":
      return isServerAway(state) ? { lang, view } : null;
    case "sheet":
      return {
        lang,
        view,
        service,
        ...(exceptional && { wanted: exceptional.service, exceptional_reason: exceptional.reason }),
      };
    case "film":
      return { lang, view, service };
    case "together":
      return { lang, view, shown: asksPaper(state) ? "" : peopleToChoose(state).join(",") };
    case "referral":
      return { lang, view, service: state.referral };
    case "needs":
      return { lang, view, needs: state.needs.join(",") };
    case "information":
    case "information_text":
      return informationReading(state, onPage);
    case "appointment":
    case "convocation":
      return appointmentReading(state, onPage);
    case "notice":
      return {
        lang,
        view,
        ...(service && { service }),
        reason: state.notice,
        ...(state.noticeAt && { at: state.noticeAt }),
        ...(offersSheet(state) && { has_sheet: true, paper: sheetPaper(state) }),
      };
    case "ticket":
      return {
        lang,
        view,
        visit: ticket.visit,
        paper: printOf(state),
        is_priority: ticket.press.priority,
        has_code: Boolean(ticket.follow_url) && !state.isCodeGone && !state.isCovered,
        ...(state.isCovered && { is_covered: true }),
        ...(state.isFetched && { is_fetched: true }),
        ...(ticket.paper_within_s && { paper_within_s: ticket.paper_within_s }),
        ...(ticket.appointment && {
          arrival: ticket.appointment.arrival,
          at: ticket.appointment.booked_at,
          late_min: ticket.appointment.late_min ?? 0,
        }),
      };
  }
  return null;
}
