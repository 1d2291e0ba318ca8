// A notice as it will look: the real page of a screen, at that screen's size, made smaller to fit.

import { element } from "../shared/dom.js";

/** Draws previews into `frame`, for the screens of the halls one may look at. */
export function createPreview({ section, page, say }) {
  const frame = section.querySelector("[data-frame]");
  const screen = section.querySelector("#screen");
  const shape = section.querySelector("#shape");
  const list = section.querySelector('[data-list="pages"]');
  // the screen turned the other way
  const counting = element("div", { class: "counting", "aria-hidden": "true" });
  const counts = new Map(); // by shape
  let shownKey = null;
  frame.after(counting);
  addEventListener("message", counted);
  for (const hall of page.halls.filter(({ may_preview: may }) => may)) {
    const options = hall.screens.map(({ id, label }) =>
      element("option", { value: `${hall.hall}/${id}` }, `${hall.name}, ${label}`),
    );
    screen.append(element("optgroup", { label: hall.name }, ...options));
  }
  for (const select of [screen, shape]) select.addEventListener("change", draw);
  addEventListener("resize", fit);

  return {
    show({ notice, version, targets }) {
      shownKey = { notice, version };
      const aimed = [...screen.options].find(({ value }) => isAimed(targets, ...value.split("/")));
      if (aimed) screen.value = aimed.value;
      section.hidden = screen.options.length === 0;
      draw();
    },
  };

  function isAimed({ sites, halls, screens }, hall, id) {
    const site = page.halls.find((each) => each.hall === hall)?.site;
    return screens.includes(id) || halls.includes(hall) || sites.includes(site);
  }

  function draw() {
    if (!shownKey || section.hidden) return;
    const [hall, id] = screen.value.split("/");
    const [width, height] = shape.value.split("x");
    const query = new URLSearchParams({
      hall,
      screen: id,
      notice: shownKey.notice,
      version: shownKey.version,
    });
    const inside = (size) =>
      element("iframe", {
        src: `/affichage/apercu?${query}`,
        width: size.width,
        height: size.height,
        title: say("notices.preview.title"),
        tabindex: "-1",
      });
    counts.clear();
    frame.replaceChildren(inside({ width, height }));
    counting.replaceChildren(inside({ width: height, height: width }));
    drawPages();
    fit();
  }

  /** A screen inside says how many pages the notice makes there. */
  function counted({ data, origin, source }) {
    const inside = [...section.querySelectorAll("iframe")].find((each) => each.contentWindow === source);
    if (origin !== location.origin || !inside || !data || !("pages" in data)) return;
    counts.set(Number(inside.width) > Number(inside.height) ? "landscape" : "portrait", data.pages);
    drawPages();
  }

  function drawPages() {
    const formats = ["landscape", "portrait"].filter((each) => counts.get(each));
    const lines = formats.flatMap((each) =>
      ["beside", "alone"].map((room) =>
        say(`notices.preview.pages.${each}_${room}`, { count: counts.get(each)[room] }),
      ),
    );
    if (formats.some((each) => counts.get(each).isForced)) lines.push(say("notices.preview.pages.forced"));
    if ([...list.children].map(({ textContent }) => textContent).join() !== lines.join())
      list.replaceChildren(...lines.map((line) => element("li", {}, line)));
  }

  function fit() {
    const inside = frame.firstElementChild;
    if (!inside) return;
    const scale = Math.min(frame.clientWidth / inside.width, 520 / inside.height);
    inside.style.transform = `scale(${scale})`;
    frame.style.blockSize = `${inside.height * scale}px`;
  }
}
