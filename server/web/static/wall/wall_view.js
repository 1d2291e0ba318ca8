// Draws the supervisor's wall. A pressed or chosen part is kept while it is in use.

import { askOnce } from "../shared/ask_once.js";
import { minutes, secondsSince } from "../shared/durations.js";
import { element, fill, one, setText, show, write } from "../shared/dom.js";
import { axisMinutes, axisTop, queueRows } from "./wall_state.js";

const SIGNS = { late: "alert", unserved: "alert", breach_expected: "clock" };

/** `move(counter, profile)` and `tickets(service, verb)` are what the buttons do. */
export function createWallView({ words, move, tickets }) {
  const { say, hour, hall } = words;
  const list = (name) => document.querySelector(`[data-list="${name}"]`);
  const childOf = (name, at) => /** @type {HTMLElement} */ (list(name)?.children[at]);

  function figures({ people, day, counted }) {
    const open = ["open", "free", "called", "in_service"].reduce(
      (sum, state) => sum + (counted[state] ?? 0),
      0,
    );
    write("people", String(people.all));
    write("waiting", String(people.waiting));
    write("called", String(people.called));
    write("at_counters", String(people.in_service));
    write("parked", String(people.parked));
    write("linked", people.linked ? say("wall.people.linked", { count: people.linked }) : "");
    const paused = (counted.paused ?? 0) + (counted.forgotten ?? 0);
    write("counters", paused ? say("wall.figure.counters_paused", { open, count: paused }) : String(open));
    write("median", day.median_wait_s === null ? "–" : minutes(day.median_wait_s, say));
    write(
      "within",
      day.within_target_percent === null ? "–" : say("wall.percent", { value: day.within_target_percent }),
    );
  }

  function sentToClosed({ sent_to_closed: sent }) {
    show("[data-sent-to-closed]", sent.length > 0);
    if (sent.length === 0) return;
    write("sent-to-closed", say("wall.sent_to_closed", { count: sent.length }));
    fill(
      list("sent-to-closed"),
      JSON.stringify(sent),
      sent.map(({ number, counter, sent_at: at }) =>
        element(
          "li",
          {},
          say("wall.sent_to_closed.who", { number, counter: hall.counterLabel(counter), at: hour(at) }),
        ),
      ),
    );
  }

  function queues(wall, nowMs) {
    const rows = queueRows(wall, nowMs);
    const topS = axisTop(rows);
    fill(
      list("axis"),
      String(topS),
      axisMinutes(topS).map((minute) =>
        place(
          element("span", {}, minute === 0 ? "0" : say("console.duration.minutes", { minutes: minute })),
          "--at",
          (minute * 60) / topS,
        ),
      ),
    );
    fill(list("queues"), rows.map(({ queue }) => queue).join(), rows.map(queueRow));
    rows.forEach((row, at) => drawQueue(childOf("queues", at), row));
  }

  function queueRow({ queue }) {
    const bar = element(
      "div",
      { class: "bar" },
      element("i", { class: "longest" }),
      element("i", { class: "next" }),
      element("i", { class: "goal" }),
    );
    const cells = ["waiting", "longest", "target"].map((name) =>
      element("td", { class: "n", "data-cell": name }),
    );
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, element("bdi", {}, hall.queueName(queue))),
      element("td", { class: "plot", "aria-hidden": "true" }, bar),
      ...cells,
      element("td", { "data-cell": "next" }),
      element("td", { class: "n", "data-cell": "counters" }),
      element("td", { class: "state" }),
    );
  }

  function drawQueue(line, row) {
    const bar = line.querySelector(".bar");
    bar.className = `bar ${row.state}`;
    bar.querySelector(".longest").style.inlineSize = `${row.at.longest * 100}%`;
    const range = bar.querySelector(".next");
    range.hidden = !row.wait || row.wait.high_s === 0;
    range.style.insetInlineStart = `${row.at.low * 100}%`;
    range.style.inlineSize = `max(6px, ${(row.at.high - row.at.low) * 100}%)`;
    bar.querySelector(".goal").style.insetInlineStart = `${row.at.target * 100}%`;
    const texts = {
      waiting: row.waiting,
      longest: row.waiting ? minutes(row.longestS, say) : "–",
      target: minutes(row.target_s, say),
      next: nextWords(row),
      counters: row.counters,
    };
    for (const [name, text] of Object.entries(texts))
      setText(line.querySelector(`[data-cell="${name}"]`), String(text));
    const sign = SIGNS[row.state];
    const state = line.querySelector(".state");
    state.className = `state ${row.state}`;
    const text = say(`wall.state.${row.state}`, { count: row.overdue });
    fill(
      state,
      text,
      [sign ? element("i", { class: `icon icon-${sign}`, "aria-hidden": "true" }) : null, text].filter(
        Boolean,
      ),
    );
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
    write(
      "counted",
      wall.shows_counters
        ? ""
        : ["open", "forgotten", "closed"]
            .filter((state) => wall.counted[state])
            .map((state) => say(`wall.counted.${state}`, { count: wall.counted[state] }))
            .join(" · "),
    );
    const body = one('[data-list="counters"]');
    const mark = wall.counters
      .map(({ counter, session_mark: held }) => `${counter}${held ? "+" : ""}`)
      .join();
    if (body.dataset.mark !== mark && !body.contains(document.activeElement))
      fill(body, mark, wall.counters.map(counterRow));
    for (const counter of wall.counters) {
      const line = body.querySelector(`[data-counter="${counter.counter}"]`);
      if (line) drawCounter(line, counter, nowMs);
    }
  }

  function counterRow(counter) {
    const id = `profile-${counter.counter}`;
    const label = hall.counterLabel(counter.counter);
    const cell = counter.session_mark
      ? moveForm(counter, id, label)
      : element("td", {}, element("span", { class: "muted" }, say("wall.counters.closed")));
    return element(
      "tr",
      { "data-counter": counter.counter },
      element("th", { scope: "row" }, element("bdi", {}, label)),
      element("td", { class: "state" }),
      cell,
    );
  }

  function moveForm(counter, id, label) {
    const select = element(
      "select",
      { id },
      element("option", { value: "" }, say("wall.counters.all_services")),
      ...hall
        .profilesFor(counter.counter)
        .map((profile) => element("option", { value: profile.id }, profile.name)),
    );
    const form = element(
      "form",
      { class: "move" },
      element(
        "label",
        { for: id, class: "visually-hidden" },
        say("wall.counters.profile_of", { counter: label }),
      ),
      select,
      element(
        "button",
        { class: "small" },
        say("wall.counters.move"),
        element("span", { class: "visually-hidden" }, ` ${label}`),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      move(counter.counter, select.value || null);
    });
    return element("td", {}, form);
  }

  function drawCounter(line, counter, nowMs) {
    const since =
      counter.since && counter.state !== "closed" ? minutes(secondsSince(counter.since, nowMs), say) : "";
    const isWrappingUp = counter.wrap_up_until && Date.parse(counter.wrap_up_until) > nowMs;
    const words = say(isWrappingUp ? "wall.counter.wrap_up" : `wall.counter.${counter.state}`, {
      number: counter.number ?? "",
    });
    setText(line.querySelector(".state"), since ? `${words} · ${since}` : words);
    const select = line.querySelector("select");
    if (select && select !== document.activeElement && line.dataset.profile !== String(counter.profile)) {
      select.value = counter.profile ?? "";
      line.dataset.profile = String(counter.profile);
    }
  }

  function longest({ longest: legs }, nowMs) {
    show("[data-nobody]", legs.length === 0);
    fill(
      list("longest"),
      JSON.stringify(legs),
      legs.map(({ number, service }) =>
        element(
          "li",
          {},
          element("b", {}, number),
          element("bdi", {}, hall.serviceName(service)),
          element("em", {}),
        ),
      ),
    );
    legs.forEach(({ since, target_s: target }, at) => {
      const waitedS = secondsSince(since, nowMs);
      const isLate = waitedS > target;
      const place = one("em", childOf("longest", at));
      place.classList.toggle("late", isLate);
      const text = minutes(waitedS, say);
      fill(
        place,
        `${text}${isLate}`,
        isLate
          ? [
              element("i", { class: "icon icon-alert", "aria-hidden": "true" }),
              ` ${text} `,
              say("console.waiting.overdue"),
            ]
          : [text],
      );
    });
  }

  function ticketList({ stops }) {
    const since = new Map(stops.map((stop) => [stop.service, stop.since]));
    const body = one('[data-list="tickets"]');
    if (!body.children.length)
      body.replaceChildren(
        ...hall.services.map(({ id, name }) =>
          element(
            "li",
            { "data-service": id },
            element("span", {}, element("bdi", {}, name), element("small", {})),
            ticketButton(id, name),
          ),
        ),
      );
    for (const item of /** @type {Iterable<HTMLElement>} */ (body.children)) {
      const stopped = since.get(item.dataset.service);
      setText(item.querySelector("small"), stopped ? say("wall.tickets.stopped", { at: hour(stopped) }) : "");
      const button = one("button", item);
      button.dataset.verb = stopped ? "reopen" : "stop";
      setText(button.firstElementChild, say(stopped ? "wall.tickets.reopen" : "wall.tickets.stop"));
    }
  }

  function ticketButton(id, name) {
    const button = element(
      "button",
      { type: "button", class: "small" },
      element("span", {}),
      element("span", { class: "visually-hidden" }, ` ${name}`),
    );
    button.addEventListener("click", () => {
      if (button.dataset.verb === "reopen") return tickets(id, "reopen");
      return askOnce(button, {
        texts: [say("wall.tickets.ask", { service: name })],
        yes: say("wall.tickets.ask_yes"),
        no: say("wall.tickets.ask_no"),
        go: () => tickets(id, "stop"),
      });
    });
    return button;
  }

  function place(node, property, share) {
    node.style.setProperty(property, `${share * 100}%`);
    return node;
  }

  return {
    renew: () => one('[data-list="tickets"]').replaceChildren(),
    draw: (wall, nowMs) => {
      figures(wall);
      sentToClosed(wall);
      queues(wall, nowMs);
      counters(wall, nowMs);
      longest(wall, nowMs);
      ticketList(wall);
    },
  };
}
