// Hours: the spans of a day, a week as a table, each written as two times.

import { byId, setText } from "../shared/dom.js";
import { html, live, nothing } from "../shared/drawing.js";
import { minutesOf } from "./edit_content.js";
import { controlId, group, hintOf, labelOf, problems, small, smallOf } from "./edit_controls.js";

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const WORKDAYS = WEEKDAYS.slice(0, 5);
const MONDAY = Date.UTC(2026, 0, 5);
const DAY_MS = 86_400_000;
const MOST_SPANS = 4;

export const hoursMakers = { week, spans, span };

/** A weekday's name in a language; Monday is 0. */
function weekdayName(day, language) {
  return new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" }).format(
    MONDAY + day * DAY_MS,
  );
}

/** The two times of a span; midnight ends a day as 24:00. */
const edgesOf = (text) => [text.slice(0, 5), text.slice(6) === "24:00" ? "00:00" : text.slice(6)];
const spanOf = (opens, closes) => `${opens}-${closes === "00:00" ? "24:00" : closes}`;

function week(field, path, form) {
  const totalId = `${controlId(path)}-total`;
  const total = () => {
    const minutes = minutesOf(form.valueAt(path) ?? {});
    return form.say("editing.week.total", {
      hours: Math.floor(minutes / 60),
      minutes: String(minutes % 60).padStart(2, "0"),
    });
  };
  const copy = () => {
    const monday = form.valueAt(`${path}.monday`) ?? [];
    for (const other of WORKDAYS) form.change(`${path}.${other}`, [...monday]);
    form.redraw(controlId(`${path}.monday`));
  };
  const row = (day, at) => {
    const here = `${path}.${day}`;
    const name = weekdayName(at, form.page.language);
    return html`<tr data-place=${here} id=${controlId(here)} tabindex="-1">
      <th scope="row">${name}</th>
      <td>${spansOf(here, form, name, () => setText(byId(totalId), total()))}${problems}</td>
      <td>${day === "monday" ? small(form.say("editing.week.copy"), copy) : nothing}</td>
    </tr>`;
  };
  return html`<fieldset class="several" data-place=${path}>
    <legend>${labelOf(field, form)}</legend>
    ${hintOf(field, path, form)}
    <table class="week">
      <tbody>${WEEKDAYS.map(row)}</tbody>
    </table>
    <p id=${totalId} class="muted" role="status" .textContent=${live(total())}></p>
    ${problems}
  </fieldset>`;
}

/** A week that is not edited here. */
export function weekShown(shown, form) {
  const row = (day, at) =>
    html`<tr>
      <th scope="row">${weekdayName(at, form.page.language)}</th>
      <td>${shown[day].map((text) => text.replace("-", " – ")).join(", ") || form.say("editing.closed")}</td>
    </tr>`;
  return html`<table class="week shown">
    <caption>${form.say("editing.week.of_site")}</caption>
    <tbody>${WEEKDAYS.map(row)}</tbody>
  </table>`;
}

function spans(field, path, form) {
  return group(field, path, form, spansOf(path, form, labelOf(field, form)));
}

/** The spans of one day: pairs of times, one more, one less. None: closed. */
function spansOf(path, form, name, changed = () => {}) {
  const present = () => form.valueAt(path) ?? [];
  const value = present();
  const addId = `${controlId(path)}-add`;
  const set = (list) => {
    const focus = list.length ? controlId(`${path}[${list.length - 1}]`) : addId;
    form.change(path, list, { redraws: true, focus });
  };
  const pairs = value.map((text, at) => {
    const words = form.say("editing.span.of", { name, number: at + 1 });
    const type = (now) => {
      form.change(path, present().with(at, now));
      changed();
    };
    const remove = () => set(value.filter((_, place) => place !== at));
    const label = `${form.say("editing.span.remove")}, ${words}`;
    return times(
      text,
      words,
      form,
      type,
      `${path}[${at}]`,
      small(html`<i class="icon icon-x"></i>`, remove, { label }),
    );
  });
  const next = value.length ? "13:30-16:30" : "09:00-12:00";
  return html`<div class="spans">
    ${pairs} ${value.length ? nothing : html`<span class="muted">${form.say("editing.closed")}</span>`}
    ${value.length < MOST_SPANS ? smallOf(form, "editing.span.add", name, () => set([...value, next]), { id: addId }) : nothing}
  </div>`;
}

function span(field, path, form) {
  const value = form.valueAt(path) || "-";
  const type = (now) => form.change(path, now);
  return group(field, path, form, times(value, labelOf(field, form), form, type, path));
}

/** The two times of the span at a path, and what follows them; `changed` gets them as a span. */
function times(text, words, form, changed, path, end = /** @type {any} */ (null)) {
  const edges = edgesOf(text.padEnd(6));
  const tell = ({ currentTarget }) => {
    const [from, to] = currentTarget.querySelectorAll("input");
    changed(spanOf(from.value, to.value));
  };
  const edge = (at, key) =>
    html`<input type="time" id=${at === 0 ? `${controlId(path)}${end ? "" : "-from"}` : nothing}
      data-path=${path} aria-label=${`${words}, ${form.say(`editing.span.${key}`)}`}
      .value=${live(edges[at].trim())} />`;
  return html`<span class="span" @input=${tell}
    >${edge(0, "from")}<span aria-hidden="true">–</span>${edge(1, "to")}${end}</span>`;
}
