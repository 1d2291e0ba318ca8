// The voice of the hall on the wall: kept quiet for a while, back by itself.

import { write } from "../shared/dom.js";

/** `keepQuiet(minutes)` silences the voice, 0 brings it back. */
export function createSound({ say, hour }, keepQuiet) {
  const buttons = [...document.querySelectorAll("[data-quiet]")];
  for (const button of buttons)
    button.addEventListener("click", () => keepQuiet(Number(button.dataset.quiet)));

  function draw({ quiet_until: until }, nowMs) {
    const isQuiet = Boolean(until) && Date.parse(until) > nowMs;
    write("sound", isQuiet ? say("wall.sound.is_quiet", { at: hour(until) }) : say("wall.sound.speaks"));
    const back = buttons.find((button) => button.dataset.quiet === "0");
    if (!isQuiet && back === document.activeElement) buttons[0].focus();
    if (back) back.hidden = !isQuiet;
  }

  return { draw };
}
