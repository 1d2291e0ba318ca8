// Draws the supervisor's wall: queues, counters, the longest waits, and the services that give tickets.

import { askOnce } from "../shared/ask_once.js";
import { minutes, secondsSince } from "../shared/durations.js";
import { one, show, write } from "../shared/dom.js";
import { drawList, drawRows, html, icon, nothing, unseen } from "../shared/drawing.js";
import { axisMinutes, axisTop, queueRows } from "./wall_state.js";

const SIGNS = { late: "alert", unserved: "alert", breach_expected: "clock" };
const percent = (share) => `${share * 100}%`;

/** `move(counter, profile)` and `tickets(service, verb)` are what buttons do. Returns draw(wall, nowMs). */
export function createWallView({ words, move, tickets }) {
  const { say, hour, hall } = words;
  /** @type {Api.WallAnswer["counters"]} */
  let listed = []; // counters as of when nobody was choosing or pressing among them

  function figures({ people, day, counted }) {
    const count = (...states) => states.reduce((sum, state) => sum + (counted[state] ?? 0), 0);
    const open = count("open", "free", "called", "in_service");
    const paused = count("paused", "forgotten");
    const texts = {
      people: people.all,
      waiting: people.waiting,
      called: people.called,
      at_counters: people.in_service,
      parked: people.parked,
      linked: people.linked ? say("wall.people.linked", { count: people.linked }) : "",
      counters: paused ? say("wall.figure.counters_paused", { open, count: paused }) : open,
      median: day.median_wait_s === null ? "–" : minutes(day.median_wait_s, say),
      within:
        day.within_target_percent === null ? "–" : say("wall.percent", { value: day.within_target_percent }),
    };
    for (const [name, text] of Object.entries(texts)) write(name, String(text));
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

  function queues(wall, nowMs) {
    const rows = queueRows(wall, nowMs);
    const topS = axisTop(rows);
    const marks = axisMinutes(topS).map((minute) => {
      const text = minute === 0 ? "0" : say("console.duration.minutes", { minutes: minute });
      return html`<span .style=${`--at: ${percent((minute * 60) / topS)}`}>${text}</span>`;
    });
    drawList("axis", marks);
    drawList("queues", rows.map(queueRow));
  }

  function queueRow(row) {
    const { at, state, wait } = row;
    const range = `inset-inline-start: ${percent(at.low)}; inline-size: max(6px, ${percent(at.high - at.low)})`;
    const sign = SIGNS[state];
    return html`<tr>
      <th scope="row"><bdi>${hall.queueName(row.queue)}</bdi></th>
      <td class="plot" aria-hidden="true"><div class="bar ${state}">
        <i class="longest" .style=${`inline-size: ${percent(at.longest)}`}></i>
        <i class="next" ?hidden=${!wait || wait.high_s === 0} .style=${range}></i>
        <i class="goal" .style=${`inset-inline-start: ${percent(at.target)}`}></i>
      </div></td>
      <td class="n" data-cell="waiting">${row.waiting}</td>
      <td class="n" data-cell="longest">${row.waiting ? minutes(row.longestS, say) : "–"}</td>
      <td class="n" data-cell="target">${minutes(row.target_s, say)}</td>
      <td data-cell="next">${nextWords(row)}</td>
      <td class="n" data-cell="counters">${row.counters}</td>
      <td class="state ${state}">${sign ? icon(sign) : nothing}${say(`wall.state.${state}`, { count: row.overdue })}</td>
    </tr>`;
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
    const focused = document.activeElement;
    if (!one('[data-list="counters"]').contains(focused)) listed = wall.counters;
    const now = new Map(wall.counters.map((counter) => [counter.counter, counter]));
    const row = (counter) => {
      const { session_mark, profile } = counter;
      const drawn = { ...counter, ...now.get(counter.counter), session_mark };
      const isChoosing = focused?.id === `profile-${counter.counter}`;
      return counterRow(isChoosing ? { ...drawn, profile } : drawn, nowMs);
    };
    drawRows("counters", listed, ({ counter }) => counter, row);
  }

  function counterRow(counter, nowMs) {
    const label = hall.counterLabel(counter.counter);
    const since =
      counter.since && counter.state !== "closed" ? minutes(secondsSince(counter.since, nowMs), say) : "";
    const isWrappingUp = counter.wrap_up_until && Date.parse(counter.wrap_up_until) > nowMs;
    const doing = say(isWrappingUp ? "wall.counter.wrap_up" : `wall.counter.${counter.state}`, {
      number: counter.number ?? "",
    });
    const closed = html`<span class="muted">${say("wall.counters.closed")}</span>`;
    return html`<tr data-counter=${counter.counter}>
      <th scope="row"><bdi>${label}</bdi></th>
      <td class="state">${since ? `${doing} · ${since}` : doing}</td>
      <td>${counter.session_mark ? moveForm(counter, label) : closed}</td>
    </tr>`;
  }

  function moveForm({ counter, profile }, label) {
    const id = `profile-${counter}`;
    const options = [{ id: "", name: say("wall.counters.all_services") }, ...hall.profilesFor(counter)];
    const submit = (event) => {
      event.preventDefault();
      move(counter, event.target.elements[id].value || null);
    };
    const option = ({ id, name }) =>
      html`<option value=${id} .selected=${id === (profile ?? "")}>${name}</option>`;
    return html`<form class="move" @submit=${submit}>
      <label for=${id} class="visually-hidden">${say("wall.counters.profile_of", { counter: label })}</label>
      <select id=${id}>${options.map(option)}</select>
      <button class="small">${say("wall.counters.move")}${unseen(label)}</button>
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

  function ticketList({ stops }) {
    const since = new Map(stops.map((stop) => [stop.service, stop.since]));
    const item = (service) => ticketItem(service, since.get(service.id));
    drawRows("tickets", hall.services, ({ id }) => id, item);
  }

  function ticketItem({ id, name }, stopped) {
    const verb = stopped ? "reopen" : "stop";
    const press = ({ currentTarget: button }) => {
      if (stopped) return tickets(id, "reopen");
      return askOnce(button, {
        texts: [say("wall.tickets.ask", { service: name })],
        yes: say("wall.tickets.ask_yes"),
        no: say("wall.tickets.ask_no"),
        go: () => tickets(id, "stop"),
      });
    };
    const note = stopped ? say("wall.tickets.stopped", { at: hour(stopped) }) : "";
    return html`<li data-service=${id}>
      <span><bdi>${name}</bdi><small>${note}</small></span>
      <button type="button" class="small" data-verb=${verb} @click=${press}
        ><span>${say(`wall.tickets.${verb}`)}</span>${unseen(name)}</button>
    </li>`;
  }

  return function draw(wall, nowMs) {
    figures(wall);
    sentToClosed(wall);
    sharedNumbers(wall);
    queues(wall, nowMs);
    counters(wall, nowMs);
    longest(wall, nowMs);
    ticketList(wall);
  };
}
