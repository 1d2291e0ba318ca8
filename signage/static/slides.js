// What the side of the screen shows in turn: waits by queue, notices, a welcome. Choosing is pure, building is DOM.

import { directionOf, textIn } from "./words.js";

const SHORTEST_MS = 10_000;
const LONGEST_MS = 30_000;
const READING_MS = { start: 5_000, word: 350 };

/**
 * The contents of a round: waits, then each notice, in the first language and in one other, the next one the next
 * round. Waits are told in a language only when every service has a name in it.
 */
export function contentsOf({ view, screen, languages, round = 0 }) {
  const [own, ...others] = languages.map((language) => ({ kind: "waits", language, lines: linesIn(view.queues, language, screen?.services) }));
  const named = others.filter(({ lines }) => lines.every((line) => line.isNamed));
  const waits = own.lines.length ? [own, ...turnOf(named, round)] : [];
  const notices = (screen?.notices ?? []).flatMap((notice) =>
    languagesOf(notice, languages, round).map((language) => ({
      kind: "notice", language, tag: textOf(notice.category, language), title: notice.title[language], body: notice.body?.[language] ?? "",
    })),
  );
  const contents = [...waits, ...notices];
  return contents.length ? contents : [{ kind: "welcome", language: languages[0], hall: screen?.name ?? "" }];
}

function languagesOf({ title = {} }, languages, round) {
  const known = Object.keys(title).sort(byWanted(languages));
  return [...known.filter((language) => language === languages[0]), ...turnOf(known.filter((language) => language !== languages[0]), round)];
}

/** The one of some things whose turn it is in a round; none of none. */
const turnOf = (things, round) => things.slice(round % (things.length || 1)).slice(0, 1);

/** How long a content stays, in milliseconds: enough to read it slowly. */
export function turnMs(text) {
  const words = text.split(/[ \n\t]+/).filter(Boolean).length;
  return Math.min(Math.max(READING_MS.start + words * READING_MS.word, SHORTEST_MS), LONGEST_MS);
}

/** Split words into as few pages as `fits(words)` allows; a page has at least one word. */
export function pages(words, fits) {
  const found = [];
  for (let from = 0; from < words.length; ) {
    let low = 1;
    let high = words.length - from;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (fits(words.slice(from, from + middle))) low = middle;
      else high = middle - 1;
    }
    found.push(words.slice(from, from + low));
    from += low;
  }
  return found.length ? found : [[]];
}

function linesIn(queues, language, names = {}) {
  return queues
    .filter((line) => line.waiting || line.wait)
    .map((line) => {
      const texts = line.services.map((service) => ({ ...service.name, ...names[service.id] }));
      const shown = texts.map((each) => textIn(each, [language])?.text).filter(Boolean);
      return { name: shown.join(", "), isNamed: texts.every((each) => each[language]), waiting: line.waiting, wait: line.wait };
    })
    .filter((line) => line.name);
}

const byWanted = (languages) => (a, b) => rank(languages, a) - rank(languages, b);
const rank = (languages, language) => (languages.indexOf(language) + 1 || languages.length + 1);
const textOf = (value, language) => (typeof value === "string" ? value : (textIn(value, [language])?.text ?? ""));

/**
 * Build the slides of contents inside `box`, measured there, each as `{element, ms, key}`; a long one becomes several.
 * A slide that only tells newer figures keeps its key.
 */
export function buildSlides(box, contents, wordsIn) {
  return contents.flatMap((content) => {
    const key = [content.kind, content.language, content.title].join(" ");
    const built = BUILD[content.kind](box, content, wordsIn(content.language));
    return built.map((element, page) => ({ element, ms: turnMs(element.textContent), key: `${key} ${page}` }));
  });
}

const BUILD = { waits: buildWaits, notice: buildNotice, welcome: buildWelcome };

function buildWaits(box, content, words) {
  const built = [];
  let lines = content.lines;
  while (lines.length) {
    const slide = make("div", "waits", { lang: content.language });
    slide.append(make("h2", "waits-title", {}, words.say("ticket_now")));
    const list = slide.appendChild(make("ul", "waits-lines"));
    let taken = 0;
    for (const line of lines) {
      const item = list.appendChild(waitLine(line, words));
      if (taken && !fitsIn(box, slide)) {
        item.remove();
        break;
      }
      taken += 1;
    }
    built.push(slide);
    lines = lines.slice(taken);
  }
  return built;
}

function waitLine(line, words) {
  const item = make("li", "waits-line");
  item.append(make("p", "waits-name", {}, line.name));
  const wait = words.wait(line.wait);
  if (wait) item.append(make("p", "waits-range", {}, wait));
  if (line.waiting) item.append(make("p", "waits-people", {}, words.count("people", line.waiting)));
  return item;
}

function buildNotice(box, content, words) {
  const tag = words.say(`category_${content.tag}`) || content.tag || words.say("notice");
  const whole = noticeSlide(content, tag, content.body);
  for (const size of ["large", "middle"]) {
    whole.dataset.size = size;
    if (fitsIn(box, whole)) return [whole];
  }
  const pageSlide = (page) => noticeSlide(content, tag, page.join(" "));
  const fits = (page) => fitsIn(box, pageSlide(page), "middle");
  return pages(content.body.split(/[ \n\t]+/).filter(Boolean), fits).map(pageSlide).map((slide) => {
    slide.dataset.size = "middle";
    return slide;
  });
}

function noticeSlide(content, tag, body) {
  const slide = make("div", "notice", { lang: content.language, dir: directionOf(content.language) });
  slide.append(make("p", "notice-tag", { dir: "auto" }, tag), make("h2", "notice-title", { dir: "auto" }, content.title));
  if (body) slide.append(make("p", "notice-body", { dir: "auto" }, body));
  return slide;
}

function buildWelcome(box, content, words) {
  const slide = make("div", "welcome", { lang: content.language });
  slide.append(make("p", "welcome-word", {}, words.say("welcome")));
  if (content.hall) slide.append(make("h2", "welcome-hall", {}, content.hall));
  return [slide];
}

function fitsIn(box, slide, size) {
  if (size) slide.dataset.size = size;
  const before = [...box.childNodes];
  box.replaceChildren(slide);
  const fits = box.scrollHeight <= box.clientHeight + 1 && box.scrollWidth <= box.clientWidth + 1;
  box.replaceChildren(...before);
  return fits;
}

/** Make an element with a class, attributes and text. */
export function make(tag, name, attributes = {}, text = null) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== null) element.textContent = text;
  return element;
}
