// The panel of a call out of order: nobody is picked until a number is typed or a row is pressed.

import { byId, one, setText } from "../shared/dom.js";
import { choice, html, nothing, repeat } from "../shared/drawing.js";
import { minutes } from "../shared/durations.js";
import { callableRows, rowTyped } from "../shared/call_order.js";
import { choices } from "./console_choices.js";
import { nobody } from "./console_visit_panels.js";

const PICKED = '[data-panel-body] input[name="visit"]';

/**
 * The panel. `seek(number)` lists the legs that the server finds by a number no row has; `redraw()` fills the
 * panel again; `ask(question, answer)` shows a question in it.
 */
export function chosenPanel({ state, words, nowMs, offer, choose, found, seek, redraw, ask }) {
  const { say, hall } = words;
  const title = say("console.chosen.title");
  const typed =
    /** @type {HTMLInputElement | null} */ (document.getElementById("chosen-number"))?.value ?? "";
  const fitting = (number, legs) =>
    callableRows(state, { services: hall.serviceIds, typed: number, found: legs, nowMs });
  const rows = fitting(typed, found);
  const pick = (fit, number) => {
    const row = rowTyped(fit, number);
    if (!row) return tell(say("console.chosen.several"));
    const radio = /** @type {HTMLInputElement} */ (one(`${PICKED}[value="${row.leg.visit}"]`));
    radio.checked = true;
    tell("");
    /** @type {HTMLButtonElement} */ (one(".reasons [data-choice]")).focus();
  };
  const pickTyped = async (event) => {
    event.preventDefault();
    if (rows.length) return pick(rows, typed);
    const legs = typed.trim() ? await seek(typed.trim()) : [];
    if (!legs.length) return tell(say("console.chosen.nobody", { number: typed.trim() }));
    const number = /** @type {HTMLInputElement} */ (byId("chosen-number")).value; // of a code, by now
    pick(fitting(number, legs), number);
  };
  const call = ({ reason }) => {
    /** @type {HTMLInputElement | null} */
    const picked = document.querySelector(`${PICKED}:checked`);
    const row = rows.find(({ leg }) => leg.visit === picked?.value);
    if (!row) {
      tell(say("console.chosen.first"));
      return byId("chosen-number").focus();
    }
    const visit = { visit: row.leg.visit, reason };
    if (!row.isElsewhere) return choose(visit);
    const { number, service } = row.leg;
    const text = say("console.chosen.ask", { number, service: hall.serviceName(service) });
    ask({ texts: [text], yes: say("console.chosen.yes", { number }) }, (isSure) =>
      choose(isSure ? visit : null),
    );
  };
  return {
    title,
    body: html`<form class="by-number" @submit=${pickTyped}>
        <label for="chosen-number">${say("console.chosen.number")}</label>
        <input id="chosen-number" type="text" maxlength="32" autocomplete="off" autocapitalize="characters"
          spellcheck="false" autofocus aria-describedby="chosen-told" @input=${redraw}>
        <p id="chosen-told" role="status"></p>
      </form>
      <div class="two">
        <fieldset class="people">
          <legend>${say("console.chosen.who")}</legend>
          ${rows.length || typed ? nothing : nobody(say("console.waiting.nobody"))}
          ${repeat(
            rows,
            ({ leg }) => leg.visit,
            (row) => person(row, words),
          )}
        </fieldset>
        <fieldset class="reasons">
          <legend>${say("console.chosen.why")}</legend>
          ${choices(
            (offer.reasons ?? []).map((reason) => ({
              label: say(`console.chosen.reason.${reason}`),
              value: { reason },
            })),
            call,
          )}
        </fieldset>
      </div>`,
  };
}

const tell = (text) => setText(byId("chosen-told"), text);

function person({ leg, waitedS, isEarly, isElsewhere }, { say, hall }) {
  const waited = isEarly ? say("console.waiting.on_time") : minutes(waitedS, say);
  const note = isElsewhere ? `${say("console.chosen.elsewhere")} · ${waited}` : waited;
  const details = html`<b>${leg.number}</b><bdi>${hall.serviceName(leg.service)}</bdi><small>${note}</small>`;
  return choice(html`<input type="radio" name="visit" value=${leg.visit}>`, details);
}
