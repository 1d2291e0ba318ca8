// The form of a notice: fields made for its kind and languages, filled from a content and read back.

import { one, setText } from "../shared/dom.js";
import { draw, field as labelled, html, nothing } from "../shared/drawing.js";
import { localeOf } from "../shared/instants.js";
import { cleaned, missingWords } from "./notice_content.js";
import { mediumField } from "./notice_medium.js";
import { createPlaces } from "./notice_places.js";
import { createRich } from "./notice_rich.js";
import { cellsIn } from "./pasted.js";
import { createTable } from "./notice_table.js";
import { createProblems } from "./notice_problems.js";
import { listFields, showListIcons, startedList } from "./notice_lists.js";
import { explicit } from "./notice_targets.js";
import { setAt, valueAt } from "../shared/paths.js";

const CREDITS = { name: "credits", as: "line", most: 80, label: "credits" };

/** Makes the form. `page` is what the server knows of places and languages; `changed` hears of every edit. */
export function createForm(form, { page, say, changed }) {
  const words = one('[data-list="words"]', form);
  /** @type {HTMLSelectElement} */
  const kind = one("#kind", form);
  let editors = [];
  let content = { kind: kind.value };
  let isOff = false;
  const dates = new Intl.DateTimeFormat(localeOf(page.language), { dateStyle: "long", timeZone: "UTC" });
  const day = (/** @type {string} */ on) => dates.format(new Date(`${on}T00:00Z`));
  let showMedium = () => {};
  let settleMedium = async () => null;

  const places = createPlaces(form, { page, say, read });
  drawQueues();
  form.addEventListener("input", heard);
  words.addEventListener("paste", pasteTable);
  kind.addEventListener("change", () => refill({ ...read(), kind: kind.value }));
  for (const box of form.querySelectorAll("[data-language]"))
    box.addEventListener("change", () => refill(read()));

  return { fill, read, valid, disable, ...createProblems(form), settle: () => settleMedium() };

  function refill(target) {
    fill(target);
    heard();
  }

  function heard() {
    drawMissing();
    changed();
  }

  function languages() {
    const chosen = [...form.querySelectorAll("[data-language]:checked")].map((box) => box.dataset.language);
    return ["fr", ...chosen];
  }

  /** Fills every field from a content; the languages are those that are checked, or the content's own. */
  function fill(target, { isFresh = false } = {}) {
    content = {
      ...target,
      targets: target.targets ? explicit(target.targets) : { everywhere: false },
    };
    for (const each of fieldsOf(target.kind))
      if (each.as === "list") content[each.name] = startedList(each, target[each.name]);
    if (isFresh)
      for (const box of form.querySelectorAll("[data-language]"))
        box.checked = box.dataset.language in (target.titles ?? {});
    kind.value = target.kind;
    if (kind.value !== target.kind)
      kind.append(new Option(say(`notices.kind.${target.kind}`), target.kind, true, true));
    setText(form.querySelector('[data-text="kind-hint"]'), say(`notices.kind_hint.${target.kind}`));
    drawWords();
    for (const field of form.querySelectorAll("[data-path]"))
      write(field, valueAt(content, field.dataset.path));
    showMedium();
    showListIcons(words);
    for (const field of form.querySelectorAll("[data-time]"))
      field.value = String(valueAt(content, field.dataset.time) ?? "").slice(11);
    places.show();
    drawMissing();
    disable(isOff);
  }

  /** The content as it is typed now. */
  function read() {
    const typed = {
      kind: kind.value,
      titles: {},
      targets: { sites: [], halls: [], screens: [], groups: [], everywhere: false },
      dayparts: { weekdays: [], parts: [], spans: [] },
      validity: {},
    };
    for (const field of form.querySelectorAll("[data-path]")) {
      const value = valueOf(field);
      if (field.dataset.path === "targets.everywhere") typed.targets.everywhere = field.checked;
      else if (field.dataset.type === "tick") setAt(typed, field.dataset.path, field.checked);
      else if (field.type === "radio") {
        if (field.checked) setAt(typed, field.dataset.path, value);
      } else if (field.type === "checkbox") {
        if (field.checked)
          setAt(typed, field.dataset.path, [...(valueAt(typed, field.dataset.path) ?? []), value]);
      } else setAt(typed, field.dataset.path, value);
    }
    for (const { dataset, value } of form.querySelectorAll("[data-time]")) {
      const on = valueAt(typed, dataset.time);
      if (on && value) setAt(typed, dataset.time, `${on}T${value.slice(0, 5)}`);
    }
    for (const { path, editor } of editors) setAt(typed, path, editor.read());
    return typed;
  }

  /** The content as the server takes it. */
  function valid() {
    const typed = read();
    return cleaned(typed, fieldsOf(typed.kind));
  }

  function fieldsOf(of) {
    return page.fields[of] ?? [];
  }

  function disable(isDisabled) {
    isOff = isDisabled;
    form.querySelector("[data-all]").disabled = isDisabled;
    for (const { editor } of editors) editor.disable(isDisabled);
  }

  function drawWords() {
    editors = [];
    showMedium = () => {};
    settleMedium = async () => null;
    const parts = fieldsOf(content.kind).filter((each) => !each.in_languages);
    const isMedium = ({ as }) => as === "medium";
    const [shared, own] = [true, false].map((is) => parts.filter((each) => each.is_shared === is));
    const hasOwn = (name) => parts.some((each) => each.name === name);
    draw(
      words,
      html`${own.filter(isMedium).map(mediumFields)}
        <div class="tongues">${languages().map(languageFields)}</div>
        ${own.filter((each) => !isMedium(each)).map(partFields)}
        ${hasOwn("link") ? nothing : field({ path: "link", label: say("notices.link"), type: "url", most: 200 })}
        ${shared.length ? pictureFields(shared) : nothing}`,
    );
  }

  /** The picture that words may have: folded until there is one. */
  function pictureFields(shared) {
    const drawn = (each) => (each.as === "medium" ? mediumFields(each) : partFields(each));
    return html`<details ?open=${Boolean(content.picture)}>
      <summary>${say("notices.picture")}</summary>
      ${shared.map(drawn)}
    </details>`;
  }

  function languageFields(language) {
    const name = page.languages.find(({ code }) => code === language)?.name ?? language;
    const inEach = fieldsOf(content.kind).filter((each) => each.in_languages);
    const [last, first] = [true, false].map((is) => inEach.filter((each) => each.is_last === is));
    return html`<fieldset class="words" lang=${language === page.language ? nothing : page.language}>
      <legend><bdi lang=${language}>${name}</bdi></legend>
      <p class="missing" data-missing=${language} hidden></p>
      ${field({ path: `titles.${language}`, label: say("notices.title_of"), language, most: 80 })}
      ${[...first, CREDITS, ...last].map((each) => fieldOf(each, language))}
    </fieldset>`;
  }

  function nameOfField(name) {
    const keys = [`notices.missing.${name}`, `notices.words.${name}`, `notices.${name}`];
    return say(keys.find((key) => say.knows(key)) ?? "notices.missing.other");
  }

  /** What a translation still lacks, said at its head. */
  function drawMissing() {
    const missing = missingWords(read(), languages());
    for (const place of form.querySelectorAll("[data-missing]")) {
      const names = missing[place.dataset.missing] ?? [];
      place.hidden = !names.length;
      const fields = names.map(nameOfField).join(", ");
      setText(place, names.length ? say("notices.missing", { fields }) : "");
    }
  }

  function fieldOf({ name, as, most, label: key }, language) {
    const path = `${name}.${language}`;
    const label = say(`notices.words.${key}`);
    if (as === "line" || as === "lines")
      return field({ path, label, language, most, isLong: as === "lines" });
    const id = idOf(path);
    const create = as === "table" ? createTable : createRich;
    const editor = create({ id, labelledby: `${id}-label`, language, say, changed: heard });
    editor.write(valueAt(content, path) ?? "");
    editors.push({ path, editor });
    return html`<div class="field" data-field=${path}>
      <span id=${`${id}-label`} class="label">${label}</span>${editor.element}
    </div>`;
  }

  /** The fields of a part of the kind that is not written in each language. */
  function partFields(part) {
    const { name, as } = part;
    if (as === "address") return field({ path: name, label: say(`notices.${part.label}`), type: "url" });
    if (as === "moment") return html`<div class="pair">${dayAndHour(name, `notices.${name}.at`)}</div>`;
    if (as === "day") return field({ path: name, label: say(`notices.${name}`), type: "date" });
    if (as === "period") return periodFields(name);
    if (as === "days")
      return periodFields(name, (path) => field({ path, label: say(`notices.${path}`), type: "date" }));
    if (as === "spans") return field({ path: name, label: say(`notices.${name}`), isList: true });
    if (as === "tick") return tickField(name);
    if (as === "choice") return choiceField(part);
    if (as !== "list") return nothing; // the point of a picture is chosen with its medium
    return listFields(part, content[name].length, {
      icons: page.step_icons,
      languages: languages(),
      say,
      field,
      idOf,
      add: () => addRow(name),
      remove: (at) => removeRow(name, at),
    });
  }

  /** One of a few words; the first one where nothing was chosen, or what the notice itself decides. */
  function choiceField({ name, choices }) {
    const auto = say.knows(`notices.${name}.auto`)
      ? [html`<option value="">${say(`notices.${name}.auto`)}</option>`]
      : [];
    const options = choices.map(
      (each) => html`<option value=${each}>${say(`notices.${name}.${each}`)}</option>`,
    );
    const first = auto.length ? "" : choices[0];
    const control = html`<select id=${idOf(name)} data-path=${name} data-first=${first}>${[...auto, ...options]}</select>`;
    return labelled(idOf(name), say(`notices.${name}`), control);
  }

  function mediumFields({ name }) {
    const isOptional = name === "picture";
    const kind = isOptional ? "image" : content.kind;
    const shelf = { say, day, path: name, idOf, changed, current: content[name], isOptional };
    const made = mediumField(kind, page.media, shelf);
    showMedium = made.show;
    settleMedium = made.settle;
    return made.field;
  }

  /** A box for who may configure a hall; the others read who may. */
  function tickField(name) {
    if (!page.halls.some(({ may_configure: may }) => may))
      return html`<p class="muted">${say(`notices.${name}.who`)}</p>`;
    return html`<div class="field">
      <label class="choice"
        ><input type="checkbox" data-path=${name} data-type="tick" /><span>${say(`notices.${name}`)}</span></label
      >
      <p class="muted">
        ${say(`notices.${name}.stays`)} <a href="/configuration">${say(`notices.${name}.open`)}</a>
      </p>
    </div>`;
  }

  function periodFields(name, edge = (/** @type {string} */ path) => dayAndHour(path)) {
    return html`<fieldset class="words">
      <legend>${say(`notices.${name}`)}</legend>
      <div class="pair">${["starts", "ends"].map((each) => edge(`${name}.${each}`))}</div>
    </fieldset>`;
  }

  function dayAndHour(path, label = `notices.${path}_at`) {
    const hour = `${idOf(path)}-at`;
    const time = html`<input id=${hour} type="time" data-time=${path} />`;
    return html`${field({ path, label: say(`notices.${path}`), type: "date" })}
    ${labelled(hour, say(label), time)}`;
  }

  function addRow(list) {
    const typed = read();
    const rows = typed[list] ?? [{}];
    fill({ ...typed, [list]: [...rows, {}] });
    words.querySelector(`[data-path^="${list}[${rows.length}]."]`)?.focus();
    changed();
  }

  function removeRow(list, at) {
    const typed = read();
    fill({ ...typed, [list]: typed[list].filter((_, index) => index !== at) });
    words.querySelector(`[data-add-row="${list}"]`)?.focus();
    changed();
  }

  /** A table that is pasted into a row fills the rows from there on, each cell a field. */
  function pasteTable(event) {
    const place = /^(\w+)\[(\d+)\]\.(\w+)\.([\w-]+)$/.exec(event.target.dataset.path ?? "");
    const list = place && fieldsOf(content.kind).find(({ name, as }) => as === "list" && name === place[1]);
    const rows = list && cellsIn(event.clipboardData);
    if (!rows) return;
    event.preventDefault();
    const typed = read();
    const [first, room] = [Number(place[2]), list.most - Number(place[2])];
    const columns = list.parts.filter((each) => each.in_languages);
    const from = columns.slice(columns.findIndex(({ name }) => name === place[3]));
    rows.slice(0, room).forEach((cells, at) => {
      from.forEach(({ name, most }, column) => {
        const isLast = column === from.length - 1; // takes what has no column of its own
        const words = (isLast ? cells.slice(column) : [cells[column] ?? ""]).filter(Boolean).join(" ; ");
        setAt(typed, `${list.name}[${first + at}].${name}.${place[4]}`, words.slice(0, most));
      });
    });
    refill(typed);
    if (rows.length > room)
      createProblems(form).showProblems([
        { path: list.name, detail: say("notices.pasted.rows", { count: rows.length - room }) },
      ]);
  }

  function drawQueues() {
    const option = ({ id, name }) => html`<option value=${id}>${name}</option>`;
    draw(
      one("#queue", form),
      page.halls.map(({ name, queues }) => html`<optgroup label=${name}>${queues.map(option)}</optgroup>`),
    );
  }
}

