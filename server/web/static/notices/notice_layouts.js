// The layouts in which the screens of a notice show it: sizes and letters, once each. Pure.

import { hallsAimedAt } from "./notice_targets.js";

const LONG_SIDE = 1920; // px: letters are a part of it, so a larger screen shows the same
/** @type {[number, number]} */
const USUAL = [LONG_SIDE, 1080]; // of a screen that has not reported its size yet
const OF_ITS_HALL = new Set(["hours", "waits", "results"]); // kinds that say something else in each hall

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
 * @param {{ targets: import("./notice_targets.js").Targets, kind: string }} content
 * @param {import("./notice_targets.js").PlaceOfHall[]} places where the reader may preview
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
