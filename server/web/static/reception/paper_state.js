// What becomes of the paper of tickets given at reception: pure, one word a print job.

const ENDED = ["done", "cancelled"];
const WITH_REASON = ["held", "retrying", "refused"];
const REASONS = ["paper_out", "cover_open", "unreachable"];

/**
 * queued, retrying, held, printed, unknown, refused, or none for a ticket without a printer. A job keeps the
 * verdict « refused » while it is sent again.
 */
export function paperOf({ print }) {
  if (!print) return "none";
  const { state, verdict } = print;
  if (verdict === "refused") return ENDED.includes(state) ? "refused" : "retrying";
  if (verdict) return verdict;
  return state === "cancelled" ? "refused" : "queued";
}

/** Why the paper is not there, where the desk can do something about it; null otherwise. */
export function reasonOf(ticket) {
  const why = ticket.print?.why;
  return WITH_REASON.includes(paperOf(ticket)) && REASONS.includes(why) ? why : null;
}

/** What became of the paper, in words: why it is not there, or on which other printer it is. */
export function paperWords(ticket, say) {
  const reason = reasonOf(ticket);
  const other = ticket.print?.other_printer;
  const more = [
    reason && say(`reception.print.why.${reason}`),
    other && say("reception.print.elsewhere", { printer: other }),
  ].filter(Boolean);
  const words = say(`reception.print.${paperOf(ticket)}`);
  return more.length ? `${words} (${more.join(", ")})` : words;
}

/** Whether a person must check: the paper is stopped, uncertain or will not come. */
export const needsCare = (ticket) => !["none", "queued", "printed"].includes(paperOf(ticket));

/**
 * The tickets after a message about a print job, which may be the paper of several of them; the same array
 * when it says nothing new.
 */
export function withPrint(tickets, print) {
  const { visit, job, state, verdict, why, other_printer } = print;
  const isOf = (ticket) =>
    (ticket.visit === visit || ticket.print?.job === job) && isNewer(ticket.print, print);
  if (!tickets.some(isOf)) return tickets;
  const paper = { job, state, verdict, why, ...(other_printer && { other_printer }) };
  return tickets.map((ticket) => (isOf(ticket) ? { ...ticket, print: paper } : ticket));
}

// A reprint is a later job (ids grow with time); of one job, what has ended does not change any more.
function isNewer(before, print) {
  if (!before || print.job > before.job) return true;
  if (print.job < before.job || ENDED.includes(before.state)) return false;
  return ["state", "verdict", "why", "other_printer"].some((each) => print[each] !== before[each]);
}
