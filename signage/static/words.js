// Sentences of the page in one language: filled, counted and timed. Pure: sentences are passed in.

/**
 * Return an object that says sentences in a language; `sentences` maps names to templates with
 * {placeholders}.
 *
 * @param {string} language
 * @param {Record<string, any>} sentences
 * @param {{ timeZone?: string }} [where]
 */
export function wordsOf(language, sentences, { timeZone } = {}) {
  const plural = new Intl.PluralRules(language);
  const clock = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone,
  });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", timeZone });
  const date = new Intl.DateTimeFormat(language, {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
  const weekday = new Intl.DateTimeFormat(language, {
    weekday: "long",
    day: "numeric",
    month: "long",
    timeZone,
  });
  const dayKey = new Intl.DateTimeFormat("en-CA", { timeZone });

  const say = (name, values = {}) =>
    (sentences[name] ?? "").replace(/\{(\w+)\}/g, (whole, key) =>
      key in values ? String(values[key]) : whole,
    );
  const count = (name, number) =>
    say(`${name}_${plural.select(number) === "one" ? "one" : "other"}`, { number });
  const time = (at) => clock.format(at);

  return {
    language,
    say,
    count,
    time,
    /** A local date (« 2026-11-01 ») in words; another text is returned unchanged. */
    date: (text) => (/^\d{4}-\d\d-\d\d$/.test(text) ? date.format(Date.parse(text)) : text),
    /** A wait as a range (« 25 à 45 min »), never a dash; null when there is nothing honest to say. */
    wait(wait, whyNoWait = null) {
      if (whyNoWait === "after_closing") return say("after_closing");
      if (!wait) return null;
      if (wait.none || wait.high_s === 0) return say("no_wait");
      const low = Math.floor(wait.low_s / 60);
      const high = Math.max(Math.ceil(wait.high_s / 60), 1);
      if (low === 0 || wait.said === "under") return say("under", { high: duration(high) });
      if (wait.said === "over") return say("over", { low: duration(low) });
      if (low >= high) return duration(high);
      return high < 60
        ? say("range_minutes", { low, high })
        : say("range", { low: duration(low), high: duration(high) });
    },
    /** Since when the page is not live, with the day if it is another one. */
    notLiveSince(at, now) {
      const isToday = dayKey.format(at) === dayKey.format(now);
      return isToday
        ? say("not_live", { time: time(at) })
        : say("not_live_date", { date: day.format(at), time: time(at) });
    },
    /** When the hall opens: the hour, with the day if it is another one. */
    opening(at, now) {
      const isToday = dayKey.format(at) === dayKey.format(now);
      return isToday
        ? say("opening_today", { time: time(at) })
        : say("opening_day", { day: weekday.format(at), time: time(at) });
    },
    announcement: (number, place) => say("announcement", { number: [...number].join(" "), place }),
    recall: (rank) => recallParts(sentences.recall ?? "", rank),
  };

  function duration(minutes) {
    if (minutes < 60) return say("minutes", { minutes });
    return say("hours", { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, "0") });
  }
}

/** Return the pieces of a recall's mark as [text, raised]; what stands between square brackets is raised. */
export function recallParts(template, rank) {
  if (rank < 2) return [];
  return template
    .replace("{rank}", rank)
    .split(/(\[[^\]]*\])/)
    .filter((piece) => piece)
    .map((piece) => (piece.startsWith("[") ? [piece.slice(1, -1), true] : [piece, false]));
}

/** Return a text in the first of the given languages that it has, with that language; null if it has none. */
export function textIn(texts, languages) {
  for (const language of [...languages, ...Object.keys(texts ?? {})]) {
    if (texts?.[language]) return { text: texts[language], language };
  }
  return null;
}

const LONGEST_WORD = 18;

/**
 * Split a counter's label into the word and its distinguishing end: « guichet », « 3 »; null if it has no
 * such end or is too long.
 */
export function placeParts(label) {
  const found = /^(\D*\S)\s+(\d[\p{L}\d]*(?:\s(?:bis|ter|quater))?|[\p{Lu}]\d{0,2})$/u.exec(label.trim());
  return found && found[1].length <= LONGEST_WORD ? { word: found[1], mark: found[2] } : null;
}

/**
 * `wordsIn(language)`, the words of a page in one language, made once for each; in the page's own where that
 * one is not spoken. `spoken`: the sentences by language.
 */
export function createWordsIn(spoken, own, timeZoneNow) {
  const made = new Map(); // by language and time zone
  return (language) => {
    const spokenOne = spoken[language] ? language : own;
    const timeZone = timeZoneNow();
    const key = `${spokenOne} ${timeZone}`;
    if (!made.has(key)) made.set(key, wordsOf(spokenOne, spoken[spokenOne].sentences, { timeZone }));
    return made.get(key);
  };
}

/** Languages, the page's own first. */
export function ownFirst(own, languages) {
  return [
    ...languages.filter((language) => language === own),
    ...languages.filter((language) => language !== own),
  ];
}

/** The hall's languages, the page's own first whether the hall names it or not. */
export function hallLanguages(screen, own) {
  const codes = (screen?.languages ?? []).map((language) => language.code ?? language);
  return [own, ...codes.filter((language) => language !== own)];
}

const days = new Map(); // by time zone: a format costs more to make than a frame has time

/** The local day of an instant, like 2026-11-28. */
export function localDay(at, timeZone) {
  if (!days.has(timeZone)) days.set(timeZone, new Intl.DateTimeFormat("en-CA", { timeZone }));
  return days.get(timeZone).format(at);
}
