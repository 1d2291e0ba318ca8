// What is typed into the set-up page of a printer that fetches its tickets, or on the kiosk’s computer for
// the print gateway, and whether the trial sheet came out.

import { element, fill } from "../shared/dom.js";

const FIELDS = ["address", "user", "secret"];
const GATEWAY_FIELDS = ["command", "secret"];
const GATEWAY = "/opt/parvis/bin/parvis-print-gateway";
const STEPS = {
  star_cloudprnt: ["open", "enable", "interval", "secure", "trial"],
  epson_direct: ["open", "enable", "status", "secure", "trial"],
  gateway: ["open", "place", "type", "start", "trial"],
};

/**
 * What to type: `{key, value}` for each field, in the order of the printer's page.
 *
 * @param {Api.PrinterSecretAnswer} made
 * @param {string} origin of this server, as the browser reaches it
 */
export function typedOf(made, origin) {
  const address = origin + made.path;
  const command = `sudo ${GATEWAY} install ${address}`;
  const values = { address, command, user: made.user, secret: made.secret };
  return (made.kind === "gateway" ? GATEWAY_FIELDS : FIELDS).map((key) => ({ key, value: values[key] }));
}

/** Return `{place, renew, forget}`: what to type, shown once; `renew` makes a new secret and shows it. */
export function createSetup({ say, act, path }) {
  const title = element("h3", { tabindex: "-1" }, say("device_list.setup.title"));
  const fields = element("dl", { class: "typed" });
  const steps = element("ol");
  const place = element(
    "section",
    { class: "setup", hidden: true },
    title,
    element("p", { class: "notice" }, say("device_list.setup.once")),
    fields,
    steps,
  );

  async function renew() {
    const answer = await act({ path }, "secret_made");
    if (!answer.ok) return;
    const typed = typedOf(answer.body, location.origin);
    fill(
      fields,
      answer.body.secret,
      typed.flatMap(({ key, value }) => [
        element("dt", {}, say(`device_list.setup.${key}`)),
        element("dd", {}, element("code", {}, value)),
      ]),
    );
    const { kind } = answer.body;
    title.textContent = say(
      kind === "gateway" ? "device_list.setup.gateway.title" : "device_list.setup.title",
    );
    fill(
      steps,
      kind,
      STEPS[kind].map((step) => element("li", {}, say(`device_list.setup.${kind}.${step}`))),
    );
    place.hidden = false;
    title.focus({ preventScroll: true });
    place.scrollIntoView({ block: "nearest" });
  }

  function forget() {
    place.hidden = true;
    fill(fields, "-", []);
  }

  return { place, renew, forget };
}

/** Return `{place, ask, forget}`: « La feuille d’essai est sortie ? » and what follows from the answer. */
export function createQuestion({ say, id, tell }) {
  const question = element("p", { id: `${id}-question` }, say("device_list.came_out.question"));
  const buttons = ["yes", "no"].map((key) => {
    const button = element(
      "button",
      { type: "button", "aria-describedby": question.id },
      say(`device_list.came_out.${key}`),
    );
    button.addEventListener("click", () => tell(say(`device_list.came_out.after_${key}`)));
    return button;
  });
  const place = element(
    "div",
    { class: "came-out", hidden: true },
    question,
    element("p", { class: "choices" }, ...buttons),
  );

  return {
    place,
    ask: () => {
      place.hidden = false;
    },
    forget: () => {
      place.hidden = true;
    },
  };
}
