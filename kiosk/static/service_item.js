// A service as a button in the kiosk’s lists.

import { longestLines, serviceLines } from "./words.js";
import { copyOf, setIcon, showText, slotsOf } from "./elements.js";
import { atLongest } from "./paging.js";

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
    showText(slots.strong, lines.strong);
    showText(slots.caption, lines.caption);
  }
}
