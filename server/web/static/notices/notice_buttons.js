// Which presses a notice offers to its reader, the main one first. Pure.

/**
 * @typedef {"publish" | "propose" | "save" | "take_back" | "refuse" | "correct" | "withdraw" | "archive"
 *   } Press
 */

/**
 * The presses offered; `notice` null: a new one. `isDirty`: something typed is not saved. `mayPublish`: the
 * reader decides at every site that is ticked.
 *
 * @param {{ state: string, verbs: string[], is_mine: boolean, correction: unknown } | null} notice
 * @param {{ isDirty: boolean, mayPublish: boolean }} now
 * @returns {Press[]}
 */
export function pressesOf(notice, { isDirty, mayPublish }) {
  const onward = mayPublish ? "publish" : "propose";
  if (!notice) return [onward, "save"];
  const may = (/** @type {string} */ verb) => notice.verbs.includes(verb);
  const saved = /** @type {Press[]} */ (isDirty && may("edit") ? ["save"] : []);
  const put = /** @type {Press[]} */ (may("archive") ? ["archive"] : []);
  switch (notice.state) {
    case "draft":
    case "refused":
      return may("edit") ? [onward, ...saved, ...put] : put;
    case "submitted":
      if (!may("approve")) return may("take_back") ? ["take_back"] : [];
      return [onward, "refuse", ...(notice.is_mine ? /** @type {Press[]} */ (["take_back"]) : [])];
    case "approved":
      if (!may("publish")) return isDirty ? ["propose"] : [];
      return [onward, "refuse", ...put];
    case "published":
      return [
        ...(may("correct") && !notice.correction ? /** @type {Press[]} */ (["correct"]) : []),
        ...(may("withdraw") ? /** @type {Press[]} */ (["withdraw"]) : []),
      ];
    case "expired":
    case "withdrawn":
      return may("publish") ? [onward, ...put] : may("edit") ? ["propose"] : [];
    default:
      return [];
  }
}

/**
 * Whether what a notice says may be changed in the form. What waits for a decision is taken back first,
 * unless the reader decides.
 *
 * @param {{ state: string, verbs: string[] } | null} notice
 */
export const isEditable = (notice) =>
  !notice ||
  (notice.verbs.includes("edit") && (notice.state !== "submitted" || notice.verbs.includes("approve")));
