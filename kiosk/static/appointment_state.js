// Appointments at the kiosk: type or scan a code, or choose service and hour. Pure, as kiosk_state.js.

export const LONGEST_CODE = 12;
export const SHORTEST_CODE = 3;
export const APPOINTMENT_NOTICES = [
  "unknown_appointment",
  "appointment_used",
  "appointment_cancelled",
  "appointment_other_day",
  "appointment_too_early",
];

export const appointmentStart = {
  code: "",
  codeError: null,
  convocations: null,
  isLoadingConvocations: false,
  convocation: null,
  wanted: null,
};

// Whether one may say from here that one has an appointment: at the start, or where a service asks for one.
export function offersAppointment({ menu, view, notice }) {
  return (
    Boolean(menu?.appointments) && (view === "start" || (view === "notice" && notice === "appointment_only"))
  );
}

// Whether the server did not say which convocations are expected.
export function hasFailedConvocations({ view, convocations, isLoadingConvocations }) {
  return view === "convocation" && convocations === null && !isLoadingConvocations;
}

// Back to the keypad, the code kept, when it was the code that was wrong; null for any other refusal.
export function wrongCode(state, code) {
  const isOfCode = state.press?.body.code !== undefined && code === "unknown_appointment";
  return isOfCode
    ? { ...state, view: "appointment", press: null, isTrying: false, codeError: code, page: 0 }
    : null;
}

// `active` and `isGuarded` are the kiosk's own.
export function appointmentReducers({ active, isGuarded }) {
  const isHere = (state, view, at) => state.view === view && !isGuarded(state, at);
  const check = (state, { pressId, at }, claim, service) => {
    // whose demand was counted: it was no demand
    const wantedService = state.wanted && { wanted_service: state.wanted };
    return {
      ...active(state, at),
      view: "taking",
      service,
      isTrying: true,
      codeError: null,
      press: {
        id: pressId,
        attempt: 1,
        body: { ...claim, ...wantedService, press_id: pressId, language: state.language, priority: false },
      },
    };
  };
  return {
    show_appointment(state, { at }) {
      if (!offersAppointment(state) || isGuarded(state, at)) return state;
      // a press that counted the demand goes on by itself: its answer is not waited for
      const wantedService = state.view === "notice" ? state.service : null;
      return {
        ...active(state, at),
        ...appointmentStart,
        wanted: wantedService,
        view: "appointment",
        folder: null,
        service: null,
        press: null,
        page: 0,
      };
    },

    // A reader types what it reads, from the start too: no guard, its keys come close together.
    type_code(state, { letter, at }) {
      const isReading = state.view === "start" && state.menu?.appointments;
      if (state.view !== "appointment" && !isReading) return state;
      const before = isReading ? { ...appointmentStart, view: "appointment", folder: null, page: 0 } : {};
      const code = ((isReading ? "" : state.code) + letter.toUpperCase()).slice(0, LONGEST_CODE);
      return { ...active(state, at), ...before, code };
    },

    erase_code: (state, { at }) =>
      state.view === "appointment" ? { ...active(state, at), code: state.code.slice(0, -1) } : state,

    submit_code(state, action) {
      if (state.view !== "appointment" || state.code.length < SHORTEST_CODE) return state;
      return check(state, action, { code: state.code }, null);
    },

    show_convocations(state, { at }) {
      return isHere(state, "appointment", at)
        ? {
            ...active(state, at),
            view: "convocation",
            convocations: null,
            isLoadingConvocations: true,
            convocation: null,
            page: 0,
          }
        : state;
    },

    convocations_loaded: (state, { services }) => ({
      ...state,
      convocations: services,
      isLoadingConvocations: false,
    }),

    convocations_failed: (state) => ({ ...state, isLoadingConvocations: false }),

    retry_convocations: (state, { at }) =>
      isHere(state, "convocation", at) && hasFailedConvocations(state)
        ? { ...active(state, at), isLoadingConvocations: true }
        : state,

    choose_convocation(state, { service, at }) {
      return isHere(state, "convocation", at)
        ? { ...active(state, at), convocation: service, page: 0, shownAt: at }
        : state;
    },

    choose_hour(state, action) {
      if (!isHere(state, "convocation", action.at) || !state.convocation) return state;
      return check(state, action, { service: state.convocation, booked_at: action.hour }, state.convocation);
    },
  };
}

// The reading that « Écouter » requests for these views; a typed code is not spoken.
export function appointmentReading({ view, language: lang, codeError, convocations, convocation }, onPage) {
  if (view === "appointment") return { lang, view, ...(codeError && { reason: codeError }) };
  if (convocations === null) return null;
  return convocation
    ? { lang, view, service: convocation, hours: onPage.join(",") }
    : { lang, view, shown: onPage.join(",") };
}

// One step back within the appointments; null where the kiosk's own step applies.
export function appointmentBack(state) {
  if (state.view !== "convocation") return null;
  return state.convocation ? { convocation: null, page: 0 } : { view: "appointment", page: 0 };
}
