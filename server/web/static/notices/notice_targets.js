// Where a notice is shown: in words, which halls that is, who may publish there, and the layouts of its
// screens. Pure.

const LONG_SIDE = 1920; // px: letters are a part of it, so a larger screen shows the same
/** @type {[number, number]} */
const USUAL = [LONG_SIDE, 1080]; // of a screen that has not reported its size yet
const OF_ITS_HALL = new Set(["hours", "waits", "results"]); // kinds that say something else in each hall

/**
 * A hall with its screens, as the page knows it.
 * @typedef {{ hall: string, name: string, site: string, site_name: string, may_preview: boolean,
 *   may_draft: boolean, may_publish: boolean, screens: ScreenOfHall[],
 *   groups?: { id: string, label: string }[] }} PlaceOfHall groups of its site
 */
/**
 * A screen; `size` in px, null until it has reported one; `least_px`: its smallest letters.
 * @typedef {{ id: string, label: string, shows_notices: boolean, least_px: number,
 *   size: [number, number] | null, groups?: string[] }} ScreenOfHall
 */
/**
 * Targets of a content; `everywhere` null or left out: without a place it means every screen.
 * @typedef {{ sites?: string[], halls?: string[], screens?: string[], groups?: string[],
 *   everywhere?: boolean | null }} Targets groups as `laon/entrance`
 */

/** @param {Targets} targets */
const hasPlace = ({ sites = [], halls = [], screens = [], groups = [] }) =>
  sites.length + halls.length + screens.length + groups.length > 0;

/** Whether every screen is meant; earlier contents say it by naming no place. */
export const isEverywhere = (/** @type {Targets} */ targets) =>
  targets.everywhere === true || (!hasPlace(targets) && targets.everywhere !== false);

/**
 * Targets as the form has them: `everywhere` is said.
 *
 * @param {Targets} targets
 */
export function explicit(targets = {}) {
  const { sites = [], halls = [], screens = [], groups = [] } = targets;
  return { sites, halls, screens, groups, everywhere: isEverywhere(targets) };
}

/**
 * The halls that have a screen among the targets, each with those screens.
 *
 * @param {Targets} targets
 * @param {PlaceOfHall[]} places
 * @returns {{ hall: PlaceOfHall, screens: ScreenOfHall[], isWhole: boolean }[]}
 */
export function hallsAimedAt(targets, places) {
  const { sites = [], halls = [], screens = [], groups = [] } = targets;
  return places.flatMap((hall) => {
    const isIn = (group) => groups.includes(`${hall.site}/${group}`);
    const isWhole = isEverywhere(targets) || sites.includes(hall.site) || halls.includes(hall.hall);
    const found = hall.screens.filter(
      (each) => isWhole || screens.includes(each.id) || (each.groups ?? []).some(isIn),
    );
    return isWhole || found.length ? [{ hall, screens: found, isWhole }] : [];
  });
}

/** Whether the reader may publish at every site among the targets; of a notice that is nowhere: at any. */
export function mayPublish(/** @type {Targets} */ targets, /** @type {PlaceOfHall[]} */ places) {
  const sites = (targets.groups ?? []).map((group) => group.split("/")[0]);
  const aimed = hallsAimedAt(targets, places).map(({ hall }) => hall);
  const found = [...aimed, ...places.filter(({ site }) => sites.includes(site))];
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
  const { groups = [], ...named } = targets;
  const aimed = hasPlace(named) ? hallsAimedAt(named, places) : [];
  if (!aimed.length && !groups.length) return say("notices.aim.nowhere");
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
  const ofGroups = groups.map((group) => {
    const [place, label] = groupName(group, places);
    const screens = hallsAimedAt({ groups: [group] }, places).flatMap(({ screens: found }) => found);
    const key = screens.length ? "notices.aim.group" : "notices.aim.group.empty";
    return say(key, { place, group: label, screens: lists.format(screens.map(({ label: name }) => name)) });
  });
  return [...new Set([...lines, ...ofGroups])].join(say("notices.aim.between"));
}

/** The names of the site and of a group; its id where it is gone. */
function groupName(group, places) {
  const [site, id] = group.split("/");
  const hall = places.find((each) => each.site === site);
  return [hall?.site_name ?? site, hall?.groups?.find((each) => each.id === id)?.label ?? id];
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

/**
 * One layout, `width` and `height` in px, and the names of the screens that have it; `screen` of `hall` is
 * one of them. `isAssumed`: no screen of it has reported its size.
 *
 * @typedef {{ key: string, hall: string, screen: string, width: number, height: number, names: string[],
 *   isAssumed: boolean }} Layout
 */

/**
 * The layouts of the screens among the targets, or of the first hall where none is, and the names of screens
 * that show calls only (`callsOnly`).
 *
 * @param {{ targets: Targets, kind: string }} content
 * @param {PlaceOfHall[]} places where the reader may preview
 * @returns {{ layouts: Layout[], callsOnly: string[] }}
 */
export function layoutsOf({ targets, kind }, places) {
  const found = hallsAimedAt(targets, places);
  const aimed = found.length ? found : places.slice(0, 1).map((hall) => ({ hall, screens: hall.screens }));
  /** @type {Map<string, Layout>} */
  const layouts = new Map();
  const callsOnly = [];
  for (const { hall, screens } of aimed)
    for (const screen of screens) {
      const name = aimed.length > 1 ? `${hall.name}, ${screen.label}` : screen.label;
      if (!screen.shows_notices) {
        callsOnly.push(name);
        continue;
      }
      const [width, height] = scaled(screen.size ?? USUAL);
      const key = [width, height, screen.least_px, OF_ITS_HALL.has(kind) ? hall.hall : ""].join(" ");
      const layout = layouts.get(key);
      if (layout) {
        layout.names.push(name);
        layout.isAssumed &&= !screen.size;
      } else {
        const place = { hall: hall.hall, screen: screen.id };
        layouts.set(key, { key, ...place, width, height, names: [name], isAssumed: !screen.size });
      }
    }
  return { layouts: [...layouts.values()], callsOnly };
}

/** A size with its long side of 1,920 px. */
function scaled([width, height]) {
  const scale = LONG_SIDE / Math.max(width, height);
  return [Math.round(width * scale), Math.round(height * scale)];
}