const idOf = (path) => `field-${path.replace(/[^a-z0-9]+/gi, "-")}`;

/** A field at a path of the content, in a language where it is written in several; its value comes later. */
function field({
  path,
  label,
  language = "",
  type = "text",
  most = /** @type {any} */ (nothing),
  isLong = false,
  isList = false,
}) {
  const id = idOf(path);
  const [lang, dir] = language ? [language, "auto"] : [nothing, nothing];
  const control = isLong
    ? html`<textarea id=${id} data-path=${path} lang=${lang} dir=${dir} rows="2" maxlength=${most}></textarea>`
    : html`<input id=${id} data-path=${path} data-type=${isList ? "list" : nothing} lang=${lang} dir=${dir} type=${type} maxlength=${most} />`;
  return labelled(id, label, control);
}

function valueOf({ dataset, value }) {
  const text = dataset.item ?? value.trim();
  if (dataset.type === "list") return text.split(/[,;\s]+/).filter(Boolean);
  if (dataset.type === "number") return text === "" ? undefined : Number(text);
  if (dataset.type === "seconds") return text === "" ? null : Math.round(Number(text) * 1000);
  return text === "" && !dataset.path.includes("titles") ? undefined : text;
}

function write(field, value) {
  if (field.dataset.path === "targets.everywhere" || field.dataset.type === "tick")
    field.checked = value === true;
  else if (field.type === "radio") field.checked = (value ?? "") === field.dataset.item;
  else if (field.type === "checkbox") field.checked = (value ?? []).map(String).includes(field.dataset.item);
  else if (field.dataset.type === "list") field.value = (value ?? []).join(", ");
  else if (field.dataset.type === "seconds") field.value = value ? String(value / 1000) : "";
  else if (field.type === "date") field.value = String(value ?? "").slice(0, 10);
  else if (field.dataset.first !== undefined) field.value = value ?? field.dataset.first;
  else field.value = value ?? (field.id === "category" ? "practical" : "");
}
