// Queue messages of the socket: applied unchanged, or the queue is fetched whole when the message had to
// leave rows out.

import { createPaced } from "./paced_refetch.js";

const AT_MOST_EVERY_MS = 1_000;

/** `times` are the clock and timer that tests pass in. */
export function queueFeed({ fetchQueue, apply, ...times }) {
  const { soon } = createPaced(fetchNow, AT_MOST_EVERY_MS, times);

  async function fetchNow() {
    try {
      await apply(await fetchQueue());
    } catch {
      // Not reachable: the next message or connection fetches again.
    }
  }

  return (queue) => (queue.is_partial ? soon() : apply(queue));
}
