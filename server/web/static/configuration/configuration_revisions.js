// The published revisions: the newest first, each with its changes in words and its rollback.

import { publishedWords } from "./configuration_words.js";
import { listOf } from "../shared/confirming.js";
import { element } from "../shared/dom.js";

/**
 * A line of the list. `restore(revision, button)` is called by its button, which there is where one may
 * change.
 */
export function revisionLine(found, { say, moment, mayChange, restore }) {
  const { revision, changes, is_current: isCurrent } = found;
  const title = element(
    "p",
    { class: "revision" },
    element("b", {}, publishedWords(found, { say, moment })),
    isCurrent ? element("span", { class: "state" }, say("publishing.revisions.current")) : null,
  );
  const button =
    mayChange && !isCurrent
      ? element(
          "button",
          {
            type: "button",
            "data-restore": revision,
            "aria-label": say("publishing.restore.of", { revision }),
          },
          say("publishing.restore"),
        )
      : null;
  button?.addEventListener("click", () => restore(revision, button));
  const content = element("div", {}, title, changesOf(changes, say));
  return element("li", { "data-revision": revision }, content, button);
}

function changesOf(changes, say) {
  if (changes.length <= 3) return listOf(changes);
  return element(
    "details",
    {},
    element("summary", {}, say("publishing.changes", { count: changes.length })),
    listOf(changes),
  );
}
