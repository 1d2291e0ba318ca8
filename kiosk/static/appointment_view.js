// Draws the appointment's views: the keypad for a code, services and hours of convocations, the line on the
// ticket.

import { hasFailedConvocations, SHORTEST_CODE } from "./appointment_state.js";
import { duration, localeOf } from "./words.js";

const KEYS = [..."1234567890", ..."AZERTYUIOP", ..."QSDFGHJKLM", ..."WXCVBN"];

export function hourIn(state, instant) {
  const timeZone = state.menu?.time_zone;
  return new Date(instant).toLocaleTimeString(localeOf(state.language), {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
  });
}

function dayIn(state, instant) {
  const timeZone = state.menu?.time_zone;
  return new Date(instant).toLocaleDateString(localeOf(state.language), {
    timeZone,
    weekday: "long",
    day: "numeric",
    month: "long",
  });
}

// « Vous avez 20 min de retard… » for the ticket; empty without an appointment.
export function arrivalText(state, say) {
  const { appointment } = state.ticket;
  if (!appointment) return "";
  return say(`kiosk.arrival.${appointment.arrival}`, {
    at: hourIn(state, appointment.booked_at),
    late: duration(appointment.late_min ?? 0, say),
  });
}

// The problem of the typed code; empty without one.
export function codeErrorText({ codeError }, say) {
  return codeError
    ? `${say(`kiosk.notice.${codeError}.title`)}. ${say(`kiosk.notice.${codeError}.text`)}`
    : "";
}

export function appointmentNotice(state, say) {
  const at = state.noticeAt;
  return say(`kiosk.notice.${state.notice}.text`, at ? { at: hourIn(state, at), day: dayIn(state, at) } : {});
}

// `tools`: put, button, backButton, element, fillPaged, showText and showAway of the kiosk's view.
export function appointmentViews({ put, button, backButton, element, fillPaged, showText, showAway }) {
  const choice = (act, value, text, key) => {
    const made = button({ act, key, label: text });
    made.dataset.value = value;
    return element("li", {}, made);
  };
  return {
    appointment(state, say) {
      const slots = put("view-appointment", say);
      slots.code.textContent = state.code || "\u00a0";
      slots.code.style.setProperty("--letters", state.code.length);
      const error = codeErrorText(state, say);
      slots.code.toggleAttribute("aria-invalid", error !== "");
      showText(slots.error, error);
      const erase = button({
        act: "erase_code",
        key: "code-erase",
        label: say("kiosk.appointment.erase"),
        icon: "delete",
      });
      erase.disabled = !state.typed;
      const done = button({
        act: "submit_code",
        key: "code-done",
        label: say("kiosk.appointment.done"),
        icon: "check",
        kind: "primary",
      });
      done.disabled = state.code.length < SHORTEST_CODE;
      const without = button({
        act: "show_convocations",
        key: "without-code",
        label: say("kiosk.appointment.without_code"),
        icon: "calendar-clock",
      });
      fillPaged(
        slots,
        KEYS.map((letter) => choice("type_code", letter, letter, `code-${letter}`)),
        [backButton(say), without, erase, done],
        state,
        say,
      );
    },

    convocation(state, say) {
      if (hasFailedConvocations(state))
        return showAway(say, { retry: "retry_convocations", other: backButton(say) });
      const slots = put("view-convocation", say);
      const found = state.convocations?.find(({ service }) => service === state.convocation);
      slots.title.textContent = say(found ? "kiosk.convocation.hour" : "kiosk.convocation.service");
      const isNone = state.convocations !== null && !state.convocations.length;
      showText(
        slots.lede,
        isNone ? say("kiosk.convocation.none") : found ? nameOf(state, found.service) : "",
      );
      const items = found
        ? found.hours.map((hour) => choice("choose_hour", hour, hourIn(state, hour), `hour-${hour}`))
        : (state.convocations ?? []).map(({ service }) =>
            choice("choose_convocation", service, nameOf(state, service), `convocation-${service}`),
          );
      fillPaged(slots, items, [backButton(say)], state, say);
    },
  };
}

function nameOf(state, id) {
  const all = state.menu.services.flatMap((each) => [each, ...each.children]);
  return all.find((each) => each.id === id)?.name ?? id;
}
