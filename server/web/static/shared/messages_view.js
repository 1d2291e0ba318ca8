// Messages that a page shows until a person marks them as read: to a counter on its console, calls for help
// at reception and on the wall.

import { byId, element } from "./dom.js";
import { inTurn } from "./turns.js";
import { read } from "./verbs.js";

/** `paths()` answers where the messages are read, none where there is nothing to read. Answers {refresh}. */
export function createMessages({ words, attempt, paths }) {
  const { say, hour } = words;
  const place = document.querySelector('[data-list="messages"]');
  if (!place) return { refresh: async () => {} };
  const list = place;
  const readInTurn = inTurn(() => Promise.all(paths().map((path) => read(path))));

  async function refresh() {
    try {
      /** @type {Api.MessagesAnswer[] | null} */
      const answers = await readInTurn();
      if (answers) draw(answers.flatMap(({ messages }) => messages).filter(({ seen_at: at }) => at === null));
    } catch {
      // Not reachable: the next connection reads again.
    }
  }

  function draw(messages) {
    const mark = messages.map(({ message }) => message).join();
    if (list.dataset.mark === mark) return;
    list.dataset.mark = mark;
    list.replaceChildren(...messages.map(item));
  }

  function item(message) {
    const isHelp = message.kind === "help";
    const at = hour(message.sent_at);
    const nodes = isHelp
      ? [say("server.message.help", { at })]
      : [
          [message.phrase && say(`server.message.phrase.${message.phrase}`), message.text]
            .filter(Boolean)
            .join(" "),
          element("small", {}, say("server.message.from", { at })),
        ];
    const button = element(
      "button",
      { type: "button", class: "small" },
      say(isHelp ? "server.message.go" : "server.message.seen"),
      element("span", { class: "visually-hidden" }, ` ${isHelp ? at : nodes[0]}`),
    );
    button.addEventListener("click", async () => {
      await attempt({ path: `/api/v1/messages/${message.message}/seen` });
      await refresh();
      byId("main").focus();
    });
    return element(
      "li",
      { class: isHelp ? "help" : null },
      isHelp ? element("i", { class: "icon icon-alert", "aria-hidden": "true" }) : null,
      element("p", {}, ...nodes),
      button,
    );
  }

  return { refresh };
}
