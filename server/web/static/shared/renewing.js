// Another configuration applies: a page at work reads its own names again, in place, and continues.

import { spread } from "./live.js";
import { readJson } from "./sentences.js";

/**
 * Watches a page's socket for another configuration than `page` (its JSON) was made with; then `page` is
 * renewed, the places and choices the server wrote into the page too, and `renewed()` draws the rest.
 */
export function watchConfiguration(socket, page, renewed) {
  let isAsked = false;
  const noteRevisions = ({ configuration }) => {
    if (isAsked || !configuration || configuration === page.configuration) return;
    isAsked = true;
    setTimeout(async () => {
      isAsked = false;
      if (await renew(page)) renewed();
    }, spread());
  };
  socket.on("configuration.changed", noteRevisions);
  socket.on("heartbeat", noteRevisions); // reveals a message that was lost
}

/** Whether the page could be read again. */
async function renew(page) {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    Object.assign(page, readJson("console-page", fresh));
    document.title = fresh.title;
    for (const select of document.querySelectorAll("select[id]"))
      renewChoices(select, fresh.getElementById(select.id));
    renewNames(fresh);
    return true;
  } catch {
    return false; // not reachable, or signed out: the next heartbeat asks again
  }
}

/** The choices as the server writes them now; the chosen one stays chosen if it still exists. */
function renewChoices(select, fresh) {
  if (!fresh?.options.length || contentOf(select) === contentOf(fresh)) return;
  const { value } = select;
  select.replaceChildren(...fresh.children);
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}

const contentOf = (select) => [...select.options].map(({ value, text }) => `${value}:${text}`).join();

function renewNames(fresh) {
  const names = fresh.querySelectorAll("[data-renewed]");
  document.querySelectorAll("[data-renewed]").forEach((place, number) => {
    if (names[number] && place.textContent !== names[number].textContent)
      place.textContent = names[number].textContent;
  });
}
