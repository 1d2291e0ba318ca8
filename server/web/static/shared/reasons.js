// Reasons an agent may give, as codes kept in facts; their words are in the catalogue.

export const PAUSE_REASONS = ["break", "back_office", "telephone", "meeting"];
export const CHOSEN_REASONS = ["appointment", "frailty", "linked", "returning", "other"];
export const CANCEL_REASONS = ["misprint", "double_press", "superseded", "mistake"];
