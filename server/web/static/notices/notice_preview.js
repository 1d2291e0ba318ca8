// A notice as it will look while it is typed: the real page of a screen, at that screen's size, made smaller
// to fit. What is typed goes to the server, which makes of it what a screen would get, and keeps nothing.

import { element, setText } from "../shared/dom.js";
import { csrfHeader, send } from "../shared/verbs.js";
import { plainWords } from "./notice_content.js";
import { missingWords } from "./notice_missing.js";
import { hallsAimedAt } from "./notice_targets.js";

const PAUSE_MS = 400;
const OF_MEDIA = new Set(["image", "video", "document"]);
const TALLEST = 340; // pixels of the preview in the page

/** Draws previews for the screens among the targets, or for all where none is. */
export function createPreview({ section, page, say }) {
  const frame = section.querySelector("[data-frame]");
  const screen = section.querySelector("#screen");
  const shape = section.querySelector("#shape");
  const list = section.querySelector('[data-list="pages"]');
  const waits = section.querySelector('[data-text="preview-waits"]');
  const counts = new Map(); // by shape
  const places = page.halls.filter(({ may_preview: may }) => may);
  let typed = null;
  let programme = null; // the last that the server made
  let shownKey = "";
  let timer = null;
  let turn = 0;
  // the screen turned the other way
  const counting = element("div", { class: "counting", "aria-hidden": "true" });
  frame.after(counting);
  addEventListener("message", counted);
  addEventListener("resize", fit);
  screen.addEventListener("change", () => ask());
  shape.addEventListener("change", draw);
  section.hidden = places.length === 0;

  return {
    /** Shows what is typed, after a pause in typing. */
    show(content, { isNow = false } = {}) {
      if (section.hidden) return;
      typed = content;
      offerScreens();
      clearTimeout(timer);
      timer = setTimeout(ask, isNow ? 0 : PAUSE_MS);
    },
  };

  /** The choice of screens: those that are ticked; the chosen one stays. */
  function offerScreens() {
    const aimed = hallsAimedAt(typed.targets, places);
    const offered = aimed.length
      ? aimed
      : places.map((hall) => ({ hall, screens: hall.screens, isWhole: true }));
    const options = offered.flatMap(({ hall, screens }) =>
      screens.map(({ id, label }) => ({ value: `${hall.hall}/${id}`, label: `${hall.name}, ${label}` })),
    );
    const mark = JSON.stringify(options);
    if (screen.dataset.mark === mark) return;
    const { value } = screen;
    screen.dataset.mark = mark;
    screen.replaceChildren(...options.map((each) => element("option", { value: each.value }, each.label)));
    if (options.some((each) => each.value === value)) screen.value = value;
  }

  async function ask() {
    const mine = (turn += 1);
    const [hall] = screen.value.split("/");
    if (!hall) return;
    if (OF_MEDIA.has(typed.kind) && !typed.medium)
      return setText(waits, say("notices.preview.waits", { problem: say("notices.preview.no_medium") }));
    const content = presentable(typed);
    const path = `/api/v1/halls/${encodeURIComponent(hall)}/notices/preview`;
    const request = { path, body: { content }, headers: csrfHeader() };
    const answer = await send(request);
    if (mine !== turn) return;
    if (!answer.ok) {
      // what is shown stays; the form says what it lacks when it is sent
      const problem = answer.problem?.problems?.[0]?.detail ?? answer.problem?.detail;
      const sentence = problem ?? say("console.refused.no_answer");
      return setText(waits, say("notices.preview.waits", { problem: sentence }));
    }
    setText(waits, "");
    programme = answer.body;
    return draw();
  }

  function draw() {
    if (!programme) return;
    const [hall, id] = screen.value.split("/");
    const [size, room] = shape.value.split(" ");
    const [width, height] = size.split("x");
    const key = [hall, id, size, room].join();
    if (key !== shownKey) {
      shownKey = key;
      const inside = (given) => {
        const query = new URLSearchParams({ hall, screen: id, typed: "yes", room });
        const made = element("iframe", {
          src: `/affichage/apercu?${query}`,
          width: given.width,
          height: given.height,
          title: say("notices.preview.title"),
          tabindex: "-1",
        });
        made.addEventListener("load", () => tell(made));
        return made;
      };
      counts.clear();
      drawPages();
      frame.replaceChildren(inside({ width, height }));
      counting.replaceChildren(inside({ width: height, height: width }));
    }
    for (const inside of frames()) tell(inside);
    fit();
  }

  function frames() {
    return /** @type {HTMLIFrameElement[]} */ ([...section.querySelectorAll("iframe")]);
  }

  function tell(inside) {
    inside.contentWindow?.postMessage({ programme }, location.origin);
  }

  /** A screen inside says how many pages the notice makes there, and how long a turn is. */
  function counted({ data, origin, source }) {
    const inside = frames().find((each) => each.contentWindow === source);
    if (origin !== location.origin || !inside || !data || !("pages" in data)) return;
    counts.set(Number(inside.width) > Number(inside.height) ? "landscape" : "portrait", data);
    drawPages();
  }

  function drawPages() {
    const formats = ["landscape", "portrait"].filter((each) => counts.get(each));
    const lines = formats.flatMap((each) => {
      const { pages, items, seconds } = counts.get(each);
      return ["beside", "alone"].map((room) =>
        say(`notices.preview.pages.${each}_${room}`, { count: pages?.[room] ?? items, seconds }),
      );
    });
    if (formats.some((each) => counts.get(each).pages?.isForced))
      lines.push(say("notices.preview.pages.forced"));
    if ([...list.children].map(({ textContent }) => textContent).join() !== lines.join())
      list.replaceChildren(...lines.map((line) => element("li", {}, line)));
  }

  function fit() {
    const inside = frame.firstElementChild;
    if (!inside) return;
    const scale = Math.min(frame.clientWidth / inside.width, TALLEST / inside.height);
    inside.style.transform = `scale(${scale})`;
    frame.style.blockSize = `${inside.height * scale}px`;
  }
}

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
