// A screen confirms to the server that it shows an alert, until it is answered: a lost message never makes it
// « not reached ».

const ANSWERED_MS = 2_000; // two tries within the five seconds after which a screen counts as not reached

/**
 * `show(alert)` is called often with the id of the alert on the screen, null for none. `afterPaint(work)`
 * calls back once the drawing is visible; `ask(message, ms)` sends and resolves when it is answered within
 * `ms`, else rejects.
 */
export function createTold({ ask, afterPaint }) {
  let alertShown = null;
  let answered = null;
  let isAsking = false;

  function show(alert) {
    alertShown = alert;
    if (alert === null || alert === answered || isAsking) return;
    isAsking = true;
    afterPaint(() => tell(alert));
  }

  async function tell(alert) {
    try {
      if (alert === alertShown) await ask({ alert }, ANSWERED_MS);
      if (alert === alertShown) answered = alert;
    } catch {
      // not answered: the next drawing asks again
    } finally {
      isAsking = false;
    }
  }

  /** A new connection is informed again. */
  const forget = () => {
    answered = null;
  };

  return { show, forget };
}
