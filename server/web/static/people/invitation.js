// Hands the token of an invitation over: out of the address, into the form, so that no log and no history has
// it.

const form = document.querySelector("[data-invitation]");
const token = new URLSearchParams(location.hash.slice(1)).get("t");

if (token) {
  history.replaceState(null, "", location.pathname);
  form.elements.t.value = token;
  form.submit();
}
