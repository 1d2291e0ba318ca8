// « Appels sur papier »: the console without its server. It keeps the last queue of the day in this browser,
// shows the number called on the whole page, and enters the calls once the server is back.

import { todayAt } from "../shared/durations.js";
import { draw, field, html, icon, nothing, repeat } from "../shared/drawing.js";
import { one } from "../shared/dom.js";
import { attempt } from "../shared/stored.js";
import { send, uuid, whyNotDone } from "../shared/verbs.js";
import {
  bodyOf,
  isTriedAgain,
  nextRows,
  paperOf,
  withAnotherTry,
  withAnswer,
  withArrived,
  withBatch,
  withCalled,
  withConsole,
  withEnded,
  withHere,
  withNoAnswer,
  withNoted,
  withoutCall,
  withQueueOf,
  withVisit,
} from "./paper_calls_state.js";
import { capital } from "./console_view.js";

const ROWS_SHOWN = 12;
/** @param {import("./paper_calls_state.js").PaperRow} row */
const keyOfRow = ({ visit }) => visit;
const ENDS = ["served", "no_show", "left"];

/**
 * The paper of a hall in the page's <dialog>. `headers(counter)`: of a write of that counter, null where
 * nothing can be sent; `entered()` is called once calls were entered; `closed()` when the dialog closes;
 * `isLive()`: whether the server answers.
 */
