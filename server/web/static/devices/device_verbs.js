// Actions on a device from the page of every device: renew or revoke its token, try its printer, place it.

import { askOnce } from "../shared/ask_once.js";
import { byId, one } from "../shared/dom.js";
import { html, nothing } from "../shared/drawing.js";
import { proofWords } from "./device_words.js";
import { csrfHeader, read, send } from "../shared/verbs.js";
import { createPrinterForm } from "./printer_form.js";
import { questionPart, setupPart } from "./printer_setup.js";

const ASKED_AGAIN_MS = 700;
const ASKED_FOR_MS = 70_000; // a job that is a minute old is cancelled
const FETCHED_FOR_MS = 260_000; // that of a printer that asks every two minutes, after four
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Return `{view, openPrinter}`: `view(device, kinds)` is the panel of a device, with the verbs that may be
 * done now, and the other opens the form of its printer.
 */
export function createVerbs(first, hall, { say, moment, refresh, redraw }) {
  const id = `${first.kind}-${first.id}`;
  const jobs = `/api/v1/halls/${encodeURIComponent(hall.hall)}/print-jobs`;
  const base = `/api/v1/halls/${encodeURIComponent(hall.hall)}/kiosks/${encodeURIComponent(first.id)}/printer`;
  const paper = `/appareils/papier?${new URLSearchParams({ hall: hall.hall, kiosk: first.id })}`;
  const panel = () => /** @type {HTMLElement} */ (byId(`outcome-${id}`).parentElement);
  const buttonOf = (verb) => one(`[data-verb=${verb}]`, panel());
  const form = createPrinterForm(first, hall, {
    id: `address-${id}`, // a kiosk and its printer stand under one name
    outcome: `outcome-${id}`,
    say,
    redraw,
    place: (body, done) => act({ method: "PUT", path: base, body }, done),
    onPlaced: () => buttonOf("address").focus(),
  });
  const deeds = {
    renew: () => renew(),
    revoke: () =>
      confirmed("revoke", () => act({ method: "DELETE", path: `/api/v1/devices/${now.device}` }, "revoked")),
    trial,
    roll: () => act({ path: `${base}/roll` }, "roll_changed"),
    address: () => form.toggle(),
    secret: () => (now.fetches?.has_secret ? confirmed("secret", makeSecret) : makeSecret()),
    command: () => makeSecret(),
  };
  const questions = new Map(); // by verb, the question that stands in place of its button
  let now = first;
  let outcome = "";
  let setup = null; // what is typed into the printer's own page, shown once
  let isTried = false;
  let kindsNow = [];

  /** Asks in place of the button: a second press there changes nothing. */
  function confirmed(verb, go) {
    const texts = [say(`device_list.sure.${verb}`)];
    const yes = say(`device_list.sure.${verb}_yes`);
    questions.set(verb, askOnce(buttonOf(verb), { texts, yes, no: say("console.ask.no"), go }));
  }

  /** Whether the button of a verb is hidden: it may not be done now, or its question stands in its place. */
  function isHidden(verb, kinds) {
    if (kinds.includes(verb))
      return Boolean(questions.get(verb)?.isConnected) || (verb === "renew" && now.connections.length > 1);
    questions.get(verb)?.remove();
    return true;
  }

  function tell(words) {
    outcome = words;
    redraw();
  }

  async function act(request, done) {
    tell(say("device_list.doing"));
    const answer = await send({ ...request, headers: csrfHeader() });
    tell(answer.ok ? say(`device_list.done.${done}`) : reasonOf(answer, say));
    if (answer.ok) refresh();
    return answer;
  }

  async function renew(connection) {
    const before = now.token_at;
    const path = `/api/v1/devices/${now.device}/renewal`;
    const answer = await act({ path, body: connection ? { connection } : {} }, "renewal_asked");
    if (!answer.ok) return;
    for (let tried = 0; tried < 20 && now.token_at === before; tried += 1) {
      await pause(ASKED_AGAIN_MS);
      await refresh();
    }
    tell(say(now.token_at === before ? "device_list.done.renewal_silent" : "device_list.done.renewed"));
  }

  async function makeSecret() {
    const done = kindsNow.includes("command") ? "command_shown" : "secret_made";
    const answer = await act({ path: `${base}/secret` }, done);
    if (!answer.ok) return;
    setup = answer.body;
    redraw();
    one(".setup h3", panel()).focus({ preventScroll: true });
    one(".setup", panel()).scrollIntoView({ block: "nearest" });
  }

  async function trial() {
    const answer = await act({ path: `${base}/trial` }, "trial_asked");
    isTried = false;
    if (!answer.ok) return;
    const until = Date.now() + (now.fetches ? FETCHED_FOR_MS : ASKED_FOR_MS);
    while (Date.now() < until) {
      await pause(ASKED_AGAIN_MS);
      const job = await read(`${jobs}/${answer.body.job}`).catch(() => null);
      isTried ||= job?.verdict === "printed";
      if (job) tell(trialWords(job, say));
      if (job && ["done", "cancelled"].includes(job.state)) return;
    }
  }

  function view(device, kinds) {
    now = device;
    kindsNow = kinds;
    if (!["secret", "command"].some((verb) => kinds.includes(verb))) setup = null;
    const several = kinds.includes("renew") && now.connections?.length > 1 ? now.connections : [];
    const proof = proofWords(now, { say, moment });
    return html`<div class="manage">
      <ul class="connections" ?hidden=${!several.length}>${several.map(connectionView)}</ul>
      <p class="muted" ?hidden=${!proof}>${proof}</p>
      <div class="choices">
        ${Object.entries(deeds).map(
          ([verb, deed]) =>
            html`<button type="button" data-verb=${verb} ?hidden=${isHidden(verb, kinds)} @click=${deed}>
              ${say(`device_list.verb.${verb}`)}
            </button>`,
        )}
      </div>
      <p ?hidden=${now.kind !== "printer"}><a href=${paper}>${say("device_list.paper.link")}</a></p>
      ${form.view(kinds.includes("address"))}
      <p id=${`outcome-${id}`} class="outcome" role="status" tabindex="-1" .textContent=${outcome}></p>
      ${isTried ? questionPart(`came-out-${id}`, { say, tell }) : nothing}
      ${setup ? setupPart(setup, say) : nothing}
    </div>`;
  }

  function connectionView(connection) {
    const words = {
      address: connection.address,
      browser: connection.browser || say("device_list.unknown_browser"),
      since: moment(connection.since),
    };
    return html`<li>
      <span>${say("device_list.connection", words)}</span>
      <button type="button" @click=${() => renew(connection.id)}>
        ${say("device_list.verb.renew_this")}
      </button>
    </li>`;
  }

  return { view, openPrinter: form.open };
}

/** Why something was refused: the problem of each field, else the server's sentence. */
function reasonOf({ problem }, say) {
  const sentences = (problem?.problems ?? []).map(({ detail }) => detail);
  return sentences.join(" ") || (problem?.detail ?? say("device_list.failed"));
}

/** What became of a trial of a printer: its verdict and why. */
function trialWords({ state, verdict, why }, say) {
  const isOpen = state === "queued" || state === "sending";
  if (verdict === null && isOpen) return say("device_list.trial.printing");
  if (verdict === "printed") return say("device_list.trial.printed");
  const cause = say.knows(`device_list.why.${why}`) ? say(`device_list.why.${why}`) : (why ?? "");
  const end = isOpen ? "waits" : (verdict ?? "refused");
  return say(`device_list.trial.${end}`, { why: cause });
}
