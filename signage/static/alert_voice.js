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

  return { say, silence, tick };

  async function say(wanted) {
    if (wanted === url) return;
    silence();
    url = wanted;
    try {
      context ??= makeContext();
      const bytes = await fetchSound(wanted);
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
