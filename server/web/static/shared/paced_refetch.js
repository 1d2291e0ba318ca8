// Reading the server again because something changed: shortly, but never more often than it should.

/**
 * `read()` is called at once by `now()`, and by `soon()` as soon as `everyMs` have passed since the last
 * time; `ageMs()` since then.
 */
export function createPaced(read, everyMs, { clock = Date.now, later = setTimeout } = {}) {
  let readAtMs = -Infinity;
  let isWaiting = false;

  function now() {
    isWaiting = false;
    readAtMs = clock();
    return read();
  }

  function soon() {
    if (isWaiting) return;
    isWaiting = true;
    later(now, Math.max(0, readAtMs + everyMs - clock()));
  }

  return { now, soon, ageMs: () => clock() - readAtMs };
}
