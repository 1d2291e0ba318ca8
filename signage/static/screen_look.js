// The organisation's look on a screen, and whether all of it has come: what is measured before would have to
// be measured again.

import { wear } from "/assets/look.js";

const LONGEST_WAIT_MS = 5_000;
const SLANTED = /<(em|i)\b/i;

/**
 * `redraw()` when something has come that may have another size. `wordsFor(screen)` are the page's own words
 * there.
 */
export function createScreenLook(redraw, wordsFor) {
  /** @type {number | null} */
  let awaitedSince = null;
  let screenWithFonts = null;
  let texts = "";

  /** The fonts that the texts need, before they are drawn: no notice is measured with another one. */
  function loadFonts() {
    const letters = [...new Set(texts)].join("");
    const { fontFamily } = getComputedStyle(document.body);
    for (const style of ["400", "700", ...(SLANTED.test(texts) ? ["italic 400"] : [])])
      document.fonts.load(`${style} 1em ${fontFamily}`, letters).catch(() => {}); // done without
  }

  document.fonts.ready.then(redraw);
  document.fonts.addEventListener("loadingdone", redraw);

  return {
    /** Wears the look of a hall's screen, and loads the fonts of what it will show; null for none yet. */
    wear(screen) {
      if (screen && screen !== screenWithFonts) {
        screenWithFonts = screen;
        texts = JSON.stringify([screen, wordsFor(screen)]);
        loadFonts();
      }
      wear(screen?.look, () => {
        loadFonts();
        redraw();
      });
    },

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
