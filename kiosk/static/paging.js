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
