// Actions on a device from the page of every device: renew or revoke its token, try its printer, place it.

import { askOnce } from "../shared/ask_once.js";
import { element, fill, setText } from "../shared/dom.js";
import { proofWords } from "./device_words.js";
import { csrfHeader, read, send } from "../shared/verbs.js";
import { printerForm } from "./printer_form.js";
import { createQuestion, createSetup } from "./printer_setup.js";

const ASKED_AGAIN_MS = 700;
const ASKED_FOR_MS = 70_000; // a job that is a minute old is cancelled
const FETCHED_FOR_MS = 260_000; // that of a printer that asks every two minutes, after four
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Return `{place, draw(device, kinds), openPrinter}`: the panel of a device, with the verbs that may be done
 * now, and what opens the form of its printer.
 */
export function createVerbs(device, hall, { say, moment, onDone }) {
  const outcome = element("p", {
    id: `outcome-${device.kind}-${device.id}`,
    class: "outcome",
    role: "status",
    tabindex: "-1",
  });
  const connections = element("ul", { class: "connections" });
  const buttons = new Map();
  const choices = element("div", { class: "choices" });
  const address = printerForm(device, hall, { say, act, onPlaced: () => buttons.get("address").focus() });
  const paper = element(
    "a",
    {
      href: `/appareils/papier?hall=${encodeURIComponent(hall.hall)}&kiosk=${encodeURIComponent(device.id)}`,
    },
    say("device_list.paper.link"),
  );
  const guide = element("p", { hidden: device.kind !== "printer" }, paper);
  const proof = element("p", { class: "muted", hidden: true });
  const base = `/api/v1/halls/${encodeURIComponent(hall.hall)}/kiosks/${encodeURIComponent(device.id)}/printer`;
  const setup = createSetup({ say, act, path: `${base}/secret` });
  const question = createQuestion({
    say,
    id: `came-out-${device.kind}-${device.id}`,
    tell: (words) => setText(outcome, words),
  });
  const parts = [connections, proof, choices, guide, address.place, outcome, question.place, setup.place];
  const place = element("div", { class: "manage" }, ...parts);
  const deeds = {
    renew: () => renew(),
    revoke: () =>
      confirmed("revoke", () => act({ method: "DELETE", path: `/api/v1/devices/${now.device}` }, "revoked")),
    trial: () => trial(),
    roll: () => act({ path: `${base}/roll` }, "roll_changed"),
    address: () => address.toggle(),
    secret: () => (now.fetches?.has_secret ? confirmed("secret", () => setup.renew()) : setup.renew()),
  };
  const questions = new Map(); // by verb, the question that stands in place of its button
  let now = device;

  for (const [kind, deed] of Object.entries(deeds)) {
    const button = element("button", { type: "button", hidden: true }, say(`device_list.verb.${kind}`));
    button.addEventListener("click", deed);
    buttons.set(kind, button);
    choices.append(button);
  }

  /** Asks in place of the button: a second press there changes nothing. */
  function confirmed(kind, deed) {
    const texts = [say(`device_list.sure.${kind}`)];
    const yes = say(`device_list.sure.${kind}_yes`);
    questions.set(kind, askOnce(buttons.get(kind), { texts, yes, no: say("console.ask.no"), go: deed }));
  }

  /** Whether the button of a verb is hidden: it may not be done now, or its question stands in its place. */
  function isHidden(kind, kinds) {
    if (kinds.includes(kind)) return Boolean(questions.get(kind)?.isConnected);
    questions.get(kind)?.remove();
    return true;
  }

  async function act(request, done, values = {}) {
    setText(outcome, say("device_list.doing"));
    const answer = await send({ ...request, headers: csrfHeader() });
    setText(outcome, answer.ok ? say(`device_list.done.${done}`, values) : reasonOf(answer, say));
    if (answer.ok) onDone();
    return answer;
  }

  async function renew(connection) {
    const before = now.token_at;
    const answer = await act(
      { path: `/api/v1/devices/${now.device}/renewal`, body: connection ? { connection } : {} },
      "renewal_asked",
    );
    if (!answer.ok) return;
    for (let tried = 0; tried < 20 && now.token_at === before; tried += 1) {
      await pause(ASKED_AGAIN_MS);
      await onDone();
    }
    setText(
      outcome,
      say(now.token_at === before ? "device_list.done.renewal_silent" : "device_list.done.renewed"),
    );
  }

  async function trial() {
    const answer = await act({ path: `${base}/trial` }, "trial_asked");
    question.forget();
    if (!answer.ok) return;
    const until = Date.now() + (now.fetches ? FETCHED_FOR_MS : ASKED_FOR_MS);
    while (Date.now() < until) {
      await pause(ASKED_AGAIN_MS);
      const job = await read(
        `/api/v1/halls/${encodeURIComponent(hall.hall)}/print-jobs/${answer.body.job}`,
      ).catch(() => null);
      if (job) setText(outcome, trialWords(job, say));
      if (job?.verdict === "printed") question.ask();
      if (job && ["done", "cancelled"].includes(job.state)) return;
    }
  }

  function draw(device, kinds) {
    now = device;
    const focused = place.contains(document.activeElement) ? document.activeElement : null;
    for (const [kind, button] of buttons)
      button.hidden = isHidden(kind, kinds) || (kind === "renew" && now.connections.length > 1);
    setText(proof, proofWords(now, { say, moment }));
    proof.hidden = !proof.textContent;
    address.draw(now, kinds.includes("address"));
    if (!kinds.includes("secret")) setup.forget();
    const several = kinds.includes("renew") && now.connections?.length > 1 ? now.connections : [];
    fill(connections, several.map(({ id }) => id).join() || "-", several.map(connectionOf));
    connections.hidden = several.length === 0;
    if (focused && !focused.checkVisibility()) outcome.focus(); // what had the focus may no longer be done
  }

  function connectionOf({ id, address: from, browser, since }) {
    const own = element("button", { type: "button" }, say("device_list.verb.renew_this"));
    own.addEventListener("click", () => renew(id));
    return element(
      "li",
      {},
      element(
        "span",
        {},
        say("device_list.connection", {
          address: from,
          browser: browser || say("device_list.unknown_browser"),
          since: moment(since),
        }),
      ),
      own,
    );
  }

  return { place, draw, openPrinter: () => address.open() };
}

/** Why something was refused: the problem of each field, else the server's sentence. */
function reasonOf({ problem }, say) {
  const sentences = (problem?.problems ?? []).map(({ detail }) => detail);
  return sentences.join(" ") || (problem?.detail ?? say("device_list.failed"));
}

/** What became of a trial of a printer: its verdict and why. */
export function trialWords({ state, verdict, why }, say) {
  const isOpen = state === "queued" || state === "sending";
  if (verdict === null && isOpen) return say("device_list.trial.printing");
  if (verdict === "printed") return say("device_list.trial.printed");
  const cause = say.knows(`device_list.why.${why}`) ? say(`device_list.why.${why}`) : (why ?? "");
  const end = isOpen ? "waits" : (verdict ?? "refused");
  return say(`device_list.trial.${end}`, { why: cause });
}
