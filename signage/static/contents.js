// What each item of a programme has to show now, without a browser: live lines of waits, files to load, what is absent.

import { textIn } from "./words.js";

/** The content of an item with what is live in it; null when it has nothing to show now. */
export function contentOf(item, { view, screen, own }) {
  if (item.kind !== "waits") return { ...item.content, kind: item.kind, language: item.language, category: item.category };
  const lines = linesIn(view.queues, item.language, screen?.services);
  const isTold = lines.length && (item.language === own || lines.every((line) => line.isNamed));
  return isTold ? { kind: "waits", language: item.language, title: item.content?.title, lines } : null;
}

/** The built-in welcome, shown when no item may be. */
export const welcome = (screen, own) => ({ kind: "welcome", language: own, hall: screen?.name ?? "" });

/** The addresses of the files an item needs, for the programme's downloads. */
export const filesOf = ({ content }) => [content?.url, content?.poster].filter(Boolean);

/** The addresses of the files the organisation's look needs, kept with those of the programme. */
export const filesOfLook = (look) => (look ? [look.stylesheet, look.logo?.url, ...look.fonts].filter(Boolean) : []);

/**
 * Which page of an item is shown at a position; each stays as long as the others. Where its time is too short to read them
 * all, it shows as many as can be read, and goes on with the next ones at its next showing.
 */
export function pageAt({ reading, ms, position, showing }) {
  const longest = Math.max(...reading);
  const whole = Math.min(reading.length, Math.max(1, Math.floor(ms / longest)));
  const each = Math.max(Math.floor(ms / whole), 1_000);
  return (showing * whole + Math.floor(position / each)) % reading.length;
}

/** Waits as lines, one a queue; a queue with nobody and no wait to tell takes no room. */
function linesIn(queues, language, names = {}) {
  return queues
    .filter((line) => line.waiting || line.wait || line.why_no_wait)
    .map((line) => {
      const texts = line.services.map((service) => ({ ...service.name, ...names[service.id] }));
      const shown = texts.map((each) => textIn(each, [language])?.text).filter(Boolean);
      return { name: shown.join(", "), isNamed: texts.every((each) => each[language]), waiting: line.waiting, wait: line.wait, why_no_wait: line.why_no_wait };
    })
    .filter((line) => line.name);
}
