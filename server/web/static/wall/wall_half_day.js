// The edges of the half-day on the wall: the choice at the break, and what the last day end closed.

import { localeOf } from "../shared/instants.js";
import { breakSaid, closedSaid } from "../console/console_needs.js";
import { show, write } from "../shared/dom.js";

/** `choose(choice)` decides what the break does. */
export function createHalfDay({ say, hour, language }, choose) {
  for (const button of document.querySelectorAll("[data-break-choice]")) {
    button.addEventListener("click", () => choose(button.dataset.breakChoice));
  }

  function draw({ break: rest, closed, people }) {
    const sentence = closedSaid(closed, people.waiting, language);
    show("[data-closed]", sentence !== null);
    if (sentence) write("closed", say(...sentence));
    show("[data-break]", Boolean(rest));
    if (!rest) return;
    write(
      "break",
      [say(...breakSaid(rest, hour)), rest.is_decided ? "" : say("wall.break.undecided")].join(" "),
    );
    for (const button of document.querySelectorAll("[data-break-choice]")) {
      button.setAttribute(
        "aria-pressed",
        String(rest.is_decided && button.dataset.breakChoice === rest.choice),
      );
    }
  }

  function tellDayEnd(told) {
    const hasSomething = Boolean(told.business_day) && (told.left > 0 || told.counters_left_open > 0);
    show("[data-day-end]", hasSomething);
    if (!hasSomething) return;
    const day = new Date(`${told.business_day}T12:00:00Z`).toLocaleDateString(localeOf(language), {
      weekday: "long",
      day: "numeric",
      month: "long",
      timeZone: "UTC",
    });
    const texts = [say("wall.day_end.on", { day })];
    if (told.left) texts.push(say("wall.day_end.left", { count: told.left }), `${told.numbers.join(", ")}.`);
    if (told.counters_left_open) texts.push(say("wall.day_end.counters", { count: told.counters_left_open }));
    write("day-end", texts.join(" "));
  }

  return { draw, tellDayEnd };
}
