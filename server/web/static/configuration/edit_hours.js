// Hours: the spans of a day, a week as a table, each written as two times.

import { element } from "../shared/dom.js";
import { minutesOf } from "./edit_content.js";
import { controlId, group, hintOf, labelOf, problems, small } from "./edit_controls.js";

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const WORKDAYS = WEEKDAYS.slice(0, 5);
const MONDAY = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const MOST_SPANS = 4;

export const hoursMakers = { week, spans, span };

/** A weekday's name in a language; Monday is 0. */
export function weekdayName(day, language) {
  return new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(
    MONDAY + day * DAY_MS,
  );
}

/** The two times of a span; midnight ends a day as 24:00. */
const edgesOf = (text) => [text.slice(0, 5), text.slice(6) === "24:00" ? "00:00" : text.slice(6)];
const spanOf = (opens, closes) => `${opens}-${closes === "00:00" ? "24:00" : closes}`;

function week(field, path, form) {
  const total = element("p", { class: "muted", role: "status" });
  const tell = () => {
    const minutes = minutesOf(form.valueAt(path) ?? {});
    total.textContent = form.say("editing.week.total", {
      hours: Math.floor(minutes / 60),
      minutes: String(minutes % 60).padStart(2, "0"),
    });
  };
  const rows = WEEKDAYS.map((day, at) => {
    const name = weekdayName(at, form.page.language);
    const copy =
      day === "monday"
        ? small(form.say("editing.week.copy"), () => {
            const monday = form.valueAt(`${path}.monday`) ?? [];
            for (const other of WORKDAYS) form.change(`${path}.${other}`, [...monday]);
            form.redraw(controlId(`${path}.monday`));
          })
        : null;
    return element(
      "tr",
      { "data-place": `${path}.${day}`, id: controlId(`${path}.${day}`), tabindex: "-1" },
      element("th", { scope: "row" }, name),
      element("td", {}, spansOf(`${path}.${day}`, form, name, tell), problems()),
      element("td", {}, copy),
    );
  });
  tell();
  return element(
    "fieldset",
    { class: "several", "data-place": path },
    element("legend", {}, labelOf(field, form)),
    hintOf(field, path, form),
    element("table", { class: "week" }, element("tbody", {}, ...rows)),
    total,
    problems(),
  );
}

/** A week that is not edited here. */
export function weekShown(week, form) {
  const rows = WEEKDAYS.map((day, at) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, weekdayName(at, form.page.language)),
      element(
        "td",
        {},
        week[day].map((text) => text.replace("-", " – ")).join(", ") || form.say("editing.closed"),
      ),
    ),
  );
  return element(
    "table",
    { class: "week shown" },
    element("caption", {}, form.say("editing.week.of_site")),
    element("tbody", {}, ...rows),
  );
}

function spans(field, path, form) {
  return group(field, path, form, spansOf(path, form, labelOf(field, form)));
}

/** The spans of one day: pairs of times, one more, one less. None: closed. */
function spansOf(path, form, name, changed = () => {}) {
  const value = form.valueAt(path) ?? [];
  const box = element("div", { class: "spans" });
  const addId = `${controlId(path)}-add`;
  const set = (list, redraws) => {
    const focus = list.length ? controlId(`${path}[${list.length - 1}]`) : addId;
    form.change(path, list, redraws ? { redraws: true, focus } : {});
    changed();
  };
  value.forEach((text, at) => {
    const words = form.say("editing.span.of", { name, number: at + 1 });
    const pair = times(
      text,
      words,
      form,
      (now) => set((form.valueAt(path) ?? []).with(at, now), false),
      `${path}[${at}]`,
    );
    const remove = small(
      "",
      () =>
        set(
          value.filter((_, place) => place !== at),
          true,
        ),
      `${form.say("editing.span.remove")}, ${words}`,
    );
    remove.append(element("i", { class: "icon icon-x" }));
    pair.append(remove);
    box.append(pair);
  });
  if (!value.length) box.append(element("span", { class: "muted" }, form.say("editing.closed")));
  if (value.length < MOST_SPANS) {
    const next = value.length ? "13:30-16:30" : "09:00-12:00";
    box.append(
      Object.assign(
        small(
          form.say("editing.span.add"),
          () => set([...value, next], true),
          `${form.say("editing.span.add")}, ${name}`,
        ),
        { id: addId },
      ),
    );
  }
  return box;
}

function span(field, path, form) {
  const value = form.valueAt(path) || "-";
  return group(
    field,
    path,
    form,
    times(
      value,
      labelOf(field, form),
      form,
      (now) => form.change(path, now),
      path,
      `${controlId(path)}-from`,
    ),
  );
}

function times(text, words, form, changed, path, id = controlId(path)) {
  const [opens, closes] = edgesOf(text.padEnd(6));
  const from = element("input", {
    type: "time",
    id,
    "data-path": path,
    "aria-label": `${words}, ${form.say("editing.span.from")}`,
  });
  const to = element("input", {
    type: "time",
    "data-path": path,
    "aria-label": `${words}, ${form.say("editing.span.to")}`,
  });
  from.value = opens.trim();
  to.value = closes.trim();
  const tell = () => changed(spanOf(from.value, to.value));
  from.addEventListener("input", tell);
  to.addEventListener("input", tell);
  return element("span", { class: "span" }, from, element("span", { "aria-hidden": "true" }, "–"), to);
}
