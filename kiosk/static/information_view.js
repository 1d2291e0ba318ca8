// Draws the hall’s notices at the kiosk, and that its server is away.

import {
  hasNext,
  noticeText,
  otherTongues,
  placeOf,
  titleOf,
  isMidway,
  isServerAway,
} from "./information.js";
import { button, element, put, setIcon, showText } from "./elements.js";
import { fillNotice, fillPaged, backButton, homeButton } from "./view_buttons.js";
import { tagOf } from "./words.js";

// --- Draws the hall’s notices at the kiosk: the list, one notice page by page, and its languages.

const SENTENCE = /[^.!?…؟]+(?:[.!?…؟]+(?=\s|$)|[.!?…؟]+|$)\s*/gu;

export const informationButton = (say) =>
  button({
    act: "show_information",
    key: "information",
    label: say("kiosk.information.title"),
    icon: "info",
  });

export const informationViews = {
  information(state, say) {
    const slots = put("view-information", say);
    const { notices } = state.information;
    showText(slots.lede, say(notices.length ? "kiosk.information.lede" : "kiosk.information.none"));
    const items = notices.map((notice) => element("li", {}, noticeButton(notice, state.language)));
    fillPaged(slots, items, [backButton(say)], state, say);
  },

  information_languages(state, say, languages) {
    const slots = put("view-languages", say);
    const items = otherTongues(state, languages).map((each) => element("li", {}, tongueButton(each)));
    fillPaged(slots, items, [backButton(say)], state, say);
  },

  information_text(state, say, languages) {
    const slots = put("view-information-text", say);
    const text = noticeText(state);
    write(slots.title, text, text.title);
    write(slots.list, text);
    showText(slots.note, noteOf(state, text, say));
    slots.tongues.replaceChildren(...tongueButtons(state, text, languages, say));
    slots.tongues.hidden = !slots.tongues.childElementCount;
    const list = button({
      act: "back",
      key: "information-back",
      label: say("kiosk.information.back"),
      icon: "list",
    });
    fillNotice(slots, blocksOf(state, text, say), list, {
      page: state.page,
      position: (page, pages) => positionOf(state, { page, pages }, say),
      hasNext: (by) => hasNext(state, by),
      say,
    });
  },
};

function noticeButton(notice, language) {
  const { title, language: lang, direction } = titleOf(notice, language);
  const made = button({
    act: "open_notice",
    key: `notice-${notice.id}`,
    label: title,
    icon: "chevron-right",
    kind: "flip",
  });
  made.dataset.value = notice.id;
  made.lang = lang;
  made.dir = direction;
  return made;
}

function tongueButton({ code, name, direction }) {
  const made = button({ act: "choose_notice_language", key: `tongue-${code}`, label: name });
  made.dataset.language = code;
  made.lang = code;
  made.dir = direction;
  return made;
}

/** One button for the language that the kiosk’s own buttons do not offer, or one that leads to several. */
function tongueButtons(state, text, languages, say) {
  const others = otherTongues(state, languages);
  const isOther = others.some(({ code }) => code === text.language);
  const own = isOther ? languages.find(({ code }) => code === state.language) : null;
  const returning = own ? [tongueButton({ code: own.code, name: own.name, direction: own.dir })] : [];
  if (others.length <= 1) return [...(isOther ? [] : others.map(tongueButton)), ...returning];
  const label = say("kiosk.languages.more");
  return [
    button({ act: "show_notice_languages", key: "information-languages", label, icon: "languages" }),
    ...returning,
  ];
}

function noteOf(state, text, say) {
  if (!placeOf(state).place) return say("kiosk.information.ended");
  const isMissing = text.language !== (state.noticeLanguage ?? state.language);
  return isMissing ? say("kiosk.information.untranslated") : "";
}

function positionOf(state, { page, pages }, say) {
  const { place, total } = placeOf(state);
  return [
    place ? say("kiosk.information.position", { place, total }) : "",
    pages > 1 ? say("kiosk.paging.position", { page, pages }) : "",
  ].filter(Boolean);
}

function write(where, { language, direction }, words) {
  where.lang = language;
  where.dir = direction;
  if (words !== undefined) where.textContent = words;
}

// --- blocks: each is one or more items of the list, so that pages may end between them
// -----------------------------------------------------------------------

function blocksOf(state, text, say) {
  const items = [];
  let before = text.language;
  for (const block of text.blocks) {
    const isForeign = block.language !== text.language;
    if (isForeign && block.language === "fr" && before !== "fr")
      items.push(note(state, say("kiosk.information.passage_untranslated")));
    before = block.language;
    for (const item of drawn[block.kind](block, state, say)) {
      if (isForeign || block.direction !== text.direction) write(item, block);
      items.push(item);
    }
  }
  if (text.credit) items.push(element("li", { class: "source", text: text.credit }));
  if (state.reading.link) items.push(linkOf(state, say));
  return items;
}

// Words of the kiosk itself, inside a notice of another language or direction.
const ofPage = (language) => ({ lang: language, dir: document.documentElement.dir });
const note = (state, words) => element("li", { class: "aside", ...ofPage(state.language), text: words });

