// Where a notice is shown: in words, which halls that is, and who may publish there. Pure.

/**
 * A hall with its screens, as the page knows it.
 * @typedef {{ hall: string, name: string, site: string, site_name: string, may_preview: boolean,
 *   may_draft: boolean, may_publish: boolean, screens: ScreenOfHall[] }} PlaceOfHall
 */
/**
 * A screen; `size` in px, null until it has reported one; `least_px`: its smallest letters.
 * @typedef {{ id: string, label: string, shows_notices: boolean, least_px: number,
 *   size: [number, number] | null }} ScreenOfHall
 */
/**
 * Targets of a content; `everywhere` null or left out: without a place it means every screen.
 * @typedef {{ sites?: string[], halls?: string[], screens?: string[], everywhere?: boolean | null }} Targets
 */

/** @param {Targets} targets */
const hasPlace = ({ sites = [], halls = [], screens = [] }) =>
  sites.length + halls.length + screens.length > 0;

/**
 * Whether every screen is meant; earlier contents say it by naming no place.
 *
 * @param {Targets} targets
 */
export const isEverywhere = (targets) =>
  targets.everywhere === true || (!hasPlace(targets) && targets.everywhere !== false);

/**
 * Targets as the form has them: `everywhere` is said.
 *
 * @param {Targets} targets
 */
export function explicit(targets = {}) {
  const { sites = [], halls = [], screens = [] } = targets;
  return { sites, halls, screens, everywhere: isEverywhere(targets) };
}

/**
 * The halls that have a screen among the targets, each with those screens.
 *
 * @param {Targets} targets
 * @param {PlaceOfHall[]} places
 * @returns {{ hall: PlaceOfHall, screens: ScreenOfHall[], isWhole: boolean }[]}
 */
export function hallsAimedAt(targets, places) {
  const { sites = [], halls = [], screens = [] } = targets;
  return places.flatMap((hall) => {
    const isWhole = isEverywhere(targets) || sites.includes(hall.site) || halls.includes(hall.hall);
    const found = hall.screens.filter(({ id }) => isWhole || screens.includes(id));
    return isWhole || found.length ? [{ hall, screens: found, isWhole }] : [];
  });
}

/**
 * Whether the reader may publish at every site among the targets; of a notice that is nowhere: at any.
 *
 * @param {Targets} targets
 * @param {PlaceOfHall[]} places
 */
export function mayPublish(targets, places) {
  const found = hallsAimedAt(targets, places).map(({ hall }) => hall);
  return found.length ? found.every((each) => each.may_publish) : places.some((each) => each.may_publish);
}

/**
 * Where a notice is shown, in words: « Laon : Écran 1 et Écran 2 ; Vervins : tous les écrans ».
 *
 * @param {Targets} targets
 * @param {PlaceOfHall[]} places
 * @param {{ say: (key: string, values?: Record<string, unknown>) => string, language: string }} words
 */
export function targetsInWords(targets, places, { say, language }) {
  if (isEverywhere(targets)) return say("notices.aim.everywhere");
  const aimed = hallsAimedAt(targets, places);
  if (!aimed.length) return say("notices.aim.nowhere");
  const lists = new Intl.ListFormat(language, { type: "conjunction" });
  const several = new Set(
    places.filter((each) => places.some((other) => other !== each && other.site === each.site)),
  );
  const lines = aimed.map(({ hall, screens, isWhole }) => {
    const place =
      several.has(hall) && hall.name !== hall.site_name ? `${hall.site_name}, ${hall.name}` : hall.site_name;
    return isWhole
      ? say("notices.aim.whole", { place })
      : say("notices.aim.screens", { place, screens: lists.format(screens.map(({ label }) => label)) });
  });
  return [...new Set(lines)].join(say("notices.aim.between"));
}

/**
 * The pages of what the screens among the targets show on a day: today (local, `YYYY-MM-DD`), or the first
 * day of a notice that is still to come. `name` is null where there is one page only.
 *
 * @param {{ targets?: Targets, validity?: { starts?: string } }} content
 * @param {PlaceOfHall[]} places where the reader may look
 * @param {string} today
 */
export function dayPages({ targets = {}, validity = {} }, places, today) {
  const aimed = hallsAimedAt(targets, places);
  const first = (validity.starts ?? "").slice(0, 10);
  return aimed.map(({ hall, screens, isWhole }) => {
    const query = new URLSearchParams({ hall: hall.hall });
    if (!isWhole && screens.length === 1) query.set("ecran", screens[0].id);
    if (first > today) query.set("jour", first);
    return { href: `/affichage/journee?${query}`, name: aimed.length > 1 ? hall.name : null };
  });
}
