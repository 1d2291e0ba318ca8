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
    const sentenceOfBreak = breakSaid(rest, hour);
    if (!rest || !sentenceOfBreak) return;
    write("break", [say(...sentenceOfBreak), rest.is_decided ? "" : say("wall.break.undecided")].join(" "));
    for (const button of document.querySelectorAll("[data-break-choice]")) {
      button.setAttribute(
        "aria-pressed",
        String(rest.is_decided && button.dataset.breakChoice === rest.choice),
      );
    }
  }

  function tellDayEnd(dayEnd) {
    const hasSomething = Boolean(dayEnd.business_day) && (dayEnd.left > 0 || dayEnd.counters_left_open > 0);
    show("[data-day-end]", hasSomething);
    if (!hasSomething) return;
    const day = new Date(`${dayEnd.business_day}T12:00:00Z`).toLocaleDateString(localeOf(language), {
      weekday: "long",
      day: "numeric",
      month: "long",
      timeZone: "UTC",
    });
    const texts = [say("wall.day_end.on", { day })];
    if (dayEnd.left)
      texts.push(say("wall.day_end.left", { count: dayEnd.left }), `${dayEnd.numbers.join(", ")}.`);
    if (dayEnd.counters_left_open)
      texts.push(say("wall.day_end.counters", { count: dayEnd.counters_left_open }));
    write("day-end", texts.join(" "));
  }

  return { draw, tellDayEnd };
}
