// The page of alarms, live: when an alarm changes, its server-made part is fetched again and replaced.

import { one } from "../shared/dom.js";
import { hourTeller } from "../shared/durations.js";
import { connect } from "../shared/live.js";
import { createLiveness } from "../shared/liveness.js";
import { createPaced } from "../shared/paced_refetch.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";

const AT_MOST_EVERY_MS = 1000;
const page = readJson("console-page");
const words = {
  say: sayer(readJson("sentences"), page.language),
  hour: hourTeller(page.language, page.hall.time_zone),
};
const fetchInTurn = inTurn(() =>
  fetch(`/alarmes?hall=${encodeURIComponent(page.hall.slug)}`, { headers: { Accept: "text/html" } }),
);
const { now: refresh, soon } = createPaced(readAgain, AT_MOST_EVERY_MS);
let isFirst = true;
const { live, lost, heard } = createLiveness(words, () => {
  if (!isFirst) refresh();
  isFirst = false;
});

heard(page.as_of);
one(".live").hidden = false;
connect("/agent", { hall: page.hall.slug }, { live, lost, messages: { "alarm.changed": soon } });

/** The parts that alarms change; a reader or a press in one stays at the same alarm. */
async function readAgain() {
  try {
    const answer = await fetchInTurn();
    if (!answer?.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-part]"))
      renew(part, fresh.querySelector(`[data-part="${part.dataset.part}"]`));
  } catch {
    // Not reachable: the page says so, and the next connection reads again.
  }
}

function renew(part, fresh) {
  if (!fresh) return;
  const { activeElement } = document;
  const focused = part.contains(activeElement) ? activeElement?.closest("[data-alarm]")?.dataset.alarm : null;
  part.replaceChildren(...fresh.childNodes);
  if (!focused) return;
  const alarm = part.querySelector(`[data-alarm="${focused}"]`);
  (alarm?.querySelector("button") ?? alarm ?? document.getElementById("main")).focus();
}
