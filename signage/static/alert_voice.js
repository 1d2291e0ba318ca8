// The voice of an alert: fetched once and kept, so that it is repeated every minute whatever becomes of the server.

import { SPOKEN_EVERY_MS } from "./alert_state.js";

/**
 * Says an alert now and every minute until it is told to be silent. `fetchSound(url)` gives its bytes, `makeContext()`
 * an audio context, `now()` the page's clock.
 */
export function alertVoice({ fetchSound, makeContext, now }) {
  let url = null;
  let sound = null;
  let context = null;
  let source = null;
  let saidAt = -Infinity;
  const kept = new Map(); // what may have to be said when no server answers any more

  return { keep, say, silence, tick };

  /** Fetches the voices of what may be raised; what fails is fetched when it is wanted, or the next time. */
  function keep(urls) {
    for (const each of urls.filter((one) => !kept.has(one))) {
      kept.set(each, fetchSound(each).catch(() => void kept.delete(each)));
    }
  }

  async function say(wanted) {
    if (wanted === url) return;
    silence();
    url = wanted;
    try {
      context ??= makeContext();
      const bytes = (await kept.get(wanted))?.slice(0) ?? (await fetchSound(wanted)); // decoding takes them away
      const decoded = await context.decodeAudioData(bytes);
      if (url === wanted) sound = decoded;
    } catch {
      if (url === wanted) url = null; // the next message or connection tries again; the words stand on the screen
    }
    tick();
  }

  /** Called often: speaks when a minute has passed. */
  function tick() {
    if (!sound || now() - saidAt < SPOKEN_EVERY_MS) return;
    saidAt = now();
    source?.disconnect();
    source = context.createBufferSource();
    source.buffer = sound;
    source.connect(context.destination);
    source.start();
  }

  function silence() {
    source?.disconnect();
    source = sound = url = null;
    saidAt = -Infinity;
  }
}
