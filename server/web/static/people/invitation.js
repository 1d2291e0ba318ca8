// Hands the token of an invitation over: out of the address, into the form, so that no log and no history has
// it.

/** @type {HTMLFormElement | null} */
/** @type {HTMLFormElement | null} */
const form = document.querySelector("[data-invitation]");
const token = new URLSearchParams(location.hash.slice(1)).get("t");

if (token && form) {
  history.replaceState(null, "", location.pathname);
  form.elements.t.value = token;
  form.submit();
}
