// Finding a visit at the reception desk: the query, and the possible actions on a found visit. Pure.

/** The query of a number, or of the remembered facts about a lost ticket; null when nothing is filled in. */
export function queryOf({ number = "", service = "", at = "", counter = "", language = "" }) {
  const query = number.trim() ? { number: number.trim() } : { service, at, counter, language };
  const filled = Object.entries(query).filter(([, value]) => value);
  return filled.length ? new URLSearchParams(filled).toString() : null;
}

/**
 * What the desk may do with a visit: read its history; a reprint and links while it is open; the rest only
 * before the call. `prints`: whether the hall has a printer.
 *
 * @param {Api.FoundVisit} visit
 */
export function gesturesOf({ state, priority, linked, urgency, end_reason: reason }, { prints = true } = {}) {
  const reprint = prints ? ["reprint"] : [];
  if (state === "ended") return reason === "no_show" ? [...reprint, "history"] : ["history"];
  const links = linked?.length ? ["link", "unlink"] : ["link"];
  if (state !== "waiting") return [...reprint, ...links, "history"];
  const urgent = urgency ? [] : ["urgent"];
  return [...reprint, ...urgent, ...cardsOf(priority), "needs", ...links, "history", "cancel", "change"];
}

function cardsOf(priority) {
  if (priority === "declared") return ["card_seen", "card_missing"];
  return priority === "confirmed" ? ["card_missing"] : ["card_seen"];
}

/** One word for where the visit is, and what its sentence is filled with. */
export function placeOf(/** @type {Api.FoundVisit} */ { state, ahead, counter, end_reason: reason }) {
  if (state === "waiting") return ahead ? { word: "waiting", count: ahead } : { word: "first" };
  if (state === "ended") return { word: reason };
  return { word: state, counter };
}
