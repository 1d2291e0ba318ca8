// The medium of the library that a notice shows: a choice with its picture next to it.

import { element } from "../shared/dom.js";
import { createFocus } from "./notice_focus.js";
import { read } from "../shared/verbs.js";

/**
 * The media one may choose from: ready, and with words for people who cannot see them. Empty when the library
 * does not answer.
 */
export async function libraryMedia() {
  const found = [];
  try {
    for (let before = ""; ;) {
      /** @type {Api.MediaAnswer} */
      const { media, next } = await read(`/api/v1/media${before && `?before=${encodeURIComponent(before)}`}`);
      found.push(...media);
      if (!next) break;
      before = next;
    }
  } catch {
    // the choice is empty and says where the library is
  }
  return found.filter(({ state, texts }) => state === "ready" && texts.fr);
}

/** The field for media of a kind; `path` is the place of its id, `changed` hears of presses. */
export function mediumField(kind, media, { say, path, idOf, changed }) {
  const id = idOf(path);
  const fitting = media.filter((medium) => medium.kind === kind);
  const options = fitting.map(({ medium, texts }) => element("option", { value: medium }, texts.fr));
  const select = element(
    "select",
    { id, "data-path": path, "aria-describedby": `${id}-hint` },
    element("option", { value: "" }, say("notices.medium.none")),
    ...options,
  );
  const picture = element("img", { class: "medium-picture", src: "data:,", alt: "", hidden: true });
  const focus = kind === "image" ? createFocus(picture, { say, idOf, changed }) : null;
  select.addEventListener("change", () => {
    const page = chosen()?.files.find(({ role }) => role === "page");
    if (page) focus?.begin(page);
    show();
  });
  const hint = element(
    "small",
    { id: `${id}-hint` },
    say(fitting.length ? "notices.medium.hint" : "notices.medium.empty"),
    " ",
    element("a", { href: "/affichage/medias" }, say("notices.medium.where")),
  );
  const field = element(
    "div",
    { class: "field" },
    element("label", { for: id }, say("notices.medium")),
    select,
    hint,
    focus?.field ?? picture,
  );
  return { field, show };

  function chosen() {
    return fitting.find(({ medium }) => medium === select.value);
  }

  function show() {
    const files = chosen()?.files ?? [];
    const file =
      files.find(({ role }) => role === "thumbnail") ??
      files.find(({ role }) => role === "poster") ??
      files[0];
    picture.hidden = !file;
    if (file) picture.src = file.url;
    focus?.show();
  }
}
