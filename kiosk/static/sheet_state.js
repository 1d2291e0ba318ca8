// The sheet « Comment prendre rendez-vous » that a kiosk prints where a service is by appointment only. Pure,
// as kiosk_state.js.

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
