// The form of a notice: fields made for its kind and languages, filled from a content and read back.

import { element, setText } from "../shared/dom.js";
import { PARTS_OF, WORDS_OF } from "./notice_content.js";
import { mediumField } from "./notice_medium.js";
import { createRich } from "./notice_rich.js";
import { FEWEST_STEPS, showStepIcons, stepsFields } from "./notice_steps.js";
import { setAt, valueAt } from "../shared/paths.js";

const MOST_ROWS = 12;
const LINE = 80; // characters
const LINES = 240;
const WITH_LINK = ["image", "video", "document"]; // kinds whose credit and address a screen shows

/** Makes the form. `page` is what the server knows of places and languages; `changed` hears of every edit. */
export function createForm(form, { page, say, changed }) {
  const words = form.querySelector('[data-list="words"]');
  const kind = form.querySelector("#kind");
  let editors = [];
  let content = { kind: kind.value };
  let isOff = false;
  let showMedium = () => {};

  drawPlaces();
  drawQueues();
  form.addEventListener("input", changed);
  kind.addEventListener("change", () => fill({ ...read(), kind: kind.value }));
  for (const box of form.querySelectorAll("[data-language]"))
    box.addEventListener("change", () => fill(read()));
  words.addEventListener("click", ({ target }) => {
    const add = target.closest("[data-add-row]");
    if (add) addRow(add.dataset.addRow);
    const remove = target.closest("[data-remove-row]");
    if (remove) removeRow(remove.dataset.list, Number(remove.dataset.removeRow));
  });

  return { fill, read, disable, showProblems, clearProblems };

  function languages() {
    const chosen = [...form.querySelectorAll("[data-language]:checked")].map((box) => box.dataset.language);
    return ["fr", ...chosen];
  }

  /** Fills every field from a content; the languages are those that are checked, or the content's own. */
  function fill(target, { isFresh = false } = {}) {
    content = target;
    if (isFresh)
      for (const box of form.querySelectorAll("[data-language]"))
        box.checked = box.dataset.language in (target.titles ?? {});
    kind.value = target.kind;
    if (kind.value !== target.kind)
      kind.append(
        element("option", { value: target.kind, selected: true }, say(`notices.kind.${target.kind}`)),
      );
    setText(form.querySelector('[data-text="kind-hint"]'), say(`notices.kind_hint.${target.kind}`));
    drawWords();
    for (const field of form.querySelectorAll("[data-path]"))
      write(field, valueAt(content, field.dataset.path));
    showMedium();
    showStepIcons(words);
    for (const field of form.querySelectorAll("[data-time]"))
      field.value = String(valueAt(content, field.dataset.time) ?? "").slice(11);
    disable(isOff);
  }

  /** The content as it is typed now. */
  function read() {
    const typed = {
      kind: kind.value,
      titles: {},
      targets: { sites: [], halls: [], screens: [] },
      dayparts: { weekdays: [], parts: [], spans: [] },
      validity: {},
    };
    for (const field of form.querySelectorAll("[data-path]")) {
      const value = valueOf(field);
      if (field.type === "checkbox") {
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

  function disable(isDisabled) {
    isOff = isDisabled;
    form.querySelector("[data-all]").disabled = isDisabled;
    for (const { editor } of editors) editor.disable(isDisabled);
  }

  function drawWords() {
    editors = [];
    showMedium = () => {};
    words.replaceChildren(
      ...languages().map(languageFields),
      ...(PARTS_OF[content.kind] ?? []).flatMap(partFields),
      ...(WITH_LINK.includes(content.kind) ? [linkField()] : []),
    );
  }

  function languageFields(language) {
    const name = page.languages.find(({ code }) => code === language)?.name ?? language;
    const made = element("fieldset", {
      class: "words",
      lang: language === page.language ? null : page.language,
    });
    made.append(
      element("legend", {}, element("bdi", { lang: language }, name)),
      field({
        path: `titles.${language}`,
        label: say("notices.title_of"),
        language,
        attributes: { maxlength: 80 },
      }),
    );
    for (const each of WORDS_OF[content.kind])
      if (each.name !== "credits" || WITH_LINK.includes(content.kind)) made.append(fieldOf(each, language));
    return made;
  }

  function fieldOf({ name, as, most = as === "line" ? LINE : LINES }, language) {
    const path = `${name}.${language}`;
    const label = say(`notices.words.${name}`);
    if (as === "line") return field({ path, label, language, attributes: { maxlength: most } });
    if (as === "lines")
      return field({ path, label, language, tag: "textarea", attributes: { rows: 2, maxlength: most } });
    const id = idOf(path);
    const hint = `${id}-hint`;
    const editor = createRich({ id, labelledby: `${id}-label`, describedby: hint, language, say, changed });
    editor.write(valueAt(content, path) ?? "");
    editors.push({ path, editor });
    const heading = element("span", { id: `${id}-label`, class: "label" }, label);
    return element(
      "div",
      { class: "field", "data-field": path },
      heading,
      editor.element,
      element("small", { id: hint }, say("notices.words.hint")),
    );
  }

  /** The fields of a part of the kind that is not written in each language. */
  function partFields({ name, as }) {
    switch (as) {
      case "medium":
        return mediumFields();
      case "address":
        return field({ path: name, label: say(`notices.${name}`), attributes: { type: "url" } });
      case "day":
        return field({ path: name, label: say(`notices.${name}`), attributes: { type: "date" } });
      case "period":
        return periodFields(name);
      case "steps":
        return stepsFields(name, Math.max(content.steps?.length ?? 0, FEWEST_STEPS), {
          icons: page.step_icons,
          languages: languages(),
          say,
          field,
          idOf,
        });
      case "rows":
        return rowsFields();
      default:
        return []; // the point of a picture is chosen with its medium
    }
  }

  function linkField() {
    return field({
      path: "link",
      label: say("notices.link"),
      attributes: { type: "url", maxlength: 200 },
    });
  }

  function mediumFields() {
    const made = mediumField(content.kind, page.media, { say, path: "medium", idOf, changed });
    showMedium = made.show;
    return [made.field];
  }

  function periodFields(name) {
    const made = element("fieldset", { class: "words" });
    made.append(element("legend", {}, say(`notices.${name}`)));
    const pair = ["starts", "ends"].flatMap((edge) => {
      const path = `${name}.${edge}`;
      const hour = `${idOf(path)}-at`;
      return [
        field({ path, label: say(`notices.${name}.${edge}`), attributes: { type: "date" } }),
        element(
          "div",
          { class: "field" },
          element("label", { for: hour }, say(`notices.${name}.${edge}_at`)),
          element("input", { id: hour, type: "time", "data-time": path }),
        ),
      ];
    });
    made.append(element("div", { class: "pair" }, ...pair));
    return made;
  }

  function rowsFields() {
    const rows = Math.max(content.rows?.length ?? 0, 1);
    const made = element("fieldset", { class: "words" });
    made.append(element("legend", {}, say("notices.rows")));
    for (let at = 0; at < rows; at += 1) made.append(rowFields(at, rows));
    if (rows < MOST_ROWS)
      made.append(
        element(
          "button",
          { type: "button", class: "small", "data-add-row": "rows" },
          say("notices.rows.add"),
        ),
      );
    return made;
  }

  function rowFields(at, rows) {
    const pair = languages().flatMap((language) => [
      field({
        path: `rows[${at}].labels.${language}`,
        label: say("notices.rows.label", { language }),
        language,
        attributes: { maxlength: 80 },
      }),
      field({
        path: `rows[${at}].delays.${language}`,
        label: say("notices.rows.delay", { language }),
        language,
        attributes: { maxlength: 80 },
      }),
    ]);
    const remove =
      rows > 1
        ? element(
            "button",
            { type: "button", class: "small", "data-list": "rows", "data-remove-row": String(at) },
            say("notices.rows.remove", { row: at + 1 }),
          )
        : null;
    return element(
      "div",
      { class: "row", role: "group", "aria-label": say("notices.rows.row", { row: at + 1 }) },
      ...pair,
      remove,
    );
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

  function drawPlaces() {
    const sites = [...new Set(page.halls.map(({ site }) => site))];
    form.querySelector('[data-list="places"]').replaceChildren(
      ...sites.map((site) => {
        const halls = page.halls.filter((hall) => hall.site === site);
        const inside = halls.flatMap((hall) => [
          ...(halls.length > 1 ? [choice("targets.halls", hall.hall, hall.name)] : []),
          ...hall.screens.map((screen) => choice("targets.screens", screen.id, screen.label)),
        ]);
        return element(
          "div",
          { class: "place", role: "group", "aria-label": halls[0].site_name },
          choice("targets.sites", site, halls[0].site_name),
          element("div", { class: "inside" }, ...inside),
        );
      }),
    );
  }

  function drawQueues() {
    for (const hall of page.halls) {
      const options = hall.queues.map(({ id, name }) => element("option", { value: id }, name));
      form.querySelector("#queue").append(element("optgroup", { label: hall.name }, ...options));
    }
  }

  /** Shows each problem at its field; returns the sentences whose field is not here. */
  function showProblems(problems) {
    clearProblems();
    const left = [];
    for (const { path, detail } of problems) {
      const place = placeOf(path);
      if (!place) left.push(detail);
      else {
        const id = `problem-${form.querySelectorAll(".problem").length}`;
        place.closest(".field, fieldset, .place")?.append(element("p", { class: "problem", id }, detail));
        place.setAttribute("aria-invalid", "true");
        describe(place, [...described(place), id]);
      }
    }
    form.querySelector('[aria-invalid="true"]')?.focus();
    return left;
  }

  /** The field of a path, or the first field below it or above it. */
  function placeOf(path) {
    for (let target = path; target; target = target.replace(/(\.[^.[]+|\[\d+\])$|^[^.[]+$/, "")) {
      const found = [...form.querySelectorAll("[data-path], [data-field]")].find((each) =>
        (each.dataset.path ?? each.dataset.field).startsWith(target),
      );
      if (found) return found.dataset.field ? found.querySelector(".rich") : found;
    }
    return null;
  }

  function clearProblems() {
    for (const problem of form.querySelectorAll(".problem")) problem.remove();
    for (const place of form.querySelectorAll("[aria-invalid]")) {
      place.removeAttribute("aria-invalid");
      describe(
        place,
        described(place).filter((id) => !id.startsWith("problem-")),
      );
    }
  }
}

const described = (place) => (place.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);

function describe(place, ids) {
  if (ids.length) place.setAttribute("aria-describedby", ids.join(" "));
  else place.removeAttribute("aria-describedby");
}

const idOf = (path) => `field-${path.replace(/[^a-z0-9]+/gi, "-")}`;

/**
 * @param {{ path: string, label: string, language?: string | null, tag?: "input" | "textarea",
 *   attributes?: Record<string, unknown> }} wanted
 */
function field({ path, label, language = null, tag = "input", attributes = {} }) {
  const id = idOf(path);
  const type = tag === "input" ? { type: "text" } : {};
  const made = element(tag, {
    id,
    "data-path": path,
    lang: language,
    dir: language ? "auto" : null,
    ...type,
    ...attributes,
  });
  return element("div", { class: "field" }, element("label", { for: id }, label), made);
}

function choice(path, item, label) {
  return element(
    "label",
    { class: "choice" },
    element("input", { type: "checkbox", "data-path": path, "data-item": item }),
    element("bdi", {}, label),
  );
}

function valueOf({ dataset, value }) {
  const text = dataset.item ?? value.trim();
  if (dataset.type === "list") return text.split(/[,;\s]+/).filter(Boolean);
  if (dataset.type === "number") return text === "" ? undefined : Number(text);
  if (dataset.type === "seconds") return text === "" ? null : Math.round(Number(text) * 1000);
  return text === "" && !dataset.path.includes("titles") ? undefined : text;
}

function write(field, value) {
  if (field.type === "checkbox") field.checked = (value ?? []).map(String).includes(field.dataset.item);
  else if (field.dataset.type === "list") field.value = (value ?? []).join(", ");
  else if (field.dataset.type === "seconds") field.value = value ? String(value / 1000) : "";
  else if (field.type === "date") field.value = String(value ?? "").slice(0, 10);
  else field.value = value ?? (field.id === "category" ? "practical" : "");
}
