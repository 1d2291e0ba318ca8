// The voice of an alert: fetched once and stored, so it is repeated every minute also without a server.

import { SPOKEN_EVERY_MS } from "./alert_state.js";

export const TRIED_AGAIN_MS = 10_000;

/**
 * Speaks an alert now and every minute until it is silenced. `fetchSound(url)` gives its bytes,
 * `makeContext()` an audio context, `now()` the page's clock, `level()` the loudness, 0 to 1. A file that
 * cannot be fetched is requested again after ten seconds; the words stay on the screen.
 */
export function alertVoice({ fetchSound, makeContext, now, level = () => 1 }) {
  let url = null;
  let sound = null;
  let context = null;
  let gain = null;
  let source = null;
  let saidAt = -Infinity;
  let againAt = null;
  const kept = new Map(); // what may have to be said when no server answers any more

  return { keep, say, silence, tick };

  /** Fetches the voices of prepared alerts; one that fails is fetched when it is needed, or the next time. */
  function keep(urls) {
    for (const each of urls.filter((one) => !kept.has(one))) {
      kept.set(
        each,
        fetchSound(each).catch(() => void kept.delete(each)),
      );
    }
  }

  async function say(address) {
    if (address === url) return;
    silence();
    url = address;
    await bring(address);
  }

  async function bring(address) {
    againAt = null;
    try {
      // decoding takes them away
      const bytes = (await kept.get(address))?.slice(0) ?? (await fetchSound(address));
      const decoded = await output().decodeAudioData(bytes);
      if (url === address) sound = decoded;
    } catch {
      if (url === address) againAt = now() + TRIED_AGAIN_MS;
    }
    tick();
  }

  /** Called often: speaks when a minute has passed, at the level of now. */
  function tick() {
    if (againAt !== null && now() >= againAt) bring(url);
    if (gain) gain.gain.value = level();
    if (!sound || now() - saidAt < SPOKEN_EVERY_MS) return;
    saidAt = now();
    stop();
    source = context.createBufferSource();
    source.buffer = sound;
    source.connect(gain);
    source.start();
  }

  function silence() {
    stop();
    sound = url = againAt = null;
    saidAt = -Infinity;
  }

  function stop() {
    source?.stop();
    source?.disconnect();
    source = null;
  }

  function output() {
    if (context) return context;
    context = makeContext();
    gain = context.createGain();
    gain.connect(context.destination);
    return context;
  }
}
