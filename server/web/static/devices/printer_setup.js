// What is typed into the set-up page of a printer that fetches its tickets, or on the kiosk’s computer for
// the kiosk agent, and whether the trial sheet came out.

import { html } from "../shared/drawing.js";

const FIELDS = ["address", "user", "secret"];
const AGENT_FIELDS = ["command"];
const AGENT = "/opt/parvis/bin/parvis-kiosk";
const STEPS = {
  star_cloudprnt: ["open", "enable", "interval", "secure", "trial"],
  epson_direct: ["open", "enable", "status", "secure", "trial"],
  gateway: ["open", "place", "type", "start", "pair", "trial"],
};

/**
 * What to type: `{key, value}` for each field, in the order of the printer's page.
 *
 * @param {Api.PrinterSecretAnswer} made
 * @param {string} origin of this server, as the browser reaches it
 */
export function typedOf(made, origin) {
  const address = origin + made.path;
  const command = `sudo ${AGENT} install ${origin}`;
  const values = { address, command, user: made.user, secret: made.secret };
  return (made.kind === "gateway" ? AGENT_FIELDS : FIELDS).map((key) => ({ key, value: values[key] }));
}

/** What to type, and the steps that follow. */
export function setupPart(/** @type {Api.PrinterSecretAnswer} */ made, say) {
  const title = made.kind === "gateway" ? "device_list.setup.gateway.title" : "device_list.setup.title";
  return html`<section class="setup">
    <h3 tabindex="-1">${say(title)}</h3>
    <p class="notice" ?hidden=${made.kind === "gateway"}>${say("device_list.setup.once")}</p>
    <dl class="typed">
      ${typedOf(made, location.origin).map(
        ({ key, value }) =>
          html`<dt>${say(`device_list.setup.${key}`)}</dt>
            <dd><code>${value}</code></dd>`,
      )}
    </dl>
    <ol>
      ${STEPS[made.kind].map((step) => html`<li>${say(`device_list.setup.${made.kind}.${step}`)}</li>`)}
    </ol>
  </section>`;
}

/** « La feuille d’essai est sortie ? »; `tell` hears what follows from the answer. */
export function questionPart(id, { say, tell }) {
  const answer = (key) =>
    html`<button type="button" aria-describedby=${`${id}-question`}
      @click=${() => tell(say(`device_list.came_out.after_${key}`))}>
      ${say(`device_list.came_out.${key}`)}
    </button>`;
  return html`<div class="came-out">
    <p id=${`${id}-question`}>${say("device_list.came_out.question")}</p>
    <p class="choices">${answer("yes")}${answer("no")}</p>
  </div>`;
}
