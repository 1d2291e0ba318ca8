// Answers in the order of their questions: one that comes late does not bring the past back.

/**
 * Tells an answer that comes too late: `begin()` numbers a question, `shows(turn)` says whether its answer
 * may be shown, because none to a later question was. `overtake()`: what a gesture or a message shows now is
 * newer than every answer that is still to come.
 */
export function createTurns() {
  let last = 0;
  let newest = 0;

  function shows(turn) {
    if (turn < newest) return false;
    newest = turn;
    return true;
  }

  const begin = () => ++last;
  return { begin, shows, overtake: () => shows(begin()) };
}

/**
 * The same read, but null for an answer that comes after the answer to a later question: nothing is shown
 * that is older than what was.
 *
 * @template Answer
 * @param {() => Promise<Answer>} ask
 * @returns {() => Promise<Answer | null>}
 */
export function inTurn(ask) {
  const turns = createTurns();
  return async () => {
    const turn = turns.begin();
    const answer = await ask();
    return turns.shows(turn) ? answer : null;
  };
}

/** What was begun last; `ended()` waits for it, and for what is begun meanwhile. */
export function createLast() {
  let last = Promise.resolve();

  async function ended() {
    let awaited;
    do {
      awaited = last;
      await awaited;
    } while (awaited !== last);
  }

  return { begin: (work) => (last = work), ended };
}
