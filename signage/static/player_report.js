// The page's report to the server, for supervision: sent when it changes, at each heartbeat and each
// connection.

import { isHeld } from "./cards_state.js";
import { alertNow, serverNow } from "./screen_state.js";

/**
 * The state of the page, kept up to date by calls; `lead` is the milliseconds from its own clock to the
 * server's.
 */
export function reportOf({
  media,
  view,
  isAlert,
  isAsleep,
  hasSound,
  isSoundOff,
  revision,
  release,
  lead,
  notice,
  size,
  panel = null,
}) {
  return {
    media,
    release,
    notice: notice ?? null,
    revision: revision ?? "",
    clock_ms: Math.round(-lead),
    view: isAlert ? "alert" : isAsleep ? "asleep" : view,
    sound: !hasSound ? "none" : isSoundOff ? "blocked" : "on",
    width_px: size[0],
    height_px: size[1],
    panel,
  };
}

/** What the program of this computer wrote about its panel, for the report; null without such a program. */
export function panelOf(/** @type {string | undefined} */ text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/**
 * Return `tell(report)`, which sends a changed report, and `again()`, after which the next one is sent in any
 * case.
 */
export function createReporter({ send }) {
  let lastText = "";
  return {
    tell(report) {
      const text = JSON.stringify({ ...report, clock_ms: 0 }); // a clock that drifts waits for the beat
      if (text !== lastText && send("player.state", report)) lastText = text;
    },
    again() {
      lastText = "";
    },
  };
}

const ALERT_SETTLES_MS = 5_000;

/**
 * The present state of the page, for its report and its picture. `now` is this computer's clock in ms;
 * `notice` the visible one.
 */
export function knownOf(state, now, { isSoundOff, notice }) {
  const { media, view, release, asleep } = document.body.dataset;
  const alert = alertNow(state, now);
  const isNewAlert = alert && serverNow(state, now) - Date.parse(alert.raised_at) < ALERT_SETTLES_MS;
  return {
    media: media ?? "unknown",
    view,
    isAlert: Boolean(alert),
    isAsleep: asleep === "yes",
    isSoundOff,
    release,
    lead: state.offset,
    hasSound: Boolean(state.screen?.has_sound),
    revision: state.screen?.programme?.revision,
    configuration: state.screen?.configuration,
    notice,
    size: [innerWidth, innerHeight],
    panel: panelOf(document.documentElement.dataset.panel),
    hall: state.hall?.slug,
    screen: state.hall?.screen,
    everyMs: (state.screen?.picture_every_s ?? 0) * 1_000,
    isCalm:
      state.isConnected &&
      !isNewAlert &&
      !document.hidden &&
      !state.cards.some((card) => isHeld(state, card, now)),
  };
}
