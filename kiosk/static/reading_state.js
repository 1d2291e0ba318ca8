// What « Écouter » says of the kiosk’s view: pure, like the state.

import { appointmentReading, offersSheet, sheetPaper } from "./appointment_state.js";
import { isServerAway } from "./away_state.js";
import { informationReading } from "./information.js";
import { printOf } from "./ticket_state.js";
import { peopleToChoose } from "./together_state.js";

const READ_VIEWS = [
  ...["start", "languages", "sheet", "needs", "appointment", "convocation", "notice", "ticket"],
  ...["information", "information_text", "referral", "together"],
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
  return state.isListening && parts.some((part) => state[part] !== before?.[part] && isTurned(part));
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

// What « Écouter » asks to hear of the view, by names only; null where there is nothing to read. `shown`:
// services or hours on the page.
export function readingOf(state, onPage) {
  const { view, folder, service, ticket, exceptional, language: lang } = state;
  switch (view) {
    case "start":
      return { lang, view, ...(folder && { service: folder }), shown: onPage.join(",") };
    case "languages":
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
    case "together":
      return { lang, view, shown: peopleToChoose(state).join(",") };
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
        is_priority: ticket.priority,
        has_code: Boolean(ticket.follow_url) && !state.isCodeGone && !state.isCovered,
        ...(state.isCovered && { is_covered: true }),
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
