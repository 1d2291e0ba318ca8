// The places one ticks: sites, halls and screens, and « everywhere » as a choice of its own.

import { one, setText } from "../shared/dom.js";
import { draw, html, nothing } from "../shared/drawing.js";
import { isFound, MANY } from "../shared/finding.js";
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
  const folded = html`<details class="others">
    <summary>${say("notices.aim.other_sites", { count: others.length })}</summary>
    ${others.map(siteBox)}
  </details>`;
  const finder = html`<label class="find"
      >${say("notices.aim.find")} <input type="search" autocomplete="off" @input=${find}
    /></label>
    <p role="status" class="found"></p>`;
  draw(
    box,
    html`${sites.length + page.halls.flatMap(({ screens }) => screens).length < MANY ? nothing : finder}
    ${own.map(siteBox)} ${others.length ? folded : nothing}
    ${choice("targets.everywhere", "everywhere", say("notices.everywhere.choice"))}`,
  );
  // before the form reads what is ticked
  box.addEventListener("input", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    const isForAll = target.dataset.path === "targets.everywhere";
    if (target.checked)
      for (const other of ticked())
        if (isForAll !== (other.dataset.path === "targets.everywhere")) other.checked = false;
    show();
  });
  const foldOfOthers = () => /** @type {HTMLDetailsElement} */ (one("details", box));
  return { show };

  /** Says what is ticked, and opens the other sites where one of theirs is. */
  function show() {
    setText(sentence, targetsInWords(read().targets, page.halls, { say, language: page.language }));
    if (others.length && foldOfOthers().querySelector("input:checked")) foldOfOthers().open = true;
  }

  /** Hides the places without the words typed; what is ticked stays, and the site of what is found. */
  function find({ target }) {
    let left = 0;
    for (const place of box.querySelectorAll(".place")) {
      const choices = /** @type {HTMLElement[]} */ ([...place.children]);
      const found = choices.filter((each) =>
        isFound(target.value, each.textContent, place.getAttribute("aria-label")),
      );
      for (const each of choices) each.hidden = !found.includes(each) && !each.querySelector("input:checked");
      if (found.length) choices[0].hidden = false;
      left += found.length;
    }
    if (others.length && target.value) foldOfOthers().open = true;
    setText(box.querySelector(".found"), target.value ? say("notices.aim.found", { count: left }) : "");
  }

  function siteBox(site) {
    const halls = page.halls.filter((hall) => hall.site === site);
    const [{ site_name: name }] = halls;
    const groups = (halls[0].groups ?? []).map(({ id, label }) =>
      choice("targets.groups", `${site}/${id}`, say("notices.aim.group.choice", { group: label })),
    );
    const inside = halls.flatMap((hall) => [
      halls.length > 1 ? choice("targets.halls", hall.hall, hall.name) : nothing,
      ...hall.screens.map((screen) => choice("targets.screens", screen.id, screen.label)),
    ]);
    return html`<div class="place" role="group" aria-label=${name}>
      ${choice("targets.sites", site, say("notices.aim.site", { site: name }))} ${groups} ${inside}
    </div>`;
  }
}

const choice = (path, item, label) =>
  html`<label class="choice"
    ><input type="checkbox" data-path=${path} data-item=${item} /><bdi>${label}</bdi></label>`;
