// The field of a ticket's number, where a visit is linked to another one.

import { html } from "./drawing.js";

/** The field with its label. */
export function numberField(id, label) {
  return html`<label for=${id}>${label}</label>
    <input id=${id} type="text" maxlength="12" autocomplete="off" autocapitalize="characters" spellcheck="false">`;
}

/** {number} as typed in a form's field; null when it is empty. */
export function numberIn(form, id) {
  const number = form.elements[id].value.trim();
  return number ? { number } : null;
}
