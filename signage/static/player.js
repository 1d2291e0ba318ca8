// Spoken announcements, one voice at a time. `play` resolves when a file has ended; time is passed in.

export const OLDEST_SOUND_MS = 20_000;

/**
 * Return a player: announcements are spoken in order, each (call, rank) once, never together; what has waited
 * longer than 20 s is dropped. A call alone is said whole, its sentence twice; when another comes meanwhile
 * it is not repeated, and calls that follow one another while more wait are said once, briefly, without a
 * chime between them.
 *
 * `play({url, onceMs}, {mayStop, signal})`: a file that says its sentence twice may be stopped after the
 * first, at `onceMs`, when `mayStop()`; it stops at once when `signal` aborts. Where the browser refuses to
 * play, `onRefused(true)` is called, and `unlocked()` continues.
 */
export function createPlayer({ play, now, onSound, onRefused }) {
  const waiting = [];
  const offeredKeys = new Set();
  let isSpeaking = false;
  let isRefused = false;
  let speaking = null; // stops the sentence being spoken

  /**
   * Queue an announcement `{key, at, whole: [{url, onceMs}], brief: [{url}]}`; `at` in milliseconds of the
   * same clock as `now()`.
   */
  function offer(item) {
    if (!item.whole.length || offeredKeys.has(item.key) || isOld(item)) return false;
    offeredKeys.add(item.key);
    if (offeredKeys.size > 300) offeredKeys.delete(offeredKeys.values().next().value);
    waiting.push(item);
    onSound(item.key, "waiting");
    run();
    return true;
  }

  /** Stops the chime or sentence at once and drops waiting ones: an alert is in force. */
  function drop() {
    speaking?.abort();
    for (const item of waiting.splice(0)) onSound(item.key, "ended");
  }

  function unlocked() {
    isRefused = false;
    onRefused(false);
    run();
  }

  const isOld = (item) => now() - item.at > OLDEST_SOUND_MS;

  async function run() {
    if (isSpeaking || isRefused) return;
    isSpeaking = true;
    for (let isFirst = true; waiting.length && !isRefused; isFirst = false)
      await speak(waiting.shift(), isFirst);
    isSpeaking = false;
  }

  async function speak(item, isFirst) {
    if (isOld(item)) return onSound(item.key, "ended");
    const { signal } = (speaking = new AbortController());
    onSound(item.key, "speaking");
    const isBrief = !isFirst && waiting.length > 0 && item.brief.length > 0;
    for (const file of isBrief ? item.brief : item.whole) {
      try {
        if (!signal.aborted) await play(file, { mayStop: () => waiting.length > 0, signal });
      } catch (error) {
        if (/** @type {Error} */ (error)?.name === "NotAllowedError" && !signal.aborted) {
          isRefused = true;
          waiting.unshift(item);
          onSound(item.key, "waiting");
          return onRefused(true);
        }
      }
    }
    speaking = null;
    return onSound(item.key, "ended");
  }

  return { offer, drop, unlocked };
}
