// What pages keep in the browser: it may be full, or allow nothing, and a page works all the same.

/**
 * The result of work with a storage; undefined where the browser does not let it be done.
 *
 * @template Result
 * @param {() => Result} work
 */
export function attempt(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
