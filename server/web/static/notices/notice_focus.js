// How a picture fills the screen: whole, or cut round the point that must stay in sight. The point is pressed
// in the picture, or moved by two sliders.

import { element } from "../shared/dom.js";

const MIDDLE = "50";

/**
 * Makes the field; `image` is the picture in which the point is pressed. `changed` hears of a press. `begin`
 * proposes to cut a wide picture round its middle.
 */
export function createFocus(image, { say, idOf, changed }) {
  const kept = ["x", "y"].map((axis) =>
    element("input", { type: "hidden", "data-path": `focus.${axis}`, "data-type": "number" }),
  );
  const sliders = ["x", "y"].map((axis) =>
    element("input", { id: idOf(`focus-${axis}`), type: "range", min: 0, max: 100, step: 1 }),
  );
  const isWhole = radio("whole");
  const isCut = radio("cut");
  const mark = element("i", { class: "focus-mark", "aria-hidden": "true" });
  const frame = element("div", { class: "focus-frame" }, image, mark);
  const point = element(
    "div",
    { class: "pair" },
    ...["x", "y"].map((axis, at) =>
      element(
        "div",
        { class: "field" },
        element("label", { for: idOf(`focus-${axis}`) }, say(`notices.focus.${axis}`)),
        sliders[at],
      ),
    ),
  );
  const field = element(
    "fieldset",
    { class: "choices focus" },
    element("legend", {}, say("notices.focus")),
    choice(isWhole, "whole"),
    choice(isCut, "cut"),
    frame,
    element("small", {}, say("notices.focus.hint")),
    point,
    ...kept,
  );
  isWhole.addEventListener("change", () => write(["", ""]));
  isCut.addEventListener("change", () => write([MIDDLE, MIDDLE]));
  for (const slider of sliders)
    slider.addEventListener("input", () => write(sliders.map((each) => each.value)));
  image.addEventListener("click", (press) => {
    if (isCut.disabled || field.closest("fieldset[disabled]")) return;
    const { left, top, width, height } = image.getBoundingClientRect();
    write([share(press.clientX - left, width), share(press.clientY - top, height)]);
    changed();
  });
  return { field, show, begin };

  function begin({ width, height }) {
    if (kept[0].value === "" && width > height) write([MIDDLE, MIDDLE]);
  }

  function write(values) {
    kept.forEach((each, at) => {
      each.value = values[at];
    });
    show();
  }

  function show() {
    const hasPoint = kept[0].value !== "";
    isCut.checked = hasPoint;
    isWhole.checked = !hasPoint;
    point.hidden = mark.hidden = !hasPoint;
    frame.hidden = image.hidden;
    sliders.forEach((each, at) => {
      each.value = kept[at].value || MIDDLE;
    });
    mark.style.setProperty("inset-inline-start", `${sliders[0].value}%`);
    mark.style.setProperty("inset-block-start", `${sliders[1].value}%`);
  }

  function choice(input, name) {
    return element("label", { class: "choice" }, input, say(`notices.focus.${name}`));
  }
}

const radio = (value) => element("input", { type: "radio", name: "focus", value });

const share = (part, whole) => String(Math.min(100, Math.max(0, Math.round((part / whole) * 100))));
