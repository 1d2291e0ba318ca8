// The buttons under and in the kiosk’s views.

import { isToBeNoted } from "./ticket_state.js";
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

/** What ends the last view: « J’ai mon ticket », « J’ai noté mon numéro », or whose number it is. */
export function doneButtons(state, say) {
  if (state.isCovered)
    return [
      button({ act: "show_code", key: "mine", label: say("kiosk.action.mine"), icon: "check" }),
      button({
        act: "home",
        key: "not-mine",
        label: say("kiosk.action.not_mine"),
        icon: "house",
        kind: "primary",
      }),
    ];
  const [has, kind] = isToBeNoted(state) ? ["number", "primary"] : ["ticket", ""];
  const label = say(`kiosk.action.have_${has}`);
  return [button({ act: "home", key: `have-${has}`, label, icon: "check", kind })];
}

export const homeButton = (say) =>
  button({ act: "home", key: "home", label: say("kiosk.action.home"), icon: "house" });
