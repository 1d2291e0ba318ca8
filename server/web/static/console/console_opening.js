// Opening counters from the console; a counter with a visitor called or served is taken over only after a
// question.

import { askOnce } from "../shared/ask_once.js";

/**
 * Answers {open, join}: `open(wanted, button)` takes a counter, or several as the places of one session; the
 * first is the active one.
 * `join(choice, session)` takes a further place for a session at work; its answer has a `problem` with a
 * number where it must be asked first.
 *
 * `attempt(request, {allowed})` sends one write and says refusals but for the codes allowed, `keep(values)`
 * stores the session of this computer, `remember(values)` what it opened,
 * `ended(isOpen)` is called when all is done. `button`: what was pressed, in whose place a question stands.
 */
export function createOpening({ words, attempt, keep, remember, ended }) {
  const { say } = words;

  async function open(chosenPlaces, button = null) {
    let session = null;
    for (const place of chosenPlaces) {
      const answer = await take(place, session);
      if (mustAsk(place, answer) && button) {
        return ask(button, answer.problem, () =>
          open(
            chosenPlaces.map((each) => ({ ...each, isSure: true })),
            button,
          ),
        );
      }
      if (!answer.ok && session === null) return ended(false);
      if (!answer.ok) break;
      session = answer.body.session;
      if (place.id === chosenPlaces[0].id) {
        keep({ counter: place.id, session, mark: answer.body.session_mark });
        remember({ counter: place.id, profile: place.profile });
      }
    }
    return ended(true);
  }

  /**
   * Taking a counter over without a question is done only where no visitor is called or served.
   *
   * @param {{ id: string, services?: string[], profile?: string,
   *   takeOver?: boolean, isSure?: boolean }} place
   * @param {string | null} session
   */
  async function take({ id, services, profile, takeOver, isSure }, session) {
    const headers = session ? { "X-Counter-Session": session } : {};
    const request = (more) => ({
      path: `/api/v1/counters/${id}/session`,
      body: { services, profile, ...more },
      headers,
    });
    if (!takeOver) return attempt(request({ take_over: false }));
    if (isSure) return attempt(request({ take_over: true }));
    const answer = await attempt(request({ if_free: true }), { allowed: ["counter_taken"] });
    return answer.ok || answer.problem?.code !== "counter_taken" || answer.problem.number
      ? answer
      : attempt(request({ take_over: true }));
  }

  function ask(button, problem, go) {
    askOnce(button, {
      texts: takenTexts(problem, words),
      yes: say("console.choose.ask_yes"),
      no: say("console.ask.no"),
      go,
    });
  }

  return {
    open,
    join: ({ counter, takeOver, isSure }, session) => take({ id: counter, takeOver, isSure }, session),
  };
}

/** Whether an answer asks before a counter is taken over, because a visitor is called or served there. */
export function mustAsk({ takeOver, isSure }, { ok, problem }) {
  return !ok && problem?.code === "counter_taken" && Boolean(problem.number) && Boolean(takeOver) && !isSure;
}

/** Who opened a counter, since when and with which visitor, and the effect of taking it over. */
export function takenTexts({ since, number, opened_by: by }, { say, hour }) {
  const key = by ? "console.choose.ask_by" : "console.choose.ask";
  return [say(key, { who: by, number, at: hour(since) }), say("console.choose.ask_effect")];
}
