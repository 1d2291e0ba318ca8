// A notice as it will look while it is typed: the real page of a screen in each layout that its screens have,
// made smaller to fit. What is typed goes to the server, which makes of it what a screen would get, and keeps
// nothing.

import { element, one, setText } from "../shared/dom.js";
import { draw as drawIn, html, live, nothing } from "../shared/drawing.js";
import { csrfHeader, mustRepeat, send } from "../shared/verbs.js";
import { missingWords, plainWords } from "./notice_content.js";
import { layoutsOf } from "./notice_targets.js";

const PAUSE_MS = 400;
const AWAY_MS = [5_000, 10_000, 20_000, 30_000]; // between attempts while the server does not answer
const OF_MEDIA = new Set(["image", "video", "document"]);
const TALLEST = { landscape: 340, portrait: 460 }; // pixels of the preview in the page
const MOST_MEASURED = 4; // layouts; a further one is measured once it is chosen
const MOST_NAMED = 3; // screens of a layout
const ROOMS = /** @type {const} */ (["alone", "beside"]);

/**
 * Draws previews for the screens among the targets, or for those of the first hall where none is.
 *
 * @param {{ section: HTMLElement, page: any, say: any, hour: (at: Date) => string }} parts
 */
export function createPreview({ section, page, say, hour }) {
  const frame = one("[data-frame]", section);
  const list = one('[data-list="layouts"]', section);
  const note = section.querySelector('[data-text="preview-waits"]');
  const isCut = section.querySelector('[data-text="preview-cut"]');
  const isLarge = section.querySelector('[data-text="preview-large"]');
  const places = page.halls.filter(({ may_preview: may }) => may);
  const counts = new Map(); // what the notice makes in a layout, by its key
  const programmes = new Map(); // {text, programme}: the last that the server made for each hall
  const lastMessages = new WeakMap(); // the last message to each page inside
  let typed = null;
  /** @type {import("./notice_targets.js").Layout[]} */
  let layouts = [];
  let chosen = { key: "", room: "alone" };
  let timer = 0;
  let turn = 0;
  let attempts = 0; // that the server did not answer, one after the other
  let madeAt = null;
  let feed = { url: "", problem: "" }; // as it was last tried
  addEventListener("message", counted);
  addEventListener("resize", fit);
  addEventListener("online", () => attempts && askIn(0));
  list.addEventListener("change", choose);
  section.hidden = places.length === 0;

  return {
    /** Shows what is typed, after a pause in typing; while the server is away, once it is back. */
    show(content, { isNow = false } = {}) {
      if (section.hidden) return;
      typed = content;
      offerLayouts();
      if (isNow && content.kind === "feed" && content.url && content.url !== feed.url) tryFeed(content.url);
      else if (!attempts) askIn(isNow ? 0 : PAUSE_MS);
    },
  };

  function askIn(ms) {
    clearTimeout(timer);
    timer = setTimeout(ask, ms);
  }

  /** The choice of layouts; the chosen one stays. */
  function offerLayouts() {
    const found = layoutsOf(typed, places);
    const mark = JSON.stringify(found);
    if (list.dataset.mark === mark) return;
    list.dataset.mark = mark;
    ({ layouts } = found);
    if (!layouts.some(({ key }) => key === chosen.key)) chosen = { ...chosen, key: layouts[0]?.key ?? "" };
    const silent = { screens: named(found.callsOnly) };
    drawIn(
      list,
      html`${layouts.map(layoutChoice)}
      ${found.callsOnly.length ? html`<p class="muted">${say("notices.preview.calls_only", silent)}</p>` : nothing}`,
    );
    drawCounts();
    draw();
  }

  function layoutChoice(layout) {
    const screens = named(layout.names);
    const room = (each) =>
      html`<label class="choice" data-layout=${layout.key} data-room=${each}
        ><input type="radio" name="layout" value=${`${each} ${layout.key}`}
          .checked=${live(layout.key === chosen.key && each === chosen.room)} /><span>${say(`notices.preview.${senseOf(layout)}_${each}`)}</span
        ><span class="count"></span></label>`;
    return html`<div class="layout" role="group" aria-label=${screens}>
      <p class="muted">${layout.isAssumed ? say("notices.preview.assumed", { screens }) : screens}</p>
      ${ROOMS.map(room)}
    </div>`;
  }

  function named(names) {
    const lists = new Intl.ListFormat(page.language, { type: "conjunction" });
    const rest = names.length - MOST_NAMED;
    return lists.format(
      rest > 0 ? [...names.slice(0, MOST_NAMED), say("notices.preview.others", { count: rest })] : names,
    );
  }

  function choose({ target }) {
    const [room, ...key] = target.value.split(" ");
    chosen = { key: key.join(" "), room };
    draw();
    if (!attempts) ask(); // for a layout in another hall
  }

  /** Layouts whose pages are counted: the first ones, and the chosen one. */
  function measured() {
    return layouts.filter(({ key }, at) => at < MOST_MEASURED || key === chosen.key);
  }

  async function ask() {
    clearTimeout(timer);
    const mine = (turn += 1);
    if (OF_MEDIA.has(typed.kind) && !typed.medium)
      return setText(note, say("notices.preview.waits", { problem: say("notices.preview.no_medium") }));
    const content = presentable(typed);
    const text = JSON.stringify(content);
    const halls = [...new Set(measured().map(({ hall }) => hall))];
    const old = halls.filter((hall) => programmes.get(hall)?.text !== text);
    const answers = await Promise.all(old.map((hall) => previewOf(hall, content)));
    if (mine !== turn) return;
    if (answers.some(({ status }) => status === 0 || mustRepeat(status))) return waitForServer();
    attempts = 0;
    const refused = answers.find(({ ok }) => !ok);
    if (refused) {
      // what is shown stays; the form says what it lacks when it is sent
      const problem = refused.problem?.problems?.[0]?.detail ?? refused.problem?.detail;
      return setText(
        note,
        say("notices.preview.waits", { problem: problem ?? say("console.refused.unknown") }),
      );
    }
    old.forEach((hall, at) => programmes.set(hall, { text, programme: answers[at].body }));
    const isUnread = typed.kind === "feed" && typed.url === feed.url && feed.problem;
    setText(note, isUnread ? say("notices.preview.waits", { problem: feed.problem }) : "");
    madeAt = new Date();
    return draw();
  }

  function previewOf(hall, content) {
    const path = `/api/v1/halls/${encodeURIComponent(hall)}/notices/preview`;
    return send({ path, body: { content }, headers: csrfHeader() }, { repeats: 0 });
  }

  /** Reads a feed that is typed, once its address is whole: the preview shows it, or says why not. */
  async function tryFeed(url) {
    feed = { url, problem: say("notices.preview.feed_reading") };
    ask();
    const request = { path: "/api/v1/feeds", body: { url }, headers: csrfHeader() };
    const { ok, status, problem } = await send(request, { repeats: 0 });
    if (feed.url !== url) return;
    // no answer in time is what a feed does that never answers
    const why = status ? problem?.detail : say("refusal.feed_unreachable");
    feed.problem = ok ? "" : (why ?? say("console.refused.unknown"));
    programmes.clear();
    ask();
  }

  /** What is typed meanwhile is shown by the next attempt. */
  function waitForServer() {
    setText(note, madeAt ? say("notices.preview.old", { at: hour(madeAt) }) : say("notices.preview.away"));
    askIn(AWAY_MS[Math.min(attempts, AWAY_MS.length - 1)]);
    attempts += 1;
  }

  /** The page of a screen for each measured layout that has a programme; the chosen one is seen. */
  function draw() {
    const drawnLayouts = measured().filter(({ hall }) => programmes.has(hall));
    for (const inside of frames())
      if (!drawnLayouts.some(({ key }) => key === inside.dataset.layout)) inside.remove();
    for (const layout of drawnLayouts) {
      const found = frames().find(({ dataset }) => dataset.layout === layout.key);
      const inside = found ?? frame.appendChild(frameOf(layout));
      inside.toggleAttribute("data-shown", layout.key === chosen.key);
      tell(inside, layout);
    }
    fit();
  }

  function frameOf(layout) {
    counts.delete(layout.key);
    const query = new URLSearchParams({ hall: layout.hall, screen: layout.screen, typed: "yes" });
    const made = element("iframe", {
      src: `/affichage/apercu?${query}`,
      width: layout.width,
      height: layout.height,
      title: say("notices.preview.title"),
      tabindex: "-1",
      "data-layout": layout.key,
    });
    made.addEventListener("load", () => {
      lastMessages.delete(made);
      tell(made, layout);
    });
    return made;
  }

  function frames() {
    return /** @type {HTMLIFrameElement[]} */ ([...frame.querySelectorAll("iframe")]);
  }

  function tell(inside, { key, hall }) {
    const { programme } = programmes.get(hall) ?? {};
    const room = key === chosen.key ? chosen.room : "alone";
    const message = { programme, room };
    const text = JSON.stringify(message);
    if (!programme || lastMessages.get(inside) === text) return;
    lastMessages.set(inside, text);
    inside.contentWindow?.postMessage(message, location.origin);
  }

  /** A screen inside says how many pages the notice makes there, and how long a turn is. */
  function counted({ data, origin, source }) {
    const inside = frames().find((each) => each.contentWindow === source);
    if (origin !== location.origin || !inside || !data || !("pages" in data)) return;
    counts.set(inside.dataset.layout, data);
    drawCounts();
  }

  function drawCounts() {
    let [hasCut, hasLarge] = [false, false];
    for (const row of list.querySelectorAll("[data-room]")) {
      const { layout = "", room = "" } = /** @type {HTMLElement} */ (row).dataset;
      const found = counts.get(layout);
      const made = found?.pages?.[room];
      const count = found ? { count: made?.pages ?? found.items, seconds: found.seconds } : null;
      const pages = count ? say("notices.preview.count", count) : "";
      const isHere = Boolean(made?.isForced) && !made.isLarge;
      const how = isHere ? "cut" : room === "beside" && made ? "whole" : null;
      const words = how ? say(`notices.preview.${how}`, { pages }) : pages;
      const metres = made?.near && new Intl.NumberFormat(page.language).format(made.near);
      const sentence = metres ? [words, say("notices.preview.near", { metres })].join(", ") : words;
      setText(row.querySelector(".count"), made?.isLarge ? say("notices.preview.large") : sentence);
      row.classList.toggle("cut", isHere);
      hasCut ||= isHere;
      hasLarge ||= Boolean(made?.isLarge);
    }
    setText(isCut, hasCut ? say("notices.preview.pages.forced") : "");
    setText(isLarge, hasLarge ? say("notices.preview.large.why") : "");
  }

  function fit() {
    const inside = frames().find((each) => each.hasAttribute("data-shown"));
    if (!inside) return;
    const [width, height] = [Number(inside.width), Number(inside.height)];
    const scale = Math.min(frame.clientWidth / width, TALLEST[senseOf({ width, height })] / height);
    inside.style.left = `${(frame.clientWidth - width * scale) / 2}px`;
    inside.style.transform = `scale(${scale})`;
    frame.style.blockSize = `${height * scale}px`;
  }
}

const senseOf = ({ width, height }) => (width > height ? "landscape" : "portrait");

/** A content in French alone. */
function inFrench(value) {
  if (Array.isArray(value)) return value.map(inFrench);
  if (value === null || typeof value !== "object") return value;
  if ("fr" in value) return { fr: value.fr };
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inFrench(each)]));
}

/**
 * What is typed, with dots where a title or a text is still empty: something can be shown before the end.
 * Translations join once they are whole.
 */
function presentable(content) {
  const { validity: _, dayparts: __, when: ___, ...rest } = content;
  const tongues = Object.keys({ ...content.titles, ...content.bodies });
  const isWhole = tongues.length !== 2 && !Object.keys(missingWords(content, tongues)).length;
  const spoken = isWhole ? rest : inFrench(rest);
  const titles = { ...spoken.titles, fr: spoken.titles?.fr || "…" };
  const body = plainWords(spoken.bodies?.fr ?? "") ? spoken.bodies.fr : "…";
  const bodies = content.kind === "text" ? { bodies: { ...spoken.bodies, fr: body } } : {};
  return { ...spoken, titles, ...bodies, targets: { everywhere: false } };
}
