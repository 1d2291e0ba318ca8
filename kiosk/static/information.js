// The hall’s notices at the kiosk, and what it shows without its server.

// --- The hall’s notices at the kiosk: a list, then one at a time, pure as kiosk_state.js; and when they
// are asked for.

export const QUIET_READING_MS = 120_000; // who reads touches nothing for a while

export const NO_INFORMATION = { notices: [], voices: [], changesAt: null };
export const informationStart = { reading: null, noticeLanguage: null, listPage: 0 };

const LIST = "information";
const TEXT = "information_text";
const TONGUES = "information_languages";
export const INFORMATION_VIEWS = [LIST, TEXT, TONGUES];

/** The notice that is read in the language of its reader, else of the kiosk, else in French. */
export function noticeText({ reading, noticeLanguage, language }) {
  const textIn = (code) => reading.texts.find((text) => text.language === code);
  return textIn(noticeLanguage) ?? textIn(language) ?? reading.texts[0];
}

export function titleOf(notice, language) {
  return notice.texts.find((text) => text.language === language) ?? notice.texts[0];
}

/** The languages of the notice that the kiosk’s own buttons do not offer. */
export function otherTongues({ reading }, languages) {
  return reading.languages.filter(({ code }) => !languages.some((each) => each.code === code));
}

/** Where the notice stands among those that run: `place` from 1, 0 once it has ended. */
export function placeOf({ reading, information }) {
  const { notices } = information;
  return { place: notices.findIndex(({ id }) => id === reading?.id) + 1, total: notices.length };
}

export const hasNext = (state, by) => neighbour(state, by) !== null;

// The next or former notice; from one that has ended, the first of those that run.
function neighbour(state, by) {
  const { notices } = state.information;
  const { place } = placeOf(state);
  return (place ? notices[place - 1 + by] : by > 0 ? notices[0] : undefined) ?? null;
}

/** Whether the notices found are other ones than those the kiosk has. */
const isNews = (information, found) =>
  JSON.stringify([information.notices, information.voices]) !== JSON.stringify([found.notices, found.voices]);

// One step back within the notices; null where the kiosk's own step applies.
export function informationBack({ view, listPage }) {
  if (view === TONGUES) return { view: TEXT, page: 0 };
  return view === TEXT ? { view: LIST, page: listPage, ...informationStart } : null;
}

// What « Écouter » asks to hear of these views; null for others.
export function informationReading(state, onPage) {
  const { view, language: lang } = state;
  if (view === LIST) return { lang, view, shown: onPage.join(",") };
  if (view !== TEXT) return null;
  return { lang, view, notice: state.reading.id, notice_lang: noticeText(state).language };
}

/** The language in which the view would be read aloud. */
export const languageToHear = (state) => (state.view === TEXT ? noticeText(state).language : state.language);

// `active` and `isGuarded` are the kiosk's own; `isHeld`: a finger may be near a button of the start.
export function informationReducers({ active, isGuarded, isHeld }) {
  const open = (state, reading, at) => ({ ...active(state, at), view: TEXT, reading, page: 0, shownAt: at });
  return {
    information_loaded(state, { found, at }) {
      const information = { notices: found.notices, voices: found.voices, changesAt: found.changes_at };
      if (!isNews(state.information, found)) return { ...state, heldInformation: null };
      if (isHeld(state, at)) return { ...state, heldInformation: information };
      return { ...state, information, heldInformation: null };
    },

    show_information(state, { at }) {
      const isFirst = state.view === "start" || (state.view === "away" && !state.press);
      if (!isFirst || isGuarded(state, at)) return state;
      return { ...active(state, at), ...informationStart, view: LIST, folder: null, page: 0 };
    },

    open_notice(state, { notice, at }) {
      const found = state.information.notices.find(({ id }) => id === notice);
      if (state.view !== LIST || !found || isGuarded(state, at)) return state;
      return { ...open(state, found, at), listPage: state.page };
    },

    turn_notice(state, { by, at }) {
      const found = state.view === TEXT ? neighbour(state, by) : null;
      return !found || isGuarded(state, at) ? state : open(state, found, at);
    },

    show_notice_languages(state, { at }) {
      return state.view === TEXT && !isGuarded(state, at)
        ? { ...active(state, at), view: TONGUES, page: 0 }
        : state;
    },

    choose_notice_language(state, { language, at }) {
      if (![TEXT, TONGUES].includes(state.view) || isGuarded(state, at)) return state;
      return { ...active(state, at), view: TEXT, noticeLanguage: language, page: 0 };
    },
  };
}

/** What waited for the fingers to be gone. */
export function withHeldInformation(state, at, isHeld) {
  const { heldInformation } = state;
  return heldInformation && !isHeld(state, at)
    ? { ...state, information: heldInformation, heldInformation: null }
    : state;
}

// --- Asked for after the menu, and when one begins or ends.

