// What the page tells the server of itself, for supervision: sent when it changes, at each beat and each
// connection.

/**
 * What the page knows of itself, as it is told; `lead` is the milliseconds from its own clock to the
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
  };
}

/**
 * Return `tell(report)`, which sends what is new, and `again()`, after which the next one is sent whatever it
 * says.
 */
export function createReporter({ send }) {
  let told = "";
  return {
    tell(report) {
      const text = JSON.stringify({ ...report, clock_ms: 0 }); // a clock that drifts waits for the beat
      if (text !== told && send("player.state", report)) told = text;
    },
    again() {
      told = "";
    },
  };
}
