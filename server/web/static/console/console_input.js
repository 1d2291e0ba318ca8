// Presses and keys of the console, as actions.

import { takeChoiceKey } from "./console_choices.js";
import { PLACE_FILTER } from "./console_places.js";
import { isPausing, phaseOf } from "./console_state.js";
import { isField, targetIn } from "../shared/dom.js";
import { actionOf, keyOf } from "../shared/keys.js";

const OF_EVERY_VIEW = ["reception", "speak"]; // what keys do before a counter is taken, too

/** Listens to the whole page; `toPlace(digit)` goes to another counter of the session. */
export function listenToGestures({ ui, keys, speech, panel, stateNow, act, toPlace }) {
  const actsAtOnce = (action) => action !== "speak" && !stateNow().gestures[action]?.asks;

  document.addEventListener("click", (event) => {
    const button = targetIn(event, "[data-act], [data-open]");
    if (!button) return;
    if (button.dataset.open)
      return ui.panel === button.dataset.open ? panel.close() : panel.open(button.dataset.open);
    const { act: action } = button.dataset;
    if (action === "back") return panel.close();
    if (action === "default-keys") return keys.reset();
    act(action);
  });

  document.addEventListener("keydown", (event) => {
    if (keys.take(event)) return;
    if (event.key === "Escape" && ui.panel) return panel.close();
    if (ui.panel && takeChoiceKey(event, isField(event.target))) return;
    if (
      !ui.panel &&
      keys.chosen.hasSingleLetters &&
      /^[1-9]$/.test(keyOf(event) ?? "") &&
      !isField(event.target)
    )
      return toPlace(Number(event.key));
    const action = actionOf(event, { ...keys.chosen, isInField: isField(event.target) });
    const isForPlaces =
      !ui.panel && phaseOf(stateNow()) === "choose" && !OF_EVERY_VIEW.includes(action ?? "");
    if (isForPlaces && takeChoiceKey(event, isField(event.target), PLACE_FILTER)) return;
    if (!action || ui.panel === "keys") return;
    if (ui.panel && event.key.length === 1 && actsAtOnce(action)) return; // typed for the choice
    event.preventDefault();
    if (action === "reception") return document.querySelector("[data-switch]")?.click();
    if (action === "speak") return speech.speak(speech.whole());
    if (phaseOf(stateNow()) === "choose") return;
    act(
      action === "pause" && isPausing(stateNow())
        ? "resume"
        : action === "pause" && !document.querySelector("[data-panel]")
          ? "pause-now"
          : action,
    );
  });
}
