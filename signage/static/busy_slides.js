// The card of busy and quiet hours: a bar for each opening hour of the week, higher where more people come.
// Where the bars or their hours have no room, each weekday in words.

import { labelOf, listPages } from "./feature_slides.js";
import { appended, floorIn, make, unitOf, withFoot } from "./slide_parts.js";

const LEVELS = ["quiet", "moderate", "busy", "unknown"];
const [NAME_EM, SHORT_EM] = [5.2, 2.8]; // room of a weekday’s name, whole and short
const HOUR_EM = 2.7; // room of the label of an hour
const MOST_SKIPPED = 2; // hours from one label to the next

/** Bars for each weekday, with the hours above and the words of the levels below; today’s row is marked. */
export function buildBusyHours(box, content, words) {
  const { table, today } = content;
  if (!table) return null;
  const weekday = today ? (new Date(`${today}T12:00:00Z`).getUTCDay() + 6) % 7 : null;
  const mark = () => {
    const [label] = labelOf(content, words, "today");
    return label ? appended(make("span", "hours-today"), label) : make("span", "hours-dot", {}, "●");
  };
  const pieces = table.days.map((day) => {
    const row = make("li", "hours-row");
    const isToday = day.weekday === weekday;
    if (isToday) row.dataset.today = "yes";
    const name = make("p", "hours-days", { dir: "auto" }, day.day);
    if (isToday) name.append(" ", mark());
    appended(row, name, make("p", "hours-hours", { dir: "auto" }, day.words));
    return appended(make("ul", "hours-week"), row);
  });
  const chart = chartOf(box, table, weekday);
  return withFoot(box, content, (shown, isWholeOnly) =>
    listPages(box, shown, chart ? [chart] : pieces, {
      name: "busy-hours",
      pieces,
      isWholeOnly,
      words,
      plain: content.lines,
    }),
  );
}

function chartOf(box, { hours, days, names, source }, weekday) {
  const { step, isShort } = labelsIn(box, hours.length);
  if (step > MOST_SKIPPED) return null; // nobody could say which hour a bar is
  const grid = make("div", "busy-grid");
  grid.style.setProperty("--hours", String(hours.length));
  grid.style.setProperty("--step", String(step));
  grid.append(make("span", "busy-corner"));
  hours.forEach((hour, at) => {
    if (at % step === 0 && at + step <= hours.length) grid.append(make("span", "busy-hour", {}, hour));
  });
  for (const day of days) {
    const name = make("p", "busy-day", { dir: "auto" }, isShort ? day.short : day.day);
    const row = appended(make("div", "busy-row"), name, ...day.levels.map(barOf));
    if (day.weekday === weekday) row.dataset.today = "yes";
    grid.append(row);
  }
  const present = new Set(days.flatMap(({ levels }) => levels));
  const legend = LEVELS.filter((level) => present.has(level)).map((level) =>
    appended(make("li", "busy-key"), barOf(level), make("span", "", { dir: "auto" }, names[level])),
  );
  return appended(
    make("div", "busy-chart"),
    grid,
    appended(make("ul", "busy-legend"), ...legend),
    make("p", "feature-source", { dir: "auto" }, source),
  );
}

function barOf(level) {
  const bar = make("span", "busy-bar");
  bar.dataset.level = level;
  return bar;
}

/** Each how many hours a label has room in the smallest letters, and whether weekdays are short for it. */
function labelsIn(box, count) {
  const px = floorIn(box);
  const stepBeside = (nameEm) =>
    Math.ceil((HOUR_EM * px * count) / Math.max(box.clientWidth / unitOf(box) - nameEm * px, px));
  const step = stepBeside(NAME_EM);
  return step <= MOST_SKIPPED ? { step, isShort: false } : { step: stepBeside(SHORT_EM), isShort: true };
}
