// Queue messages of the socket: applied unchanged, or the queue is fetched whole when the message had to
// leave rows out.

const AT_MOST_EVERY_MS = 1_000;

export function queueFeed({ fetchQueue, apply, nowMs = () => Date.now(), later = setTimeout }) {
  let isWaiting = false;
  let fetchedAtMs = -Infinity;

  async function fetchNow() {
    isWaiting = false;
    fetchedAtMs = nowMs();
    try {
      await apply(await fetchQueue());
    } catch {
      // Not reachable: the next message or connection fetches again.
    }
  }

  return function take(queue) {
    if (!queue.is_partial) return apply(queue);
    if (isWaiting) return undefined;
    isWaiting = true;
    later(fetchNow, Math.max(0, fetchedAtMs + AT_MOST_EVERY_MS - nowMs()));
    return undefined;
  };
}
