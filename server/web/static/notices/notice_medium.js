// The medium that a notice shows: chosen from thumbnails of the library, or sent from here.

import { element, setText } from "../shared/dom.js";
import { draw, field as labelled, html, live, nothing } from "../shared/drawing.js";
import { createFocus } from "./notice_focus.js";
import { createSending } from "./notice_sending.js";
import { acceptDrops } from "../shared/uploads.js";
import { read } from "../shared/verbs.js";

const ACCEPTED = { image: "image/*", video: "video/*", document: "application/pdf" };

let count = 0; // of files sent from this page
/**
 * What is on its way, by kind: the field is drawn anew with the form, and goes on with it.
 * @type {Map<string, { sendings: ReturnType<typeof createSending>[],
 *   take: (medium: Api.MediumAnswer) => void, left: () => void }>}
 */
const underWay = new Map();

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
    // the shelf is empty and says where the library is
  }
  return found.filter(({ state, texts }) => state === "ready" && texts.fr);
}

/**
 * The field for media of a kind; `path` is the place of its id, `current` the id that is chosen, `day` writes
 * a local date, `changed` hears of presses; `isOptional`: none may be chosen. Media that were sent from here
 * join `media` once somebody has said what it shows.
 */
export function mediumField(kind, media, { say, day, path, idOf, changed, current, isOptional }) {
  const id = idOf(path);
  const fitting = () => media.filter((medium) => medium.kind === kind);
  const picture = element("img", { class: "medium-picture", src: "data:,", alt: "", hidden: true });
  const focus = kind === "image" ? createFocus(picture, { say, idOf, changed }) : null;
  const shelf = element("div", { class: "shelf", role: "group", "aria-label": say("notices.medium.shelf") });
  const search = element("input", { type: "text", id: `${id}-search`, autocomplete: "off" });
  const file = element("input", { type: "file", id: `${id}-file`, accept: ACCEPTED[kind], multiple: true });
  const rows = element("ul", { class: "sendings" });
  const status = element("p", { class: "sending", role: "status" });
  const way = { sendings: underWay.get(kind)?.sendings ?? [], take, left: () => file.focus() };
  const { sendings } = way;
  underWay.set(kind, way);
  rows.append(...sendings.map(({ row }) => row));

  shelf.addEventListener("change", () => {
    const page = chosen()?.files.find(({ role }) => role === "page");
    if (page) focus?.begin(page);
    show();
  });
  search.addEventListener("input", (event) => {
    event.stopPropagation(); // no part of the notice
    drawShelf();
  });
  file.addEventListener("change", () => {
    upload([...(file.files ?? [])]);
    file.value = "";
  });

  const field = element("fieldset", { class: "choices medium-field" });
  const searching = labelled(search.id, say("notices.medium.search"), search);
  draw(
    field,
    html`<legend>${say("notices.medium")}</legend>
      ${fitting().length > 8 ? searching : nothing} ${shelf}
      ${labelled(file.id, say("notices.medium.send"), file)} ${rows} ${status} ${focus?.field ?? picture}`,
  );
  acceptDrops(field, (files) => upload([...files]));
  drawShelf(current);
  return { field, show, settle };

  function chosenId() {
    return /** @type {HTMLInputElement | null} */ (shelf.querySelector("input:checked"))?.dataset.item ?? "";
  }

  function chosen() {
    return fitting().find(({ medium }) => medium === chosenId());
  }

  function drawShelf(selected = chosenId()) {
    const sought = search.value.trim().toLocaleLowerCase();
    const found = fitting().filter(
      (each) => each.medium === selected || wordsOf(each).toLocaleLowerCase().includes(sought),
    );
    const isUnknown = selected && !found.some(({ medium }) => medium === selected);
    const none = say(sought ? "notices.medium.unfound" : "notices.medium.empty");
    const cards = [
      ...(isOptional ? [card("", say("notices.picture.none"), selected)] : []),
      ...(isUnknown ? [card(selected, say("notices.medium.current"), selected)] : []),
      ...found.map((each) => card(each.medium, each.name || each.texts.fr, selected, each)),
    ];
    draw(shelf, cards.length ? cards : html`<p class="muted">${none}</p>`);
  }

  /**
   * A card of the shelf: the name of a medium, and until when it may be shown. One whose last day is over
   * cannot be chosen. `found` null: the library does not have it.
   *
   * @param {string} medium
   * @param {string} name
   * @param {string} selected
   * @param {Api.MediumAnswer | null} found
   */
  function card(medium, name, selected, found = null) {
    const url = found && thumbnailOf(found.files)?.url;
    return html`<label class="shelf-item" data-expiry=${found?.expiry ?? nothing}>
      <input type="radio" name=${`${id}-choice`} data-path=${path} data-item=${medium}
        ?disabled=${found?.expiry === "over" && medium !== current} .checked=${live(medium === selected)} />
      ${url ? html`<img src=${url} alt="" loading="lazy" />` : nothing}
      <span>${name}</span>
      ${found?.until ? html`<small>${say(untilKey(found), { day: day(found.until) })}</small>` : nothing}
    </label>`;
  }

  /** Each file goes by itself: one that is refused keeps no other back. */
  function upload(files) {
    const began = files.map((each) => {
      const sending = createSending(each, {
        id: `${id}-words-${(count += 1)}`,
        say,
        ready: (medium) => {
          forget(sending);
          underWay.get(kind)?.take(medium);
        },
        left: () => {
          forget(sending);
          underWay.get(kind)?.left();
        },
      });
      sendings.push(sending);
      rows.append(sending.row);
      return sending;
    });
    began[0]?.focus();
  }

  function forget(sending) {
    sendings.splice(sendings.indexOf(sending), 1);
  }

  /** Puts what was sent on the shelf, chosen. */
  function take(medium) {
    media.unshift(medium);
    setText(status, say("notices.medium.added"));
    drawShelf(medium.medium);
    const firstPage = medium.files.find(({ role }) => role === "page");
    if (firstPage) focus?.begin(firstPage);
    show();
    changed();
  }

  /** Waits for what is being sent; the sentence that says what is missing, null for nothing. */
  async function settle() {
    await Promise.all(sendings.map((each) => each.work()));
    const place = sendings.map((each) => each.lacking()).find(Boolean);
    if (place) return lacking(place, "notices.medium.words_needed");
    return chosenId() || isOptional
      ? null
      : lacking(shelf.querySelector("input") ?? file, "notices.medium.needed");
  }

  function lacking(place, key) {
    setText(status, say(key));
    place.focus();
    return say(key);
  }

  function show() {
    const medium = chosen();
    const files = medium?.files ?? [];
    const small = thumbnailOf(files) ?? files[0];
    picture.hidden = !small || !focus;
    if (small) {
      picture.src = small.url;
      picture.style.setProperty("--shape", String(small.width / small.height)); // keeps its place while it comes
    }
    focus?.show();
  }
}

const untilKey = ({ expiry }) => (expiry === "over" ? "notices.medium.over" : "notices.medium.until");

const wordsOf = ({ texts, name, tags }) => [texts.fr, name, ...tags].join(" ");

const thumbnailOf = (files) =>
  files.find(({ role }) => role === "thumbnail") ?? files.find(({ role }) => role === "poster");
