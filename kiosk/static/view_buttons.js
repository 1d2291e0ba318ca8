// The buttons and lists of the kiosk’s views.

import { button, element, copyOf, setIcon, showText, slotsOf, byId } from "./elements.js";
import { longestLines, serviceLines, tagOf } from "./words.js";
import { isToBeNoted, ticketsOf } from "./ticket_state.js";

// --- Lists of the kiosk, page by page where they do not fit: nothing ever hides behind a scroll.

export const atLongest = new WeakMap();

// Shows all items if they fit, tighter if they must, else page by page: nothing ever hides behind a scroll.
export function fillPaged(slots, items, acts, state, say) {
  for (const item of items) atLongest.get(item)?.fill();
  fillPages(slots, items, acts, state, say);
  // all are measured before any is written, so the elements next to them keep their place
  for (const keep of [...slots.list.children].map((item) => atLongest.get(item)?.keep)) keep?.();
}

function fillPages(slots, items, acts, state, say) {
  const box = slots.list.closest(".paged");
  const fits = (some) => {
    slots.list.replaceChildren(...some);
    return box.scrollHeight <= box.clientHeight;
  };
  slots.acts.replaceChildren(...acts);
  for (const density of ["roomy", "snug", "dense"]) {
    slots.list.dataset.density = density;
    if (fits(items) || !items.length) return;
  }
  const [previous, position, next] = pagingButtons(say);
  // measured with its words
  position.textContent = say("kiosk.paging.position", { page: items.length, pages: items.length });
  slots.acts.replaceChildren(...acts, previous, position, next);
  const slices = slicesThatFit(items, fits);
  const page = Math.min(state.page, slices.length - 1);
  slots.list.replaceChildren(...slices[page]);
  previous.disabled = page === 0;
  next.disabled = page === slices.length - 1;
  position.textContent = say("kiosk.paging.position", { page: page + 1, pages: slices.length });
}

/**
 * Shows a page of one notice. Its buttons turn its pages, then lead to the next or the former notice.
 *
 * @param {any} slots
 * @param {HTMLElement[]} items
 * @param {HTMLElement} listButton
 * @param {{ page: number, position: (page: number, pages: number) => string[],
 *   hasNext: (by: number) => boolean, say: any }} wanted
 */
export function fillNotice(slots, items, listButton, { page: asked, position, hasNext, say }) {
  const box = slots.list.closest(".paged");
  const [previous, place, next] = pagingButtons(say);
  slots.acts.replaceChildren(listButton, previous, place, next);
  const showPlace = (page, pages) =>
    place.replaceChildren(...position(page, pages).map((text) => element("span", { text })));
  showPlace(items.length, items.length); // measured with its words
  slots.list.style.setProperty("--room", `${box.clientHeight}px`);
  const fits = (some) => {
    slots.list.replaceChildren(...some);
    return box.scrollHeight <= box.clientHeight;
  };
  slots.list.dataset.density = "roomy";
  if (!fits(items)) slots.list.dataset.density = "dense";
  const slices = fits(items) ? [items] : slicesThatFit(items, fits);
  const page = Math.min(asked, slices.length - 1);
  slots.list.replaceChildren(...(slices[page] ?? []));
  showPlace(page + 1, slices.length);
  for (const [made, by] of /** @type {[HTMLButtonElement, number][]} */ ([
    [previous, -1],
    [next, 1],
  ])) {
    const isInside = slices[page + by] !== undefined;
    made.dataset.act = isInside ? "turn_page" : "turn_notice";
    made.disabled = !isInside && !hasNext(by);
  }
}

// Each page holds as many as fit.
function slicesThatFit(items, fits) {
  const slices = [];
  for (let from = 0; from < items.length;) {
    let size = 1;
    while (from + size < items.length && fits(items.slice(from, from + size + 1))) size += 1;
    slices.push(items.slice(from, from + size));
    from += size;
  }
  return slices;
}

/** @returns {[HTMLButtonElement, HTMLElement, HTMLButtonElement]} */
function pagingButtons(say) {
  const previous = button({
    act: "turn_page",
    key: "previous",
    label: say("kiosk.paging.previous"),
    icon: "chevron-left",
    kind: "flip",
  });
  const next = button({
    act: "turn_page",
    key: "next",
    label: say("kiosk.paging.next"),
    icon: "chevron-right",
    kind: "flip last",
  });
  previous.dataset.by = "-1";
  next.dataset.by = "1";
  return [previous, element("span", { class: "position" }), next];
}

// --- The buttons under and in the kiosk’s views, and a service as a button in its lists.

const NEED_ICONS = {
  step_free: "accessibility",
  deaf: "ear",
  blind: "eye-off",
  cannot_read: "file-text",
  slow: "clock",
  interpreter: "languages",
};

export const backButton = (say) =>
  button({ act: "back", key: "back", label: say("kiosk.action.back"), icon: "arrow-left", kind: "flip" });
export function needsButton({ needs }, say) {
  const label = needs.length ? say("kiosk.needs.noted", { count: needs.length }) : say("kiosk.needs.ask");
  return button({ act: "show_needs", key: "needs", label, icon: "heart-handshake" });
}

export function needChoice(need, { needs }, say) {
  const isOn = needs.includes(need);
  const made = button({
    act: "toggle_need",
    key: `need-${need}`,
    label: say(`kiosk.needs.${need}`),
    icon: isOn ? "check" : NEED_ICONS[need],
  });
  made.dataset.need = need;
  made.setAttribute("aria-pressed", String(isOn));
  return made;
}

