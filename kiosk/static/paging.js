// Lists of the kiosk, page by page where they do not fit: nothing ever hides behind a scroll.

import { button, element } from "./elements.js";

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
