// A notice as it will look: the real page of a screen, at that screen's size, made smaller to fit.

import { element } from "./dom.js";

/** Draws previews into `frame`, for the screens of the halls one may look at. */
export function createPreview({ section, page, say }) {
  const frame = section.querySelector("[data-frame]");
  const screen = section.querySelector("#screen");
  const shape = section.querySelector("#shape");
  let shown = null;
  for (const hall of page.halls.filter(({ may_preview: may }) => may)) {
    const options = hall.screens.map(({ id, label }) => element("option", { value: `${hall.hall}/${id}` }, `${hall.name}, ${label}`));
    screen.append(element("optgroup", { label: hall.name }, ...options));
  }
  for (const select of [screen, shape]) select.addEventListener("change", draw);
  addEventListener("resize", fit);

  return {
    show({ notice, version, targets }) {
      shown = { notice, version };
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
    if (!shown || section.hidden) return;
    const [hall, id] = screen.value.split("/");
    const [width, height] = shape.value.split("x");
    const asked = new URLSearchParams({ hall, screen: id, notice: shown.notice, version: shown.version });
    frame.replaceChildren(element("iframe", { src: `/affichage/apercu?${asked}`, width, height, title: say("notices.preview.title"), tabindex: "-1" }));
    fit();
  }

  function fit() {
    const inside = frame.firstElementChild;
    if (!inside) return;
    const scale = Math.min(frame.clientWidth / inside.width, 520 / inside.height);
    inside.style.transform = `scale(${scale})`;
    frame.style.blockSize = `${inside.height * scale}px`;
  }
}
