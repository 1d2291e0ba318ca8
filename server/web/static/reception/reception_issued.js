// The tickets issued at this desk: the last twelve, with their papers, kept while the browser is open.

import { needsCare, paperOf, paperWords, withPrint } from "./paper_state.js";
import { one, show, write } from "../shared/dom.js";
import { drawRows, html, nothing } from "../shared/drawing.js";
import { minutes } from "../shared/durations.js";
import { attempt } from "../shared/stored.js";

const KEPT = 12;

/**
 * `storedAt`: the key in the browser's storage; `readPrints(visits)` asks the server for prints; `tell(text)`
 * writes the line of the page; `reprint(ticket)` is called by the button of a ticket, null in a hall without
 * a printer.
 */
export function createIssued({ storedAt, words, readPrints, tell, reprint }) {
  const { say } = words;
  let tickets = attempt(() => JSON.parse(sessionStorage.getItem(storedAt) ?? "null")) ?? [];
  let prints = []; // the last prints of any ticket of the hall, as messages brought them
  let again = null; // the ticket printed again last, where that is not the last one given here

  function keep(kept) {
    tickets = kept;
    sessionStorage.setItem(storedAt, JSON.stringify(tickets));
    draw();
  }

  /** A ticket was issued; its verdict may have come before its answer. */
  function add(ticket) {
    again = null;
    keep(prints.reduce(withPrint, [ticket, ...tickets]).slice(0, KEPT));
  }

  /** A message about a print of the hall. */
  function takePrint(print) {
    prints = [...prints, print].slice(-KEPT);
    if (again) follow(withPrint([again], print)[0]);
    const kept = withPrint(tickets, print);
    if (kept === tickets) return;
    keep(kept);
    const at = tickets.findIndex(({ visit }) => visit === print.visit);
    const ticket = tickets[at];
    // the last ticket's own line says it
    if (at > 0 && needsCare(ticket)) tell(paperLine(ticket));
  }

  /** A ticket is printed again: what is said follows its paper, unless the line of the last ticket does. */
  function reprinted(ticket, print) {
    again = null;
    keep(withPrint(tickets, { visit: ticket.visit, why: null, ...print }));
    if (ticket.visit === tickets[0]?.visit)
      return tell(say("reception.outcome.reprint", { number: ticket.number }));
    return follow(prints.reduce(withPrint, [{ ...ticket, print: { why: null, ...print } }])[0]);
  }

  function follow(ticket) {
    if (ticket === again) return;
    again = ticket;
    tell(`${say("reception.outcome.reprint", { number: ticket.number })} ${paperLine(ticket)}`);
  }

  /** A verdict during the absence of the page: read again, like everything it may have missed. */
  async function refreshPapers() {
    const visits = tickets.filter(({ print }) => print).map(({ visit }) => visit);
    if (!visits.length) return;
    try {
      const answer = await readPrints(visits);
      keep(answer.prints.reduce(withPrint, tickets));
    } catch {
      // Not reachable: the next connection asks again.
    }
  }

  function draw() {
    const [last] = tickets;
    show("[data-none]", !last);
    show("[data-issued], [data-last]", Boolean(last));
    write("details", last ? detailsOf(last) : "");
    write("paper", last ? paperLine(last) : "");
    if (!last) return;
    write("number", last.number);
    write("service", words.hall.serviceName(last.service));
    one('[data-text="paper"]').classList.toggle("care", needsCare(last));
    drawRows("last", tickets, ({ visit }) => visit, lastRow);
  }

  function paperLine(ticket) {
    const paper = ticket.print ? paperWords(ticket, say) : say("reception.issued.say");
    const key = paperOf(ticket) === "refused" ? "reception.outcome.not_printed" : "reception.outcome.paper";
    return say(key, { number: ticket.number, paper });
  }

  function detailsOf(ticket) {
    // without a public address the code could be typed nowhere
    const address = ticket.follow_url?.replace(/^https?:\/\//, "").replace(/\/t\/.*$/, "/suivi");
    const code = address ? say("reception.issued.code", { code: ticket.short_code, address }) : "";
    return [aheadWords(ticket, say), code].filter(Boolean).join(" · ");
  }

  function lastRow(ticket) {
    const label = say("reception.last.again_one", { number: ticket.number });
    const again = html`<button type="button" class="quiet" aria-label=${label} @click=${() => reprint(ticket)}
      >${say("reception.last.again")}</button>`;
    return html`<tr>
      <th scope="row">${ticket.number}</th>
      <td><bdi>${words.hall.serviceName(ticket.service)}</bdi></td>
      <td>${words.hour(ticket.issued_at)}</td>
      <td><span class=${needsCare(ticket) ? "care" : ""}>${paperWords(ticket, say)}</span>${reprint ? again : nothing}</td>
    </tr>`;
  }

  return {
    add,
    takePrint,
    refreshPapers,
    draw,
    last: () => tickets[0],
    prints: () => prints,
    reprinted,
    remove: (visit) => keep(tickets.filter((ticket) => ticket.visit !== visit)),
  };
}

function aheadWords({ ahead, wait, why_no_wait: why }, say) {
  const count = say("reception.issued.ahead", { count: ahead ?? 0 });
  if (why === "after_closing") return `${count} · ${say("reception.issued.after_closing")}`;
  if (!wait) return count;
  if (wait.high_s === 0) return say("reception.issued.no_wait");
  const way = ["under", "over"].includes(wait.said)
    ? `reception.issued.wait_${wait.said}`
    : "reception.issued.wait";
  const high = minutes(Math.ceil(wait.high_s / 60) * 60, say);
  return `${count} · ${say(way, { low: minutes(wait.low_s, say), high })}`;
}
