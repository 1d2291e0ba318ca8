// The search of the library: words, site, kind and tag, read again as they change.

import { element } from "../shared/dom.js";
import { localeOf } from "../shared/instants.js";
import { sizeWords } from "./media_state.js";

const TYPED_FOR_MS = 300;

/**
 * The search in a form; `changed` is called when it says something else.
 *
 * @param {HTMLElement} form
 */
export function createSearch(form, changed) {
  const { q, site, kind, tag } = /** @type {any} */ (form).elements; // its fields by their names
  let waiting = 0;
  const later = (ms) => {
    clearTimeout(waiting);
    waiting = window.setTimeout(changed, ms);
  };
  q.addEventListener("input", () => later(TYPED_FOR_MS));
  for (const select of [site, kind, tag]) select?.addEventListener("change", () => later(0));
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    later(0);
  });
  return {
    values: () => ({ q: q.value.trim(), site: site?.value ?? "", kind: kind.value, tag: tag.value }),
    /** Offers the tags there are; the chosen one stays. */
    offer(tags) {
      const former = tag.value;
      const offered = former && !tags.includes(former) ? [former, ...tags] : tags;
      tag.replaceChildren(tag.options[0], ...offered.map((each) => element("option", { value: each }, each)));
      tag.value = former;
    },
  };
}

/**
 * How much room each folder takes: « Laon : 12,5 Mo sur 10 Go ».
 *
 * @param {Api.MediaFolderAnswer[]} folders
 */
export function folderWords(folders, { say, page }) {
  const number = new Intl.NumberFormat(localeOf(page.language));
  const sized = (bytes) => {
    const { unit, value } = sizeWords(bytes);
    return say(`media.room.${unit}`, { value: number.format(value) });
  };
  const named = (site) => (site ? (page.site_names[site] ?? site) : say("media.every_site"));
  return folders
    .map(({ site, bytes, quota_bytes: quota }) =>
      say("media.room", { site: named(site), used: sized(bytes), quota: sized(quota) }),
    )
    .join(" · ");
}
