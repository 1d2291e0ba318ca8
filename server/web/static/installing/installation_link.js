// The link of the machine: its token goes from the fragment into a cookie that scripts cannot read, and
// leaves the address.

import { one } from "../shared/dom.js";
import { csrfHeader, send } from "../shared/verbs.js";

addEventListener("hashchange", take);
take();

async function take() {
  const token = new URLSearchParams(location.hash.slice(1)).get("t");
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  const answer = await send({ path: "/installation/session", body: { token }, headers: csrfHeader() });
  if (answer.ok) return location.reload();
  const wrong = one('[data-link="wrong"]');
  if (answer.problem) one("span", wrong).textContent = answer.problem.detail;
  wrong.hidden = false;
}