export function createPaperCalls({ words, headers, isLive, entered, closed }) {
  const { say, hour, hall } = words;
  const dialog = /** @type {HTMLDialogElement} */ (one("[data-paper]"));
  const key = `parvis.paper.${hall.slug}`;
  const dayOf = new Intl.DateTimeFormat("fr-CA", { timeZone: hall.time_zone });
  const stored = attempt(() => JSON.parse(localStorage.getItem(key) ?? "null"));
  const today = (offsetMs) => dayOf.format(Date.now() + offsetMs);
  let paper = paperOf(stored, today(stored?.offsetMs ?? 0));
  const ui = { said: "", removing: null, isSending: false, kept: null };
  if (stored && stored.on !== paper.on) attempt(() => localStorage.removeItem(key));

  const now = () => new Date(Date.now() + paper.offsetMs).toISOString();

  function change(next) {
    const isOtherView = Boolean(paper.current) !== Boolean(next.current);
    paper = next;
    attempt(() => localStorage.setItem(key, JSON.stringify(paper)));
    render();
    if (dialog.open && isOtherView) dialog.focus(); // no second press lands on a button of the next view
  }

  /** Keeps the queue of a console, where it is another than the one that is kept. */
  function keep(state) {
    if (dialog.open || !state.counter?.session_mark || state === ui.kept) return;
    ui.kept = state;
    const on = today(state.clockOffsetMs);
    const nowMs = Date.now() + state.clockOffsetMs;
    change(withQueueOf(on === paper.on ? paper : paperOf(null, on), state, nowMs));
  }

  function open() {
    if (!dialog.open) dialog.showModal();
    change(isLive() ? paper : withHere(paper));
    dialog.focus();
  }

  async function close() {
    change(withConsole(paper));
    dialog.close();
    closed();
    await enter();
  }

  /** Sends what is to be entered, one batch after the other; what cannot be stays, with its reason. */
  async function enter() {
    if (!headers || ui.isSending || !isLive()) return;
    ui.isSending = true;
    const before = paper.calls.length;
    change(withAnotherTry(paper));
    for (change(withBatch(paper, uuid)); paper.sending; change(withBatch(paper, uuid))) {
      const { key: batch, counter } = paper.sending;
      const request = { path: `/api/v1/counters/${counter}/reentered`, body: bodyOf(paper.sending) };
      const answer = await send({ ...request, headers: headers(counter) }, { newKey: () => batch });
      if (!answer.ok) {
        ui.said = whyNotDone(answer, say);
        if (answer.status !== 0) change(withNoAnswer(paper));
        break;
      }
      ui.said = "";
      change(withAnswer(paper, answer.body));
    }
    ui.isSending = false;
    render();
    if (paper.calls.length !== before) await entered();
  }

  // Drawing

  function render() {
    const due = document.querySelector("[data-paper-due]");
    if (due) due.hidden = paper.calls.length === 0;
    draw(document.querySelector("[data-paper-due-text]"), dueWords());
    if (!dialog.open && !paper.current && paper.calls.length === 0) return draw(dialog, nothing);
    draw(dialog, paper.current ? whole(paper.current) : lists());
  }

  const dueWords = () => say("console.paper.due", { count: paper.calls.length });

  /** The number called, in figures that are read across the hall. */
  function whole(call) {
    const isHere = call.started_at !== null;
    const times = isHere
      ? say("console.paper.started", { at: hour(call.started_at) })
      : say("console.paper.called", { at: hour(call.called_at) });
    const press = (end) => () => change(withEnded(paper, end, now()));
    return html`<div class="called-number" role="status">
        <p class="place" id="paper-title">${capital(paper.label)}</p>
        <p class="number">${call.number}</p>
        <p class="times">${times}</p>
      </div>
      <div class="ways">
        ${
          isHere
            ? html`<button type="button" class="primary" @click=${press("served")}>${say("console.paper.end.served")}</button>`
            : html`<button type="button" class="primary" @click=${() => change(withArrived(paper, now()))}
                >${say("console.paper.here")}</button>
              <button type="button" @click=${press("no_show")}>${say("console.paper.end.no_show")}</button>`
        }
        ${backWay()}
      </div>`;
  }

  const backWay = () =>
    isLive()
      ? html`<button type="button" @click=${close}>${icon("check")}<span>${say("console.paper.close")}</span></button>`
      : nothing;

  function lists() {
    const { own, others } = nextRows(paper);
    const isAway = !isLive();
    return html`<header>
        <h2 id="paper-title">${say("console.paper.title")}</h2>
        <p>${paper.asOf ? say(isAway ? "console.paper.away" : "console.paper.back", { at: hour(paper.asOf) }) : ""}</p>
        <div class="ways">
          <button type="button" @click=${() => globalThis.print()}>${say("console.paper.print")}</button>
          ${headers || isLive() ? html`<button type="button" @click=${close}>${say("console.paper.close")}</button>` : nothing}
        </div>
      </header>
      <div class="columns">
        ${isAway ? callList(own, others) : nothing}
        <section aria-labelledby="paper-due">${keptCalls()}${noteForm()}</section>
      </div>
      ${sheet([...own, ...others])}`;
  }

  function callList(own, others) {
    const [first, ...rest] = own.length > 0 ? own : others;
    const callIt = (number) => () => change(withCalled(paper, number, now()));
    const row = (/** @type {any} */ { number, service, issued_at, class: kind }) => html`<li>
      <b>${number}</b><span><bdi>${hall.serviceName(service)}</bdi>
        <small>${say("console.person.arrived", { at: hour(issued_at) })} ${classWords(kind)}</small></span>
      <button type="button" class="small" @click=${callIt(number)}>${say("console.paper.call", { number })}</button>
    </li>`;
    const typed = (event) => {
      event.preventDefault();
      const { number } = event.target.elements;
      if (number.value.trim()) change(withCalled(paper, number.value, now()));
    };
    return html`<section aria-labelledby="paper-next">
      <h3 id="paper-next">${say("console.paper.next")}</h3>
      ${
        first
          ? html`<button type="button" class="primary first" @click=${callIt(first.number)}
              ><span>${say("console.paper.call", { number: first.number })}</span
              ><small><bdi>${hall.serviceName(first.service)}</bdi> ${classWords(first.class)}</small></button>`
          : html`<p class="notice">${say("console.paper.nobody")}</p>`
      }
      <form class="typed" @submit=${typed}>
        ${field("paper-number", say("console.paper.other_number"), numberField("paper-number"))}
        <button>${say("console.paper.call_typed")}</button>
      </form>
      <ul class="rows">${repeat(rest.slice(0, ROWS_SHOWN), keyOfRow, row)}</ul>
      ${
        own.length > 0 && others.length > 0
          ? html`<details><summary>${say("console.paper.others", { count: others.length })}</summary>
              <ul class="rows">${repeat(others, keyOfRow, row)}</ul></details>`
          : nothing
      }
    </section>`;
  }

  const numberField = (id) =>
    html`<input id=${id} name="number" type="text" maxlength="12" autocomplete="off" autocapitalize="characters"
      spellcheck="false" required>`;

  const classWords = (kind) => {
    const name = `console.paper.class.${kind}`;
    return say.knows(name) ? html`<span class="chip">${say(name)}</span>` : nothing;
  };

  function keptCalls() {
    const { calls } = paper;
    if (calls.length === 0) return html`<p id="paper-due" role="status">${say("console.paper.none_due")}</p>`;
    return html`<h3 id="paper-due">${dueWords()}</h3>
      <p role="status">${ui.said || (isLive() ? "" : say("console.paper.waits"))}</p>
      <ul class="kept">${repeat(calls, (call) => `${call.called_at} ${call.number}`, keptCall)}</ul>
      ${
        headers && isLive()
          ? html`<button type="button" class="primary" ?disabled=${ui.isSending} @click=${enter}
              >${say("console.paper.enter")}</button>`
          : nothing
      }`;
  }

  function keptCall(call) {
    const from = hour(call.called_at);
    const times = call.ended_at ? say("console.paper.from_to", { from, to: hour(call.ended_at) }) : from;
    const choose = ({ visit, number, service, issued_at }) =>
      html`<button type="button" class="small" @click=${() => change(withVisit(paper, call, visit))}>${say(
        "console.paper.choice",
        { number, service: hall.serviceName(service), at: hour(issued_at) },
      )}</button>`;
    return html`<li>
      <b>${call.number}</b>
      <span>${times}${call.end ? ` · ${say(`console.paper.end.${call.end}`)}` : ""}
        ${call.refused ? html`<strong>${icon("alert")} ${call.refused.detail} ${againWords(call)}</strong>` : nothing}
        ${call.refused?.choices.map(choose)}</span>
      ${removal(call)}
    </li>`;
  }

  const againWords = (call) => (isTriedAgain(call) ? say("console.paper.again") : "");

  /** A call that is taken away is lost, so it takes two presses. */
  function removal(call) {
    const ask = (whom) => () => {
      ui.removing = whom;
      render();
    };
    if (ui.removing !== call)
      return html`<button type="button" class="small quiet" @click=${ask(call)}>${say("console.paper.remove")}</button>`;
    return html`<span class="ways">
      <button type="button" class="small" @click=${ask(null)}>${say("console.ask.no")}</button>
      <button type="button" class="small sure" @click=${() => change(withoutCall(paper, call))}
        >${say("console.paper.remove_sure")}</button></span>`;
  }

  /** What an agent noted on the printed queue. */
  function noteForm() {
    const add = (event) => {
      event.preventDefault();
      const { number, called, ended, end } = event.target.elements;
      const at = (typed) => todayAt(typed.value, Date.now() + paper.offsetMs, hall.time_zone);
      change(
        withNoted(paper, {
          number: number.value,
          called_at: at(called),
          ended_at: at(ended.value ? ended : called),
          end: end.value,
        }),
      );
      event.target.reset();
      number.focus();
    };
    const time = (id, isNeeded) =>
      html`<input id="paper-${id}" name=${id} type="time" ?required=${isNeeded}>`;
    return html`<form class="noted" @submit=${add} aria-labelledby="paper-note">
      <h3 id="paper-note">${say("console.paper.note")}</h3>
      ${field("paper-noted", say("console.paper.note_number"), numberField("paper-noted"))}
      ${field("paper-called", say("console.paper.note_called"), time("called", true))}
      ${field("paper-ended", say("console.paper.note_ended"), time("ended", false))}
      ${field(
        "paper-end",
        say("console.paper.note_end"),
        html`<select id="paper-end" name="end">
          ${ENDS.map((each) => html`<option value=${each}>${say(`console.paper.end.${each}`)}</option>`)}</select>`,
      )}
      <button>${say("console.paper.note_add")}</button>
    </form>`;
  }

  /** The kept queue as it is printed. */
  function sheet(rows) {
    const columns = ["number", "issued", "service", "class", "counter", "called", "ended"];
    return html`<table class="sheet">
      <caption>${hall.name} · ${say("console.paper.sheet", { at: paper.asOf && hour(paper.asOf) })}</caption>
      <thead><tr>${columns.map((name) => html`<th scope="col">${say(`console.paper.column.${name}`)}</th>`)}</tr></thead>
      <tbody>${rows.map(
        (row) => html`<tr><th scope="row">${row.number}</th><td>${hour(row.issued_at)}</td>
          <td>${hall.serviceName(row.service)}</td><td>${classWords(row.class)}</td><td></td><td></td><td></td></tr>`,
      )}</tbody>
    </table>`;
  }

  // what is typed or pressed there is for the paper alone
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (!paper.current) close();
  });
  render();
  const isCalling = () => paper.current !== null;
  return { keep, open, enter, render, isCalling, hasCalls: () => paper.calls.length > 0 };
}
