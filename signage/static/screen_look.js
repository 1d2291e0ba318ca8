// The organisation's look on a screen, and whether all of it has come: what is measured before would have to
// be measured again.

import { wear } from "/assets/look.js";

const LONGEST_WAIT_MS = 5_000;

/** `redraw()` when something has come that may have another size. */
export function createScreenLook(redraw) {
  /** @type {number | null} */
  let awaitedSince = null;

  /** All fonts, so that none is loaded only when a notice needs it. */
  function loadFonts() {
    for (const face of document.fonts) face.load().catch(() => {}); // one that is not there is done without
  }

  loadFonts();
  document.fonts.ready.then(redraw);
  document.fonts.addEventListener("loadingdone", redraw);

  return {
    /** Wears a look, `null` for none yet. */
    wear: (look) =>
      wear(look, () => {
        loadFonts();
        redraw();
      }),

    /** Whether fonts, stylesheet and logo are there, or are not waited for any longer. */
    isWhole: () => {
      if (document.fonts.status === "loaded" && !isComing()) awaitedSince = null;
      else awaitedSince ??= Date.now();
      return awaitedSince === null || Date.now() - awaitedSince > LONGEST_WAIT_MS;
    },
  };
}

/** Whether a stylesheet or a logo is on its way. */
function isComing() {
  const sheets = /** @type {HTMLLinkElement[]} */ ([...document.querySelectorAll("link[data-look]")]);
  const logos = /** @type {HTMLImageElement[]} */ ([...document.querySelectorAll("img[data-logo]")]);
  return sheets.some((link) => !link.sheet) || logos.some((logo) => !logo.complete);
}
