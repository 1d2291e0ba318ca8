// What the kiosk shows while its server does not answer, or while its agent issues tickets alone. Pure, as
// kiosk_state.js. Rule: docs/rules/kiosk-away.md.

import { INFORMATION_VIEWS } from "./information.js";

// A server that starts again answers within it, and a press made meanwhile is repeated until it does.
export const LOST_SHOWN_AFTER_MS = 5_000;

// They need no server: nobody chooses there, or a press ends by its own rules.
const STAYING = [
  "loading",
  "unpaired",
  "taking",
  "away",
  "notice",
  "ticket",
  "referral",
  ...INFORMATION_VIEWS,
];

/**
 * `missingSince`: since when the menu is asked for in vain, else null. `isLost`: so long that visitors are
 * told. `awayFrom`: the view to come back to.
 */
export const awayStart = { awayFrom: "start" };
export const NEVER_LOST = { missingSince: null, isLost: false, ...awayStart };

/** Whether the view says that the kiosk issues no ticket, and no press is under way. */
export const isServerAway = ({ view, press }) => view === "away" && !press;

/** Whether somebody was choosing when the server left: they come back to their choices. */
export const isMidway = (state) =>
  isServerAway(state) && (state.awayFrom !== "start" || state.folder !== null);

/** Whether appointments, papers on request and readings aloud cannot be had: the server does them. */
export const isCutOff = ({ isLost, menu }) => isLost || Boolean(menu?.unplugged);

/** The state with the view « away » where the view needs a server that does not answer. */
export function withAway(state, at) {
  const isLost = state.missingSince !== null && at - state.missingSince >= LOST_SHOWN_AFTER_MS;
  const next = isLost === state.isLost ? state : { ...state, isLost };
  const isOver = next.view === "languages";
  const view = isOver ? next.beneath : next.view;
  if (STAYING.includes(view) || (next.menu && !isLost)) return next;
  return { ...next, view: "away", awayFrom: view, page: isOver ? 0 : next.page };
}

/** The state with the view that « away » took the place of, and all that was chosen there. */
export function backFromAway(state) {
  if (state.press) return state;
  const came = (view) => (view === "away" ? state.awayFrom : view);
  return { ...state, view: came(state.view), beneath: came(state.beneath) };
}

/** The menu of an agent that issues alone: no wait, no check-in, nobody received exceptionally. */
export function ofAgent(menu) {
  if (!menu.unplugged) return menu;
  const alone = (service) => ({
    ...service,
    wait: null,
    waiting: 0,
    why_no_wait: "unplugged",
    exceptional: null,
    children: service.children.map(alone),
  });
  return { ...menu, appointments: false, services: menu.services.map(alone) };
}