/** The answers to whether an agent comes. */
export const escortButtons = (say) =>
  ["yes", "no"].map((answer) => {
    const made = button({
      act: "answer_escort",
      key: `escort-${answer}`,
      label: say(`kiosk.escort.${answer}`),
      icon: answer === "yes" ? "handshake" : "x",
    });
    made.dataset.value = answer;
    return made;
  });

/** The papers to bring, each with its drawing. */
export const paperItems = ({ bring, pictures }) =>
  bring.map((text, place) => {
    const item = element("li", { text });
    setIcon(item, pictures[place]);
    return item;
  });

export function reasonButton({ id, name }) {
  const made = button({
    act: "choose_reason",
    key: `reason-${id}`,
    label: name,
    icon: "chevron-right",
    kind: "flip",
  });
  made.dataset.reason = id;
  return made;
}

export const alreadyButton = (say) =>
  button({
    act: "show_appointment",
    key: "appointment",
    label: say("kiosk.appointment.already"),
    icon: "calendar-check",
    kind: "primary already",
  });

export function sheetButton({ sheet }, say, kind) {
  const made = button({
    act: "print_sheet",
    key: "print-sheet",
    label: say("kiosk.appointment_sheet.print"),
    icon: "printer",
    kind,
  });
  if (sheet) made.setAttribute("aria-disabled", "true"); // keeps the focus
  return made;
}

/** What ends the last view: « J’ai mon ticket », « J’ai noté mon numéro », or whose number it is. */
export function doneButtons(state, say) {
  if (state.isCovered)
    return [
      button({ act: "show_code", key: "mine", label: say("kiosk.action.mine"), icon: "check" }),
      button({
        act: "home",
        key: "not-mine",
        label: say("kiosk.action.not_mine"),
        icon: "house",
        kind: "primary",
      }),
    ];
  const [one, kind] = isToBeNoted(state) ? ["number", "primary"] : ["ticket", ""];
  const has = ticketsOf(state).length > 1 ? `${one}s` : one;
  const label = say(`kiosk.action.have_${has}`);
  return [button({ act: "home", key: `have-${has}`, label, icon: "check", kind })];
}

export const homeButton = (say) =>
  button({ act: "home", key: "home", label: say("kiosk.action.home"), icon: "house" });

export function appointmentItem(say) {
  const item = serviceItem(
    {
      id: "",
      name: say("kiosk.appointment.have"),
      icon: "calendar-check",
      state: "folder",
      children: [],
      subtitle: say("kiosk.appointment.have_note"),
    },
    say,
  );
  const { dataset } = buttonIn(item);
  dataset.act = "show_appointment";
  dataset.key = "appointment";
  delete dataset.service;
  return item;
}

/** The button of an item in a list. */
const buttonIn = (item) => /** @type {HTMLElement} */ (item.firstElementChild);

export function serviceItem(service, say) {
  const item = /** @type {HTMLElement} */ (copyOf("item-service").firstElementChild);
  const slots = slotsOf(item);
  const pressed = buttonIn(item);
  Object.assign(pressed.dataset, {
    act: "choose_service",
    service: service.id,
    key: `service-${service.id}`,
    state: service.state,
  });
  pressed.toggleAttribute("data-folder", service.children.length > 0);
  setIcon(slots.icon, service.icon);
  slots.name.textContent = service.name;
  write(serviceLines(service, say));
  // measured with its longest possible texts, then always that high
  atLongest.set(item, {
    fill() {
      pressed.style.removeProperty("min-height");
      write(longestLines(service, say));
    },
    keep() {
      const { height } = pressed.getBoundingClientRect();
      write(serviceLines(service, say));
      pressed.style.minHeight = `${height}px`;
    },
  });
  return item;

  function write(lines) {
    showText(slots.small, lines.small);
    slots.small.toggleAttribute("data-help", lines.small === service.subtitle);
    showText(slots.strong, lines.strong);
    showText(slots.caption, lines.caption);
  }
}

// --- The languages of a kiosk: a row of buttons, one of them for those without room there.

const AT_ONCE = { portrait: 5, landscape: 4 };
const LEFT_TO_RIGHT = "\u200e"; // « +5 » is not turned round in Arabic and Dari

export function drawLanguages(state, say, languages, isShown) {
  const nav = byId("languages");
  nav.hidden = !isShown;
  const own = languages.find((each) => each.code === state.language);
  if (own && state.preferences.large && innerHeight >= innerWidth)
    return nav.replaceChildren(moreLanguages(own.name, say));
  const atOnce = AT_ONCE[innerWidth > innerHeight ? "landscape" : "portrait"];
  const isLong = languages.length > atOnce;
  let first = isLong ? languages.slice(0, atOnce - 1) : languages;
  if (own && !first.includes(own)) first = [...first.slice(0, -1), own];
  const buttons = first.map((each) => languageButton(each, state));
  if (isLong) {
    buttons.push(moreLanguages(`${LEFT_TO_RIGHT}+${languages.length - first.length}`, say));
  }
  return nav.replaceChildren(...buttons);
}

function moreLanguages(label, say) {
  const more = button({ act: "show_languages", key: "more-languages", label, icon: "languages" });
  more.setAttribute("aria-label", `${say("kiosk.languages.more")} ${label}`);
  return more;
}

export function languageButton(language, state) {
  const made = button({ act: "choose_language", key: `language-${language.code}`, label: language.name });
  made.dataset.language = language.code;
  made.lang = tagOf(language.code);
  made.dir = language.dir;
  made.setAttribute("aria-pressed", String(language.code === state.language));
  return made;
}
