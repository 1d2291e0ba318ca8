// What was typed or read by a reader of codes: a code, an address that holds one, or something else. Pure.

export const LONGEST_CODE = 32; // as the server keeps them
export const LONGEST_READ = 300;
const ADDRESS = /(?:https?:\/\/|www\.)\S+/i;
const OF_TICKET = /^\/(?:t\/[\w-]{16,}|suivi)\/?$/i; // the page that follows a ticket
const NAMES = /^(?:code|rdv|rendez-?vous|appointment|booking|reservation|ref|reference)$/i;
const NO_CODE = /[^a-z0-9 -]/i;

const lettersOf = (text) => text.replace(/[^a-z0-9]/gi, "").toUpperCase();

/** The letters to show while it is typed: none of an address. */
export const shownCode = (typed) =>
  typed.includes(":") || ADDRESS.test(typed) ? "" : lettersOf(typed).slice(0, LONGEST_CODE);

/**
 * The code in what was typed; or why there is none: `scanned_ticket`, the code of a ticket, or
 * `scanned_other`.
 *
 * @param {string} typed
 * @returns {{ code: string, error: string | null }}
 */
export function codeIn(typed) {
  const address = ADDRESS.exec(typed)?.[0];
  if (address) return codeInAddress(address);
  const code = lettersOf(typed);
  return NO_CODE.test(typed) || code.length > LONGEST_CODE ? without("scanned_other") : { code, error: null };
}

const without = (error) => ({ code: "", error });

// A link of a booking says its code by name, or ends with it.
function codeInAddress(address) {
  const url = urlOf(address);
  if (url && OF_TICKET.test(url.pathname)) return without("scanned_ticket");
  const fields = url ? [...url.searchParams, ...new URLSearchParams(url.hash.slice(1))] : [];
  const last = url?.pathname.split("/").filter(Boolean).at(-1) ?? "";
  const named = fields.find(([name]) => NAMES.test(name))?.[1];
  const code = lettersOf(named ?? (/\d/.test(last) && !last.includes(".") ? last : ""));
  return code.length >= 3 && code.length <= LONGEST_CODE ? { code, error: null } : without("scanned_other");
}

function urlOf(address) {
  try {
    return new URL(/^http/i.test(address) ? address : `https://${address}`);
  } catch {
    return null;
  }
}