const drawn = {
  heading: ({ text }) => [element("li", { class: "heading" }, element("h2", { text }))],
  source: ({ text }) => [element("li", { class: "source", text })],
  text: ({ text }) => text.split("\n").flatMap(sentencesOf),
  items: ({ items, is_numbered: isNumbered }) =>
    items.map((text, place) =>
      element(
        "li",
        { class: "item" },
        element("span", {
          class: "mark",
          text: isNumbered ? `${place + 1}.` : "•",
          "aria-hidden": isNumbered ? "" : "true",
        }),
        element("span", { text }),
      ),
    ),
  rows: ({ rows }) =>
    rows.map(({ label, value }) =>
      element("li", { class: "row" }, element("span", { text: label }), " ", element("b", { text: value })),
    ),
  table: ({ heads, rows }) => rows.map((row) => entryOf(heads, row)),
  steps: ({ steps }) => steps.map(({ icon, text }, place) => stepOf(icon, `${place + 1}. ${text}`)),
  figure: figureOf,
  day: figureOf,
  picture: pictureOf,
};

// A paragraph is cut between sentences only; its pieces stand in one line after the other.
function sentencesOf(paragraph) {
  const pieces = paragraph.match(SENTENCE) ?? [paragraph];
  return pieces.map((text, place) =>
    element("li", { class: place === pieces.length - 1 ? "piece end" : "piece", text }),
  );
}

// Each row names its heads: none is read without them on another page.
function entryOf(heads, [first, ...cells]) {
  const parts = cells.map((cell, at) =>
    element(
      "span",
      { class: "entry-cell" },
      element("span", { text: heads[at + 1] }),
      " ",
      element("b", { text: cell }),
    ),
  );
  return element(
    "li",
    { class: "entry" },
    element("b", { text: first }),
    ...parts.flatMap((part) => [" ", part]),
  );
}

function stepOf(icon, text) {
  const sign = element("span", { class: "icon" });
  setIcon(sign, icon);
  return element("li", { class: "item step" }, sign, element("span", { text }));
}

function figureOf({ kind, figure, unit, meaning }) {
  const large = element(
    "li",
    { class: kind },
    element("b", { text: figure }),
    " ",
    element("span", { text: unit }),
  );
  return meaning ? [large, ...sentencesOf(meaning)] : [large];
}

function pictureOf({ url, width, height, film, page, pages }, state, say) {
  const missing = () => note(state, say("kiosk.information.picture_missing"));
  const words = film
    ? say("kiosk.information.film")
    : pages > 1
      ? say("kiosk.information.page", { page, pages })
      : "";
  if (!url) return words ? [note(state, words)] : [];
  const picture = element("img", { src: url, width: String(width), height: String(height) });
  picture.alt = "";
  picture.style.setProperty("--ratio", String(width / height));
  const item = element("li", { class: "picture" }, picture);
  picture.onerror = () => item.replaceWith(missing());
  if (words) item.append(element("p", { class: "aside", ...ofPage(state.language), text: words }));
  return [item];
}

// Nobody follows a link out of a kiosk: its code is for a phone.
function linkOf({ reading, language }, say) {
  const code = element("img", { src: reading.code });
  code.alt = "";
  const words = element(
    "span",
    {},
    element("span", { ...ofPage(language), text: say("kiosk.information.link") }),
    element("bdi", { dir: "ltr", text: reading.link }),
  );
  return element("li", { class: "link" }, code, words);
}

// --- Draws that the kiosk issues no ticket, or still tries to: the server does not answer.

const TITLE = "kiosk.away.title";

// `plain`: draws words under an icon.
export function awayViews(plain) {
  // `retry`: the act that asks the server again, null while nothing can be pressed; `other` stands beside it.
  function showAway(say, { text = "", retry, other }) {
    const again = { key: "retry", label: say("kiosk.action.retry"), icon: "rotate-ccw", kind: "primary" };
    const acts = retry ? [button({ act: retry, ...again }), other] : [];
    plain(say, { icon: "wifi-off", title: TITLE, text, acts });
  }

  // In every language of the hall: whoever comes has chosen none. It offers nothing that needs the server.
  function showNoTickets(state, say, languages, sayIn) {
    const toRead = !isMidway(state) && state.information.notices.length ? [informationButton(say)] : [];
    const slots = put("view-away", say);
    setIcon(slots.icon, "wifi-off");
    showText(slots.lede, isMidway(state) ? say("kiosk.away.kept") : "");
    const others = languages
      .filter(({ code }) => code !== state.language)
      .map(({ code, dir }) => element("li", { lang: tagOf(code), dir, text: sayIn(code)(TITLE) }));
    fillPaged(slots, others, toRead, state, say);
  }

  function away(state, say, languages, sayIn) {
    if (isServerAway(state)) return showNoTickets(state, say, languages, sayIn);
    const text = state.isTrying ? say("kiosk.away.trying") : "";
    return showAway(say, { text, retry: state.isTrying ? null : "retry", other: homeButton(say) });
  }

  return { away, showAway };
}
