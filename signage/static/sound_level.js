// How loud a screen says calls: by the hall's hours, never above the most, not at all while it is kept quiet.

/**
 * The level between 0 and 1 at `at` (milliseconds of the server's clock). `sound` is that of the screen's message,
 * null: full; `quietUntil` an instant as text or null.
 */
export function soundLevel({ sound, quietUntil, at, timeZone }) {
  if (quietUntil && at < Date.parse(quietUntil)) return 0;
  if (!sound) return 1;
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone });
  const now = clock.format(at);
  const level = sound.levels.find(({ opens, closes }) => opens <= now && (now < closes || closes === "23:59"));
  return Math.min(level?.percent ?? sound.most_percent, sound.most_percent) / 100;
}
