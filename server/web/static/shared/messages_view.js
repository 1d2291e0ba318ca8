// Messages that a page shows until a person marks them as read: to a counter on its console, calls for help
// at reception and on the wall.

import { byId } from "./dom.js";
import { drawRows, html, icon, nothing, unseen } from "./drawing.js";
import { inTurn } from "./turns.js";
import { read } from "./verbs.js";

/** `paths()` answers where the messages are read, none where there is nothing to read. Answers {refresh}. */
export function createMessages({ words, attempt, paths }) {
  const { say, hour } = words;
  if (!document.querySelector('[data-list="messages"]')) return { refresh: async () => {} };
  const readInTurn = inTurn(() => Promise.all(paths().map((path) => read(path))));

  async function refresh() {
    /** @type {Api.MessagesAnswer[] | null} */
    const answers = await readInTurn().catch(() => null); // not reachable: the next connection reads again
    const unread = answers?.flatMap(({ messages }) => messages.filter(({ seen_at: at }) => at === null));
    if (unread) drawRows("messages", unread, ({ message }) => message, item);
  }

  function item(message) {
    const isHelp = message.kind === "help";
    const at = hour(message.sent_at);
    const origin = message.phrase?.startsWith("profile") ? "from_wall" : "from";
    const text = isHelp ? say("server.message.help", { at }) : writtenText(message);
    const press = async () => {
      await attempt({ path: `/api/v1/messages/${message.message}/seen` });
      await refresh();
      byId("main").focus();
    };
    const label = say(isHelp ? "server.message.go" : "server.message.seen");
    return html`<li class=${isHelp ? "help" : ""}>
      ${isHelp ? icon("alert") : nothing}
      <p>${text}${isHelp ? nothing : html`<small>${say(`server.message.${origin}`, { at })}</small>`}</p>
      <button type="button" class="small" @click=${press}>${label}${unseen(isHelp ? at : text)}</button>
    </li>`;
  }

  function writtenText({ phrase, text }) {
    return [phrase && say(`server.message.phrase.${phrase}`), text].filter(Boolean).join(" ");
  }

  return { refresh };
}
