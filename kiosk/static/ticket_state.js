// The kiosk’s last view: what became of the paper, and how long number and code stay. Pure, as
// kiosk_state.js. Rule: docs/rules/last-view.md.

import { serviceById } from "./appointment_state.js";

export const QUIET_TICKET_MS = 60_000; // no shorter than any other view, before its warning
export const QUIET_NOTING_MS = 70_000; // what is on no paper stays a minute and a half
export const CODE_GONE_MS = 12_000; // after its paper came out: the next person must not follow this visit

export const ticketStart = {
  ticket: null,
  ticketAt: 0,
  isPrintLate: false,
  paperAt: null,
  isCodeGone: false,
  isCovered: false,
};

/** The tickets of the last view, in the order of their issue: one, or those that are linked. */
export const ticketsOf = ({ party, ticket }) => party?.tickets ?? (ticket ? [ticket] : []);

/** The name of a ticket's service in the read language, also where this kiosk does not offer it. */
export function serviceOfTicket({ menu, ticket, language }) {
  const { service, service_names: names } = ticket;
  return serviceById(menu, service)?.name ?? names[language] ?? names.fr;
}

/** How many papers they are on. */
export const papersOf = (state) =>
  new Set(ticketsOf(state).map(({ visit, print }) => print?.job ?? visit)).size;

const WORST_FIRST = ["no_paper", "unknown", "none", "elsewhere", "pending", "printed"];

// What the page says of the paper, of several that of the worst: pending, printed, elsewhere (at the backup
// printer), no_paper, unknown or none (no printer).
export function printOf(state) {
  const papers = ticketsOf(state).map((ticket) => paperOf(state, ticket));
  return WORST_FIRST.find((each) => papers.includes(each)) ?? "none";
}

// One paper may be that of several tickets: what becomes of it is said of the first of them.
function paperOf(state, each) {
  if (!each.print) return "none";
  const ticket = ticketsOf(state).find(({ print }) => print?.job && print.job === each.print.job) ?? each;
  const verdict = state.verdicts[ticket.visit] ?? ticket.print.verdict;
  const isElsewhere = Boolean(printerOf(state, ticket));
  if (verdict === "printed") return isElsewhere ? "elsewhere" : "printed";
  if (verdict === "held" || verdict === "refused") return "no_paper";
  if (verdict === "unknown" || state.isPrintLate) return "unknown";
  return isElsewhere ? "elsewhere" : "pending";
}

/** The name of the backup printer that has the ticket’s paper; undefined where its own printer has it. */
export const otherPrinterOf = (state) =>
  ticketsOf(state)
    .map((ticket) => printerOf(state, ticket))
    .find(Boolean);
const printerOf = ({ otherPrinters }, ticket) => otherPrinters[ticket.visit] ?? ticket.print?.other_printer;

// Whether the visitor must note or photograph the number: it is on no paper, as far as the kiosk knows.
export const isToBeNoted = (state) =>
  state.ticket !== null && !["pending", "printed", "elsewhere"].includes(printOf(state));

// How long the last view stays without a touch, before its warning.
export function quietTicketMs(state) {
  if (isToBeNoted(state)) return state.isCovered ? QUIET_TICKET_MS : QUIET_NOTING_MS;
  const paperMs = printOf(state) === "pending" ? (state.ticket.paper_within_s ?? 0) * 1_000 : 0;
  return Math.max(QUIET_TICKET_MS, paperMs);
}

// The state of the last view when tickets have come: it follows the last one, or that of the paper of all.
export function withTickets(state, given, at) {
  const ticket = given.at(given[0].press.one_paper ? 0 : -1);
  return { ...ticketStart, ticket, ticketAt: at, paperAt: isPrinted(state, ticket) ? at : null };
}

// Somebody may have come who is not the owner: the code to follow the visit is hidden until they say so.
export const covered = (state, at) => (mayCover(state, at) ? { ...state, isCovered: true } : state);

// What time alone changes: the code leaves a while after its paper came out.
export function withoutCode(state, at) {
  const isDue =
    state.ticket && !state.isCodeGone && state.paperAt !== null && at - state.paperAt >= CODE_GONE_MS;
  return isDue ? { ...state, isCodeGone: true } : state;
}

// `active`, `isGuarded` and `atStart` are the kiosk's own.
export function ticketReducers({ active, isGuarded, atStart }) {
  return {
    print_verdict(state, { visit, verdict, otherPrinter, at }) {
      if (!verdict && !otherPrinter) return state;
      const noted = {
        ...state,
        // "handed_on" replaces the word of the printer that refused
        verdicts: { ...lastOf(state.verdicts), [visit]: verdict ?? "handed_on" },
        otherPrinters: otherPrinter
          ? { ...lastOf(state.otherPrinters), [visit]: otherPrinter }
          : state.otherPrinters,
      };
      const hasPaper = verdict === "printed" && state.ticket?.visit === visit && state.paperAt === null;
      return hasPaper ? withPaper(noted, at) : noted;
    },

    print_late: (state, { visit }) =>
      state.ticket?.visit === visit ? { ...state, isPrintLate: true } : state,

    // A touch outside the buttons. Once the code is gone another visitor begins; before that, who is it?
    touch_view(state, { at }) {
      if (state.view !== "ticket") return state;
      return state.isCodeGone ? atStart(state, at) : covered(state, at);
    },

    show_code: (state, { at }) =>
      state.view === "ticket" && state.isCovered && !isGuarded(state, at)
        ? { ...active(state, at), isCovered: false, ticketAt: at }
        : state,
  };
}

// The paper came out: its owner has time to take it, also where the kiosk waited long for it.
const withPaper = (state, at) => ({
  ...state,
  isCovered: false,
  isCodeGone: state.isCovered, // hidden from somebody who may be another visitor: it does not come back
  paperAt: at,
  activeAt: Math.max(state.activeAt, at - QUIET_TICKET_MS + CODE_GONE_MS),
});

const lastOf = (values) => Object.fromEntries(Object.entries(values).slice(-7));

const mayCover = (state, at) =>
  isToBeNoted(state) &&
  Boolean(state.ticket.follow_url) &&
  !state.isCovered &&
  !state.isCodeGone &&
  at - state.ticketAt >= CODE_GONE_MS;

const isPrinted = ({ verdicts }, { visit, print }) => (verdicts[visit] ?? print?.verdict) === "printed";
