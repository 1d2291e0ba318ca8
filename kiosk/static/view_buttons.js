// The buttons under and in the kiosk’s views.

import { printOf } from "./kiosk_state.js";
import { button } from "./elements.js";

const NEED_ICONS = {
  step_free: "accessibility",
  deaf: "ear",
  blind: "eye-off",
  slow: "clock",
  interpreter: "languages",
};

export const backButton = (say) =>
  button({ act: "back", key: "back", label: say("kiosk.action.back"), icon: "arrow-left", kind: "flip" });
export function needsButton({ needs }, say) {
  const label = needs.length ? say("kiosk.needs.noted", { count: needs.length }) : say("kiosk.needs.ask");
  return button({ act: "show_needs", key: "needs", label, icon: "heart-handshake" });
}

export function needChoice(need, { needs }, say) {
  const isOn = needs.includes(need);
  const made = button({
    act: "toggle_need",
    key: `need-${need}`,
    label: say(`kiosk.needs.${need}`),
    icon: isOn ? "check" : NEED_ICONS[need],
  });
  made.dataset.need = need;
  made.setAttribute("aria-pressed", String(isOn));
  return made;
}

export function reasonButton({ id, name }) {
  const made = button({
    act: "choose_reason",
    key: `reason-${id}`,
    label: name,
    icon: "chevron-right",
    kind: "flip",
  });
  made.dataset.reason = id;
  return made;
}

export const alreadyButton = (say) =>
  button({
    act: "show_appointment",
    key: "appointment",
    label: say("kiosk.appointment.already"),
    icon: "calendar-check",
    kind: "primary already",
  });

export function sheetButton({ sheet }, say, kind) {
  const made = button({
    act: "print_sheet",
    key: "print-sheet",
    label: say("kiosk.appointment_sheet.print"),
    icon: "printer",
    kind,
  });
  if (sheet) made.setAttribute("aria-disabled", "true"); // keeps the focus
  return made;
}

export function doneButton(state, say) {
  const has = ["pending", "printed"].includes(printOf(state)) ? "ticket" : "number";
  return button({ act: "home", key: `have-${has}`, label: say(`kiosk.action.have_${has}`), icon: "check" });
}

export const homeButton = (say) =>
  button({ act: "home", key: "home", label: say("kiosk.action.home"), icon: "house" });
