// Draws the supervisor's wall: the truth now, queues with their tickets, counters, the longest waits.

import { minutes, secondsSince } from "../shared/durations.js";
import { one, show, write } from "../shared/dom.js";
import { drawList, drawRows, html, icon, nothing, repeat, unseen } from "../shared/drawing.js";
import { queueRows, truthNow } from "./wall_state.js";

const SIGNS = { late: "alert", unserved: "alert", breach_expected: "clock" };
const percent = (share) => `${share * 100}%`;

/**
 * `move(counter, profile)` and `tickets(service, verb, body)` are what buttons do; `reasons`: why tickets
 * are stopped, each with the words that visitors read (null: none). Returns draw(wall, nowMs).
 */
export function createWallView({ words, move, tickets, reasons }) {
  const { say, hour, hall } = words;
  /** @type {Api.WallAnswer["counters"]} */
  let listed = []; // counters as of when nobody was pressing among them
  let opened = null; // the counter whose profile is being chosen
  let askedQueue = null; // the queue whose tickets are asked about
  let lastDrawn = null; // what was drawn last

  function figures({ people, day, counted }, rows) {
    const count = (...states) => states.reduce((sum, state) => sum + (counted[state] ?? 0), 0);
    const open = count("open", "free", "called", "in_service");
    const paused = count("paused", "forgotten");
    const { longestS, overdue } = truthNow(rows);
    const median = day.median_wait_s === null ? "–" : minutes(day.median_wait_s, say);
    const within = day.within_target_percent ?? "–";
    const texts = {
      waiting: people.waiting,
      longest: people.waiting ? minutes(longestS, say) : "–",
      overdue,
      counters: open,
      "counters-label": say(paused ? "wall.figure.counters_paused" : "wall.figure.counters", {
        count: paused,
      }),
      people: say("wall.people.now", people),
      linked: people.linked ? say("wall.people.linked", { count: people.linked }) : "",
      "called-today": day.received ? say("wall.called_today", { count: day.received, median, within }) : "",
    };
    for (const [name, text] of Object.entries(texts)) write(name, String(text));
    one('[data-figure="overdue"]').classList.toggle("late", overdue > 0);
  }

  function sentToClosed({ sent_to_closed: sent }) {
    show("[data-sent-to-closed]", sent.length > 0);
    if (sent.length === 0) return;
    write("sent-to-closed", say("wall.sent_to_closed", { count: sent.length }));
    drawList(
      "sent-to-closed",
      sent.map(({ number, counter, sent_at: at }) => {
        const values = { number, counter: hall.counterLabel(counter), at: hour(at) };
        return html`<li>${say("wall.sent_to_closed.who", values)}</li>`;
      }),
    );
  }

  function sharedNumbers({ shared_numbers: shared }) {
    show("[data-shared-numbers]", shared.length > 0);
    drawList(
      "shared-numbers",
      shared.map(({ number, issued_at: at, service }) => {
        const mark = html`<span class="chip">${say("console.chip.shared_number")}</span>`;
        return html`<li><b>${number}</b> ${mark} ${hour(at)}, <bdi>${hall.serviceName(service)}</bdi></li>`;
      }),
    );
  }

  function queues({ stops }, rows) {
    const stopOf = new Map(stops.map((stop) => [stop.service, stop]));
    drawList(
      "queues",
      repeat(
        rows.flatMap((row) =>
          row.queue === askedQueue ? [row, { queue: `${row.queue}?`, of: row }] : [row],
        ),
        ({ queue }) => queue,
        ({ of, ...row }) => (of ? question(of, stopOf) : queueRow(row, stopOf)),
      ),
    );
  }

  function queueRow(row, stopOf) {
    const { at, state, queue, services } = row;
    const sign = SIGNS[state];
    const stopped = services.filter((service) => stopOf.has(service));
    const isStopped = stopped.length > 0 && stopped.length === services.length;
    const name = hall.queueName(queue);
    const stops = stopped.map((service) => {
      const { since, reason } = stopOf.get(service);
      const words = say("wall.tickets.stopped", { at: hour(since), why: say(`wall.tickets.why.${reason}`) });
      return html`<small>${isStopped ? "" : html`<bdi>${hall.serviceName(service)}</bdi> `}${words}</small>`;
    });
    const press = () => (isStopped && stopped.length === 1 ? tickets(stopped[0], "reopen") : ask(queue));
    return html`<tr class=${isStopped ? "stopped" : state}>
      <th scope="row"><bdi>${name}</bdi><span class="state ${state} ${sign ? "" : "visually-hidden"}">${sign ? icon(sign) : nothing}${say(
        `wall.state.${state}`,
        { count: row.overdue },
      )}</span>${isStopped ? stops.slice(0, 1) : stops}</th>
      <td class="plot" aria-hidden="true"><div class="bar ${state}">
        <i class="longest" .style=${`inline-size: ${percent(at.longest)}`}></i>
        <i class="goal" .style=${`inset-inline-start: ${percent(at.target)}`}></i>
      </div></td>
      <td class="n count" data-cell="waiting">${row.waiting}</td>
      <td class="n" data-cell="longest">${row.waiting ? minutes(row.longestS, say) : "–"}</td>
      <td class="n" data-cell="target">${minutes(row.target_s, say)}</td>
      <td class="n" data-cell="next">${nextWords(row)}</td>
      <td class="n" data-cell="counters">${row.counters}</td>
      <td class="n act"><button type="button" class="small" data-queue=${queue}
        data-verb=${isStopped ? "reopen" : "stop"} aria-expanded=${askedQueue === queue ? "true" : nothing} @click=${press}
        ><span>${say(isStopped ? "wall.tickets.reopen" : "wall.tickets.stop")}</span>${unseen(name)}</button></td>
    </tr>`;
  }

  /** Under the row of a queue: each reason with what visitors read, and the services that stop or reopen. */
  function question({ services, queue }, stopOf) {
    const item = (service, reason) => {
      const verb = reason ? "stop" : "reopen";
      const press = () => {
        ask(null, queue);
        tickets(service, verb, reason ? { reason } : undefined);
      };
      const label = say(`wall.tickets.${verb}_of`, { service: hall.serviceName(service) });
      return html`<button type="button" class="small ${reason ? "sure" : ""}" data-service=${service}
        @click=${press}>${label}${reason ? unseen(say(`wall.tickets.why.${reason}`)) : nothing}</button>`;
    };
    const open = services.filter((service) => !stopOf.has(service));
    const why = ([reason, told]) =>
      html`<li><span><b>${say(`wall.tickets.why.${reason}`)}</b> ${
        told ? say("wall.tickets.said", { words: told }) : say("wall.tickets.unsaid")
      }</span> ${open.map((service) => item(service, reason))}</li>`;
    const leave = (event) => {
      if (event.key === "Escape") ask(null, queue);
    };
    return html`<tr class="asked"><td colspan="8"><div class="ask" role="group" tabindex="-1"
      aria-label=${say("wall.tickets.explain")} @keydown=${leave}>
      <p>${say("wall.tickets.explain")}</p>
      <button type="button" class="small" @click=${() => ask(null, queue)}>${say("wall.tickets.ask_no")}</button>
      ${services.filter((service) => stopOf.has(service)).map((service) => item(service, null))}
      ${open.length ? html`<ul class="why">${reasons.map(why)}</ul>` : nothing}
    </div></td></tr>`;
  }

  /** Opens the question under a queue, or closes it and goes back to the button of the queue `from`. */
  function ask(queue, from = null) {
    askedQueue = queue === askedQueue ? null : queue;
    redraw();
    /** @type {HTMLElement | null} */
    const place = document.querySelector(askedQueue ? ".asked .ask" : `[data-queue="${from ?? queue}"]`);
    place?.focus();
  }

  function nextWords({ wait, why_no_wait: why, counters }) {
    if (why === "after_closing") return say("wall.next.after_closing");
    if (!wait || counters === 0) return say("wall.next.unknown");
    if (wait.high_s === 0) return say("wall.next.none");
    if (wait.high_s >= 3600)
      return say("wall.next.range_long", { low: minutes(wait.low_s, say), high: minutes(wait.high_s, say) });
    return say("wall.next.range", { low: Math.floor(wait.low_s / 60), high: Math.ceil(wait.high_s / 60) });
  }

  function counters(wall, nowMs) {
    show("[data-hidden]", !wall.shows_counters && wall.agents > 0);
    const counted = wall.shows_counters
      ? []
      : ["open", "forgotten", "closed"].filter((state) => wall.counted[state]);
    write(
      "counted",
      counted.map((state) => say(`wall.counted.${state}`, { count: wall.counted[state] })).join(" · "),
    );
    if (!one('[data-list="counters"]').contains(document.activeElement)) listed = wall.counters;
    const now = new Map(wall.counters.map((counter) => [counter.counter, counter]));
    drawRows(
      "counters",
      listed,
      ({ counter }) => counter,
      ({ counter, session_mark: mark }) => tile({ ...now.get(counter), session_mark: mark }, nowMs),
    );
    const held = now.get(opened);
    if (!held?.session_mark) opened = null;
    drawList("profile", opened ? profileForm(held) : nothing);
  }

  function tile(counter, nowMs) {
    const { counter: id, state, session_mark: mark, services } = counter;
    const label = hall.counterLabel(id);
    const since = counter.since && state !== "closed" ? minutes(secondsSince(counter.since, nowMs), say) : "";
    const isWrappingUp = counter.wrap_up_until && Date.parse(counter.wrap_up_until) > nowMs;
    const doing = say(isWrappingUp ? "wall.counter.wrap_up" : `wall.counter.${state}`, {
      number: counter.number ?? "",
    });
    const does =
      mark && services.length < hall.services.length ? services.map(hall.serviceName).join(", ") : "";
    const content = html`<b><bdi>${label}</bdi></b><span class="of" title=${does || nothing}>${does}</span
      ><span class="state">${doing}${since ? html` <small>${since}</small>` : nothing}</span>`;
    const press = () => choose(opened === id ? null : id, id);
    return html`<li class="tile ${state}" data-counter=${id}>${
      mark
        ? html`<button type="button" aria-expanded=${String(opened === id)} @click=${press}>${content}</button>`
        : html`<div>${content}</div>`
    }</li>`;
  }

  /** Opens the choice of a counter's profile under the tiles, or closes it and goes back to its tile. */
  function choose(counter, from) {
    opened = counter;
    redraw();
    /** @type {HTMLElement | null} */
    const place = document.querySelector(counter ? "#profile" : `[data-counter="${from}"] button`);
    place?.focus();
  }

  function profileForm({ counter, profile }) {
    const options = [{ id: "", name: say("wall.counters.all_services") }, ...hall.profilesFor(counter)];
    /** @type {HTMLSelectElement | null} */
    const select = document.querySelector("#profile");
    const at = select?.dataset.of === counter ? select?.value : (profile ?? "");
    const submit = (event) => {
      event.preventDefault();
      move(counter, event.target.elements.profile.value || null);
      choose(null, counter);
    };
    const leave = (event) => {
      if (event.key === "Escape") choose(null, counter);
    };
    const option = ({ id, name }) => html`<option value=${id} .selected=${id === at}>${name}</option>`;
    return html`<form class="move" @submit=${submit} @keydown=${leave}>
      <label for="profile">${say("wall.counters.profile_of", { counter: hall.counterLabel(counter) })}</label>
      <select id="profile" data-of=${counter}>${options.map(option)}</select>
      <button class="small">${say("wall.counters.move")}</button>
    </form>`;
  }

  function longest({ longest: legs }, nowMs) {
    show("[data-nobody]", legs.length === 0);
    drawList(
      "longest",
      legs.map(({ number, service, since, target_s: target }) => {
        const waitedS = secondsSince(since, nowMs);
        const isLate = waitedS > target;
        const waited = minutes(waitedS, say);
        const late = () => html`${icon("alert")} ${waited} ${say("console.waiting.overdue")}`;
        return html`<li>
          <b>${number}</b><bdi>${hall.serviceName(service)}</bdi>
          <em class=${isLate ? "late" : ""}>${isLate ? late() : waited}</em>
        </li>`;
      }),
    );
  }

  function redraw() {
    if (lastDrawn) draw(lastDrawn.wall, lastDrawn.nowMs);
  }

  function draw(wall, nowMs) {
    lastDrawn = { wall, nowMs };
    const rows = queueRows(wall, nowMs);
    figures(wall, rows);
    sentToClosed(wall);
    sharedNumbers(wall);
    queues(wall, rows);
    counters(wall, nowMs);
    longest(wall, nowMs);
  }

  return draw;
}
