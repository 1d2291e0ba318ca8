// Buttons among which a panel of the console lets an agent choose, by a press or a digit.

import { element } from "../shared/dom.js";

/** A list of buttons; `choose` is called with the value of the one pressed. */
export function choices(entries, choose) {
  return element(
    "ul",
    { class: "choices" },
    ...entries.map(({ label, note, value, at }) =>
      element(
        "li",
        {},
        choiceButton(label, note, at, () => choose(value)),
      ),
    ),
  );
}

function choiceButton(label, note, at, press) {
  const button = element(
    "button",
    { type: "button", "data-choice": at <= 9 ? String(at) : null },
    element("span", {}, element("bdi", {}, label), note ? element("small", {}, note) : null),
  );
  if (at <= 9) button.append(element("kbd", { "aria-hidden": "true" }, String(at)));
  button.addEventListener("click", press);
  return button;
}

/** Entries with their place from 1, the key that chooses them. */
export function numbered(entries) {
  return entries.map((entry, index) => ({ ...entry, at: index + 1 }));
}
