// The places one ticks: sites, halls and screens, and « everywhere » as a choice of its own.

import { element, one, setText } from "../shared/dom.js";
import { targetsInWords } from "./notice_targets.js";

/**
 * Draws the places into the form and keeps the sentence that says what is ticked.
 *
 * @param {HTMLElement} form
 * @param {{ page: any, say: any, read: () => any }} parts
 */
export function createPlaces(form, { page, say, read }) {
  const box = one('[data-list="places"]', form);
  const sentence = form.querySelector('[data-text="aim"]');
  const ticked = () => /** @type {NodeListOf<HTMLInputElement>} */ (box.querySelectorAll("input:checked"));
  const sites = [...new Set(page.halls.map(({ site }) => site))];
  const isOwn = (site) => page.halls.some((hall) => hall.site === site && hall.may_draft);
  const [own, others] = [sites.filter(isOwn), sites.filter((site) => !isOwn(site))];
  const everywhere = choice("targets.everywhere", "everywhere", say("notices.everywhere.choice"));
  box.replaceChildren(...own.map(siteBox), ...(others.length ? [folded(others)] : []), everywhere);
  // before the form reads what is ticked
  box.addEventListener("input", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    const isForAll = target.dataset.path === "targets.everywhere";
    if (target.checked)
      for (const other of ticked())
        if (isForAll !== (other.dataset.path === "targets.everywhere")) other.checked = false;
    show();
  });
  return { show };

  /** Says what is ticked, and opens the other sites where one of theirs is. */
  function show() {
    setText(sentence, targetsInWords(read().targets, page.halls, { say, language: page.language }));
    const fold = /** @type {HTMLDetailsElement | null} */ (box.querySelector("details"));
    if (fold?.querySelector("input:checked")) fold.open = true;
  }

  function siteBox(site) {
    const halls = page.halls.filter((hall) => hall.site === site);
    const inside = halls.flatMap((hall) => [
      ...(halls.length > 1 ? [choice("targets.halls", hall.hall, hall.name)] : []),
      ...hall.screens.map((screen) => choice("targets.screens", screen.id, screen.label)),
    ]);
    return element(
      "div",
      { class: "place", role: "group", "aria-label": halls[0].site_name },
      choice("targets.sites", site, say("notices.aim.site", { site: halls[0].site_name })),
      ...inside,
    );
  }

  function folded(found) {
    const summary = element("summary", {}, say("notices.aim.other_sites", { count: found.length }));
    return element("details", { class: "others" }, summary, ...found.map(siteBox));
  }
}

function choice(path, item, label) {
  return element(
    "label",
    { class: "choice" },
    element("input", { type: "checkbox", "data-path": path, "data-item": item }),
    element("bdi", {}, label),
  );
}
