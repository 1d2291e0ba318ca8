// How a picture fills the screen: whole, or cut round the point that must stay in sight. The point is pressed
// in the picture, or moved by two sliders.

import { draw, field as labelled, html } from "../shared/drawing.js";

const MIDDLE = "50";
const AXES = ["x", "y"];

/**
 * Makes the field; `image` is the picture in which the point is pressed. `changed` hears of a press. `begin`
 * proposes to cut a wide picture round its middle.
 */
export function createFocus(image, { say, idOf, changed }) {
  const field = document.createElement("fieldset");
  field.className = "choices focus";
  const choice = (value, press) =>
    html`<label class="choice"
      ><input type="radio" name="focus" value=${value} @change=${press} />${say(`notices.focus.${value}`)}</label
    >`;
  const slider = (axis) =>
    labelled(
      idOf(`focus-${axis}`),
      say(`notices.focus.${axis}`),
      html`<input id=${idOf(`focus-${axis}`)} type="range" min="0" max="100" step="1"
        @input=${() => write(sliders.map((each) => each.value))} />`,
    );
  draw(
    field,
    html`<legend>${say("notices.focus")}</legend>
      ${choice("whole", () => write(["", ""]))}${choice("cut", () => write([MIDDLE, MIDDLE]))}
      <div class="focus-frame">${image}<i class="focus-mark" aria-hidden="true"></i></div>
      <small>${say("notices.focus.hint")}</small>
      <div class="pair">${AXES.map(slider)}</div>
      ${AXES.map((axis) => html`<input type="hidden" data-path=${`focus.${axis}`} data-type="number" />`)}`,
  );
  const inputs = (type) =>
    /** @type {HTMLInputElement[]} */ ([...field.querySelectorAll(`input[type=${type}]`)]);
  const [kept, sliders, [isWhole, isCut]] = ["hidden", "range", "radio"].map(inputs);
  const [frame, mark, point] = [".focus-frame", ".focus-mark", ".pair"].map(
    (each) => /** @type {HTMLElement} */ (field.querySelector(each)),
  );
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
}

const share = (part, whole) => String(Math.min(100, Math.max(0, Math.round((part / whole) * 100))));
