// The buttons under and in the kiosk’s views, and a service as a button in its lists.

import { longestLines, serviceLines } from "./words.js";
import { isToBeNoted, ticketsOf } from "./ticket_state.js";
import { button, copyOf, element, setIcon, showText, slotsOf } from "./elements.js";
import { atLongest } from "./paging.js";

const NEED_ICONS = {
  step_free: "accessibility",
  deaf: "ear",
  blind: "eye-off",
  cannot_read: "file-text",
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

/** The answers to whether an agent comes. */
export const escortButtons = (say) =>
  ["yes", "no"].map((answer) => {
    const made = button({
      act: "answer_escort",
      key: `escort-${answer}`,
      label: say(`kiosk.escort.${answer}`),
      icon: answer === "yes" ? "handshake" : "x",
    });
    made.dataset.value = answer;
    return made;
  });

/** The papers to bring, each with its drawing. */
export const paperItems = ({ bring, pictures }) =>
  bring.map((text, place) => {
    const item = element("li", { text });
    setIcon(item, pictures[place]);
    return item;
  });

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
  const [one, kind] = isToBeNoted(state) ? ["number", "primary"] : ["ticket", ""];
  const has = ticketsOf(state).length > 1 ? `${one}s` : one;
  const label = say(`kiosk.action.have_${has}`);
  return [button({ act: "home", key: `have-${has}`, label, icon: "check", kind })];
}

export const homeButton = (say) =>
  button({ act: "home", key: "home", label: say("kiosk.action.home"), icon: "house" });

export function appointmentItem(say) {
  const item = serviceItem(
    {
      id: "",
      name: say("kiosk.appointment.have"),
      icon: "calendar-check",
      state: "folder",
      children: [],
      subtitle: say("kiosk.appointment.have_note"),
    },
    say,
  );
  const { dataset } = buttonIn(item);
  dataset.act = "show_appointment";
  dataset.key = "appointment";
  delete dataset.service;
  return item;
}

/** The button of an item in a list. */
const buttonIn = (item) => /** @type {HTMLElement} */ (item.firstElementChild);

export function serviceItem(service, say) {
  const item = /** @type {HTMLElement} */ (copyOf("item-service").firstElementChild);
  const slots = slotsOf(item);
  const pressed = buttonIn(item);
  Object.assign(pressed.dataset, {
    act: "choose_service",
    service: service.id,
    key: `service-${service.id}`,
    state: service.state,
  });
  pressed.toggleAttribute("data-folder", service.children.length > 0);
  setIcon(slots.icon, service.icon);
  slots.name.textContent = service.name;
  write(serviceLines(service, say));
  // measured with its longest possible texts, then always that high
  atLongest.set(item, {
    fill() {
      pressed.style.removeProperty("min-height");
      write(longestLines(service, say));
    },
    keep() {
      const { height } = pressed.getBoundingClientRect();
      write(serviceLines(service, say));
      pressed.style.minHeight = `${height}px`;
    },
  });
  return item;

  function write(lines) {
    showText(slots.small, lines.small);
    slots.small.toggleAttribute("data-help", lines.small === service.subtitle);
    showText(slots.strong, lines.strong);
    showText(slots.caption, lines.caption);
  }
}
