// The history of a visit that was found: a line for each thing that happened, with the reason of each call.

import { html, nothing } from "../shared/drawing.js";
import { whyWords } from "../shared/why_words.js";

/** The list of a history from GET /tickets/{visit}/history; it may get the focus. */
export function historyList({ number, facts }, { say, hour, hall }) {
  return html`<ol class="history" tabindex="-1" aria-label=${say("reception.history.of", { number })}>
    ${facts.map(line)}
  </ol>`;

  function line(fact) {
    const key = `reception.history.${fact.reason ?? fact.fact}`;
    const values = {
      at: hour(fact.at),
      counter: fact.counter ? hall.counterLabel(fact.counter) : "",
      reason: fact.urgency ? say(`console.declare_urgent.reason.${fact.urgency}`) : "",
      service: fact.service ? hall.serviceName(fact.service) : "",
    };
    const text = say(say.knows(key) ? key : "reception.history.other", values);
    const why = whyWords(fact.why, say);
    const sentence = fact.is_undone ? `${text} ${say("reception.history.undone")}` : text;
    return html`<li>${sentence}${why ? html`<small>${why}</small>` : nothing}</li>`;
  }
}
