// How loud a screen says calls, plays films and speaks an alert: by the hall's hours, never above the most.

const clocks = new Map();

/**
 * The level of calls and films between 0 and 1 at `at` (milliseconds of the server's clock): not at all while
 * the hall is
 * kept quiet. `sound` is that of the screen's message, null: full; `quietUntil` an instant as text or null.
 */
export function soundLevel({ sound, quietUntil = null, at, timeZone }) {
  if (quietUntil && at < Date.parse(quietUntil)) return 0;
  if (!sound) return 1;
  const now = clockOf(timeZone).format(at);
  const level = sound.levels.find(
    ({ opens, closes }) => opens <= now && (now < closes || closes === "23:59"),
  );
  return Math.min(level?.percent ?? sound.most_percent, sound.most_percent) / 100;
}

/**
 * The level of an alert's voice: that of the hour; where the hall says nothing at this hour, or is kept
 * quiet, it speaks all the same.
 */
export function alertLevel({ sound, at, timeZone }) {
  return soundLevel({ sound, at, timeZone }) || (sound?.most_percent ?? 100) / 100;
}

/** What both levels need, of the state of a screen; a loop knows no quiet. */
export function soundOf({ screen, board }, at) {
  const quietUntil = screen?.output === "loop" ? null : board?.quiet_until;
  return { sound: screen?.sound, quietUntil, at, timeZone: screen?.time_zone };
}

function clockOf(timeZone) {
  const existing = clocks.get(timeZone);
  if (existing) return existing;
  const clock = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
  clocks.set(timeZone, clock);
  return clock;
}
