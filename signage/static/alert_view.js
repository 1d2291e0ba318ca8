// An alert over the whole screen: its sign, its words as large as they fit, in French and one other language
// in turn. No motion.

import { directionOf } from "/assets/directions.js";
import { pagesOf, turnAt } from "./alert_state.js";
import { make, signOf } from "./slide_parts.js";

const SIZES = 8;

/**
 * A view of the alert in its section of the page. `show(alert, now)` draws it, or removes it when null.
 * `prepared` are the words of every kind; `time(at, language)` writes an hour.
 */
export function alertView(root, { body, prepared, time }) {
  const spoken = root.querySelector("[role=alert]");
  const shownPlace = root.querySelector(".alert-shown");
  let drawn = "";

  return { show, redraw: () => (drawn = "") };

  function show(alert, { at, languages, further }) {
    if (!alert) {
      if (!drawn) return;
      drawn = "";
      root.hidden = true;
      delete body.dataset.alert;
      spoken.replaceChildren();
      shownPlace.replaceChildren();
      return;
    }
    const pages = pagesOf(alert, { prepared, languages, further });
    const turn = turnAt(pages, at - Date.parse(alert.raised_at));
    const mark = JSON.stringify([alert.alert, turn]);
    if (mark === drawn) return;
    drawn = mark;
    root.hidden = false;
    body.dataset.alert = alert.kind;
    if (spoken.dataset.said !== alert.alert || !spoken.childElementCount) say(alert, pages);
    shownPlace.replaceChildren(...parts(alert, turn));
    fit();
  }

  /** Screen readers hear an alert once, in every language of the hall. */
  function say(alert, pages) {
    spoken.dataset.said = alert.alert;
    spoken.replaceChildren(
      ...pages.map((page) =>
        make(
          "p",
          "",
          { lang: page.language, dir: directionOf(page.language) },
          [page.drillText, page.title, page.text].filter(Boolean).join(" "),
        ),
      ),
    );
  }

  function parts(alert, { first, other }) {
    const spoken = [first, ...(other ? [other] : [])];
    const band = (page) => (page.drill ? [make("p", "alert-drill", languageOf(page), page.drill)] : []);
    const main = make("div", "alert-main");
    const words = make("div", "alert-words");
    words.append(
      wordsOf(first, "h1", "alert-title"),
      ...(other ? [wordsOf(other, "h2", "alert-other")] : []),
    );
    main.append(signOf(alert.kind, "alert-sign"), words);
    const foot = make("div", "alert-foot");
    foot.append(...spoken.map((page) => footOf(alert, page)));
    return [...band(first), main, ...(first.notFire ? [foot] : []), ...band(other ?? first)];
  }

  function wordsOf(page, tag, title) {
    const words = make("div", "alert-language", languageOf(page));
    words.append(make(tag, title, { dir: "auto" }, page.title));
    if (page.text) words.append(make("p", "alert-text", { dir: "auto" }, page.text));
    return words;
  }

  function footOf(alert, page) {
    const foot = make("p", "", languageOf(page));
    const since = page.since.replace("{time}", time(Date.parse(alert.raised_at), page.language));
    foot.append(make("b", "", {}, since), " ", make("span", "", {}, page.notFire));
    return foot;
  }

  /** The largest of the sizes at which everything is inside. */
  function fit() {
    for (let size = 1; size <= SIZES; size += 1) {
      shownPlace.dataset.size = String(size);
      const main = shownPlace.querySelector(".alert-main");
      const isInside =
        shownPlace.scrollHeight <= shownPlace.clientHeight + 1 &&
        main.scrollHeight <= main.clientHeight + 1 &&
        main.scrollWidth <= main.clientWidth + 1;
      if (isInside) return;
    }
  }
}

const languageOf = ({ language }) => ({ lang: language, dir: directionOf(language) });
