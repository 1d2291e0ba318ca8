// A service by appointment only: the sheet « Comment prendre rendez-vous » that a kiosk prints, and the
// exceptional reasons to be received without an appointment. Pure, as kiosk_state.js.

export const sheetStart = { sheet: null };

// Whether the notice that is up offers the sheet: the kiosk prints, and one would need an appointment.
export const offersSheet = (state) =>
  state.prints && state.view === "notice" && state.notice === "appointment_only" && Boolean(state.service);

// The state of the paper: none (not requested), pending, printed, elsewhere, no_paper or unknown.
export function sheetPaper(state) {
  const { sheet, verdicts } = state;
  if (!sheet) return "none";
  if (sheet.isRefused) return "no_paper";
  const verdict = verdicts[sheet.job] ?? null;
  if (verdict === "held" || verdict === "refused") return "no_paper";
  if (verdict === "unknown" || (verdict !== "printed" && sheet.isLate)) return "unknown";
  if (state.otherPrinters[sheet.job]) return "elsewhere";
  return verdict === "printed" ? "printed" : "pending";
}

export const sheetPaperText = (state, say) =>
  say(`kiosk.appointment_sheet.paper.${sheetPaper(state)}`, {
    printer: state.otherPrinters[state.sheet.job],
  });

// `active` and `isGuarded` are the kiosk's own.
export function sheetReducers({ active, isGuarded }) {
  const isOf = (state, pressId) => state.sheet?.id === pressId;
  return {
    print_sheet(state, { pressId, at }) {
      if (!offersSheet(state) || state.sheet || isGuarded(state, at)) return state;
      const body = { service: state.service, language: state.language };
      return {
        ...active(state, at),
        sheet: { id: pressId, body, job: null, isRefused: false, isLate: false },
      };
    },

    sheet_queued: (state, { pressId, job }) =>
      isOf(state, pressId) ? { ...state, sheet: { ...state.sheet, job } } : state,
    sheet_refused: (state, { pressId }) =>
      isOf(state, pressId) ? { ...state, sheet: { ...state.sheet, isRefused: true } } : state,
    sheet_late: (state, { pressId }) =>
      isOf(state, pressId) ? { ...state, sheet: { ...state.sheet, isLate: true } } : state,
  };
}

export const exceptionalStart = { exceptional: null };

// Every service of the menu, those inside folders too.
const leaves = (menu) => (menu?.services ?? []).flatMap((each) => [each, ...each.children]);

// A service by its id; also one that a kiosk shows only to receive exceptionally.
export function serviceById(menu, id) {
  const services = leaves(menu);
  return (
    services.find((each) => each.id === id) ??
    services.map((each) => each.exceptional?.received_by).find((each) => each?.id === id) ??
    null
  );
}

// The way past the notice that is up: {received_by, reasons}; null where one needs an appointment and nothing
// else helps.
export function wayOf(state) {
  const isUp = state.view === "notice" && state.notice === "appointment_only";
  return (isUp && serviceById(state.menu, state.service)?.exceptional) || null;
}

// The reason chosen, in the menu's language; empty where none was.
export function reasonChosen({ menu, exceptional }) {
  const reasons = exceptional ? serviceById(menu, exceptional.service)?.exceptional?.reasons : null;
  return reasons?.find(({ id }) => id === exceptional.reason)?.name ?? "";
}

// The body of a press: the service on the sheet, or the one that needs an appointment with the reason why
export function askedFor({ exceptional }, service) {
  return exceptional
    ? { service: exceptional.service, exceptional_reason: exceptional.reason }
    : { service: service.id };
}

// `active`, `isGuarded` and `toTicket` are the kiosk's own.
export function exceptionalReducers({ active, isGuarded, toTicket }) {
  return {
    choose_reason(state, { reason, pressId, at }) {
      const way = wayOf(state);
      if (!way?.reasons.some(({ id }) => id === reason) || isGuarded(state, at)) return state;
      // the press that counted the demand goes on by itself: its answer is not waited for
      const chosen = {
        ...active(state, at),
        press: null,
        page: 0,
        exceptional: { service: state.service, reason },
      };
      return toTicket(chosen, way.received_by, pressId);
    },
  };
}

// Back from the sheet to the notice the reason was chosen on; null where none was.
export const exceptionalBack = ({ view, exceptional }) =>
  view === "sheet" && exceptional
    ? { view: "notice", service: exceptional.service, needs: [], page: 0, ...exceptionalStart }
    : null;
