// Spoken announcements, one voice at a time. `play(url)` resolves when a file has ended; time is passed in.

export const OLDEST_SOUND_MS = 20_000;

/**
 * Return a player: announcements are spoken in order, each (call, rank) once, never together; what has waited longer
 * than 20 s is dropped. Where the browser refuses to play, `onRefused(true)` is told and `unlocked()` goes on.
 */
export function createPlayer({ play, now, onSound, onRefused }) {
  const waiting = [];
  const seen = new Set();
  let isSpeaking = false;
  let isRefused = false;

  /** Queue an announcement `{key, at, audio: [urls]}`; `at` in milliseconds of the same clock as `now()`. */
  function offer(item) {
    if (!item.audio.length || seen.has(item.key) || now() - item.at > OLDEST_SOUND_MS) return false;
    seen.add(item.key);
    if (seen.size > 300) seen.delete(seen.values().next().value);
    waiting.push(item);
    onSound(item.key, "waiting");
    run();
    return true;
  }

  /** What has not begun to be spoken is dropped: an alert is in force. */
  function drop() {
    for (const item of waiting.splice(0)) onSound(item.key, "ended");
  }

  function unlocked() {
    isRefused = false;
    onRefused(false);
    run();
  }

  async function run() {
    if (isSpeaking || isRefused) return;
    isSpeaking = true;
    while (waiting.length && !isRefused) await speak(waiting.shift());
    isSpeaking = false;
  }

  async function speak(item) {
    if (now() - item.at > OLDEST_SOUND_MS) return onSound(item.key, "ended");
    onSound(item.key, "speaking");
    for (const url of item.audio) {
      try {
        await play(url);
      } catch (error) {
        if (error?.name === "NotAllowedError") {
          isRefused = true;
          waiting.unshift(item);
          onSound(item.key, "waiting");
          return onRefused(true);
        }
      }
    }
    return onSound(item.key, "ended");
  }

  return { offer, drop, unlocked };
}
