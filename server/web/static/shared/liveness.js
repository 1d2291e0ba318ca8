// Pages that hear the server: whether they do is kept from their socket, and drawn each second.

import { withLiveness } from "./clock.js";
import { connect } from "./live.js";
import { createPaced } from "./paced_refetch.js";
import { inTurn } from "./turns.js";
import { tellBarred } from "./verbs.js";
import { drawLiveness } from "./waiting_view.js";

/**
 * `live` and `lost` are what `connect` calls: the first one reads. `heard(asOf)` notes the server's clock.
 */
export function createLiveness(words, /** @type {() => unknown} */ read) {
  let state = { isLive: false, lostAtMs: null, clockOffsetMs: 0 };
  const draw = () => drawLiveness(state, words);

  function change(isLive) {
    state = withLiveness(state, isLive, Date.now());
    draw();
  }

  setInterval(draw, 1000);
  return {
    live() {
      change(true);
      read();
    },
    lost: () => change(false),
    heard(asOf) {
      state = { ...state, clockOffsetMs: Date.parse(asOf) - Date.now() };
      draw();
    },
    isLive: () => state.isLive,
  };
}

/**
 * Draws one answer of the server, each second and whenever it is another one: it is read at each connection,
 * soon after a message, and at least every `leastEveryMs`. Returns {refresh, redraw}.
 *
 * @param {{ hall?: string } & Record<string, unknown>} auth
 * @param {{ message: keyof Api.Sent, read: () => Promise<any>, draw: (answer: any) => void, everyMs: number,
 *   leastEveryMs: number, words: any }} how
 */
export function follow(auth, { message, read, draw, everyMs, leastEveryMs, words }) {
  const readInTurn = inTurn(read);
  const { now: refresh, soon, ageMs } = createPaced(readAgain, everyMs);
  const { live, lost, heard, isLive } = createLiveness(words, refresh);
  let latest = null;

  function redraw() {
    if (latest) draw(latest);
  }

  async function readAgain() {
    try {
      const answer = await readInTurn();
      if (!answer) return;
      latest = answer;
      heard(answer.as_of);
    } catch (failure) {
      // Not reachable: the page says so, and the next connection reads again.
      tellBarred(failure);
    }
    redraw();
  }

  connect("/agent", auth, { live, late: refresh, lost, messages: { [message]: soon } });
  setInterval(() => {
    redraw();
    if (isLive() && ageMs() > leastEveryMs) soon();
  }, 1000);
  return { refresh, redraw };
}