export const ASK_AT_MOST_EVERY_MS = 30_000;
const CHANGED_WITHIN_MS = 2_000; // so that a hall’s kiosks do not ask at once

/**
 * Asks when `want()` was called, or at `changes_at` of the last answer; the answer is given to `loaded`.
 *
 * @param {{ ask: () => Promise<any>, loaded: (found: any) => void, now: () => number,
 *   keep: (addresses: string[]) => void }} wiring
 */
export function openInformation({ ask, loaded, now, keep }) {
  let askedAt = -ASK_AT_MOST_EVERY_MS;
  let isWanted = false;
  let dueAt = null;
  let isAsking = false;

  // `serverNow`: milliseconds since 1970, by the server's clock
  async function tick(serverNow) {
    const isDue = isWanted || (dueAt !== null && serverNow >= dueAt);
    if (!isDue || isAsking || now() - askedAt < ASK_AT_MOST_EVERY_MS) return;
    isAsking = true;
    askedAt = now();
    try {
      const found = await ask();
      if (!found) return;
      isWanted = false;
      dueAt = found.changes_at ? Date.parse(found.changes_at) + Math.random() * CHANGED_WITHIN_MS : null;
      loaded(found);
      keep(picturesOf(found));
    } catch {
      /* what was fetched stays readable; asked again later */
    } finally {
      isAsking = false;
    }
  }

  return {
    tick,
    want() {
      isWanted = true;
    },
  };
}

export const picturesOf = ({ notices }) => [
  ...new Set(
    notices
      .flatMap(({ texts }) => texts)
      .flatMap(({ blocks }) => blocks)
      .map(({ url }) => url)
      .filter(Boolean),
  ),
];

const BETWEEN_PICTURES_MS = 2_000; // who stands at the kiosk comes first

// Fetched once and slowly, so that the browser has them when the server is away.
export function openPictures(get, pause) {
  const kept = new Set();
  return async (addresses) => {
    for (const address of addresses.filter((each) => !kept.has(each))) {
      await pause(BETWEEN_PICTURES_MS);
      try {
        const answer = await get(address);
        await answer.arrayBuffer();
        if (answer.ok) kept.add(address);
      } catch {
        return; // the server is away: tried again with the next answer
      }
    }
  };
}

// --- What the kiosk shows while its server does not answer, or while its agent issues tickets alone. Pure,
// as kiosk_state.js. Rule: docs/rules/kiosk-away.md.

// A server that starts again answers within it, and a press made meanwhile is repeated until it does.
export const LOST_SHOWN_AFTER_MS = 5_000;

// They need no server: nobody chooses there, or a press ends by its own rules.
const STAYING = [
  "loading",
  "unpaired",
  "taking",
  "away",
  "notice",
  "ticket",
  "referral",
  ...INFORMATION_VIEWS,
];

/**
 * `missingSince`: since when the menu is asked for in vain, else null. `isLost`: so long that visitors are
 * told. `awayFrom`: the view to come back to.
 */
export const awayStart = { awayFrom: "start" };
export const NEVER_LOST = { missingSince: null, isLost: false, ...awayStart };

/** Whether the view says that the kiosk issues no ticket, and no press is under way. */
export const isServerAway = ({ view, press }) => view === "away" && !press;

/** Whether somebody was choosing when the server left: they come back to their choices. */
export const isMidway = (state) =>
  isServerAway(state) && (state.awayFrom !== "start" || state.folder !== null);

/** Whether appointments, papers on request and readings aloud cannot be had: the server does them. */
export const isCutOff = ({ isLost, menu }) => isLost || Boolean(menu?.unplugged);

/** The state with the view « away » where the view needs a server that does not answer. */
export function withAway(state, at) {
  const isLost = state.missingSince !== null && at - state.missingSince >= LOST_SHOWN_AFTER_MS;
  const next = isLost === state.isLost ? state : { ...state, isLost };
  const isOver = next.view === "languages";
  const view = isOver ? next.beneath : next.view;
  if (STAYING.includes(view) || (next.menu && !isLost)) return next;
  return { ...next, view: "away", awayFrom: view, page: isOver ? 0 : next.page };
}

/** The state with the view that « away » took the place of, and all that was chosen there. */
export function backFromAway(state) {
  if (state.press) return state;
  const came = (view) => (view === "away" ? state.awayFrom : view);
  return { ...state, view: came(state.view), beneath: came(state.beneath) };
}

/** The menu of an agent that issues alone: no wait, no check-in, nobody received exceptionally. */
export function ofAgent(menu) {
  if (!menu.unplugged) return menu;
  const alone = (service) => ({
    ...service,
    wait: null,
    waiting: 0,
    why_no_wait: "unplugged",
    exceptional: null,
    children: service.children.map(alone),
  });
  return { ...menu, appointments: false, services: menu.services.map(alone) };
}
