// For a server whose screen message has no programme yet: today's notices and waits as one. To be deleted with them.

import { turnMs } from "./slides.js";

const WAITS_MS = 10_000;

/** Return a programme of waits and text notices: French first, then at most one other language, the next one the next round. */
export function noticesAsProgramme(screen, languages) {
  const notices = screen?.notices ?? [];
  const [own, ...others] = languages;
  const named = notices.map(({ title = {} }) => Object.keys(title).filter((language) => language !== own).sort(byWanted(languages)));
  const rounds = Math.max(1, others.length, ...named.map((each) => each.length));
  const items = Array.from({ length: rounds }, (_, round) => [
    ...[own, ...turnOf(others, round)].map((language) => waits(language, round)),
    ...notices.flatMap((notice, at) =>
      [...(notice.title?.[own] ? [own] : []), ...turnOf(named[at], round)].map((language) => text(notice, language, round)),
    ),
  ]).flat();
  return { revision: JSON.stringify([notices, languages]), legal_share: 0, items, hours: null };
}

const waits = (language, round) => ({
  id: `waits ${language} ${round}`, notice: null, kind: "waits", language, ms: WAITS_MS, windows: null, when: null, content: {},
});

function text(notice, language, round) {
  const content = { title: notice.title[language], text: notice.body?.[language] ?? "" };
  const ms = turnMs(`${content.title} ${content.text}`);
  const { id, category } = notice;
  return { id: `${id} ${language} ${round}`, notice: id, kind: "text", language, category, ms, windows: null, when: null, content };
}

const turnOf = (things, round) => things.slice(round % (things.length || 1)).slice(0, 1);
const byWanted = (languages) => (a, b) => rank(languages, a) - rank(languages, b);
const rank = (languages, language) => languages.indexOf(language) + 1 || languages.length + 1;
