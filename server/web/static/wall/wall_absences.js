// The planned absences of counters on the wall: typed for today or for days of every week, and removed.

import { askOnce } from "../shared/ask_once.js";
import { byId, element, one, showRefusal } from "../shared/dom.js";
import { drawRows, html, unseen } from "../shared/drawing.js";
import { mark, unmark } from "../shared/field_problems.js";
import { localeOf } from "../shared/instants.js";

const MIDNIGHT = 24 * 60;
const clock = (minutes) =>
  [minutes / 60, minutes % 60].map((part) => `${Math.floor(part)}`.padStart(2, "0")).join(":");
const minutesOf = (text) => text.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);

/** Returns draw(wall). A refusal that names a field of the form stands beside it. */
export function createAbsences({ words: { say, hall }, language, attempt, tell, path }) {
  const weekday = new Intl.DateTimeFormat(localeOf(language), { weekday: "long", timeZone: "UTC" });
  const nameOf = (day) => weekday.format(Date.UTC(2024, 0, 1 + day)); // a Monday
  /** @type {HTMLFormElement} */
  const form = one("[data-absence]");
  for (let day = 0; day < 7; day += 1)
    byId("weekdays").append(
      element("option", { value: day }, say("wall.absences.each", { days: nameOf(day) })),
    );

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clear();
    const typed = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const body = {
      counter: typed.counter,
      starts_min: minutesOf(typed.starts_min),
      ends_min: minutesOf(typed.ends_min) || MIDNIGHT,
      weekdays: [...typed.weekdays].map(Number),
    };
    const { ok } = await attempt({ path, body }, refuse);
    if (!ok) return;
    form.reset();
    tell(say("wall.absences.planned", { counter: hall.counterLabel(typed.counter) }));
  });

  function clear() {
    for (const problem of form.querySelectorAll(".problem")) problem.remove();
    unmark(form);
  }

  function refuse(sentence, problem) {
    const field = document.getElementById(problem?.field);
    if (!field) return showRefusal(sentence);
    const id = "problem-absence";
    field.after(element("p", { class: "problem", id }, sentence));
    mark(field, id);
    field.focus();
  }

  function daysOf(weekdays) {
    if (weekdays.length === 0) return say("wall.absences.today");
    if (weekdays.length === 7) return say("wall.absences.each_day");
    return say("wall.absences.each", { days: weekdays.map(nameOf).join(", ") });
  }

  function item({ absence, counter, weekdays, starts_min: starts, ends_min: ends }) {
    const label = hall.counterLabel(counter);
    const line = say("wall.absences.line", { counter: label, starts: clock(starts), ends: clock(ends) });
    const days = daysOf(weekdays);
    const remove = async () => {
      const { ok } = await attempt({ path: `${path}/${absence}/remove` });
      if (!ok) return;
      byId("counter").focus();
      tell(say("wall.absences.removed", { counter: label }));
    };
    const press = ({ currentTarget: button }) =>
      askOnce(button, {
        texts: [say("wall.absences.ask")],
        yes: say("wall.absences.ask_yes"),
        no: say("wall.absences.ask_no"),
        go: remove,
      });
    return html`<li>
      <span><bdi>${line}</bdi> · ${days}</span>
      <button type="button" class="small" @click=${press}
        ><span>${say("wall.absences.remove")}</span>${unseen(`${line}, ${days}`)}</button>
    </li>`;
  }

  return ({ absences }) => drawRows("absences", absences, ({ absence }) => absence, item);
}
