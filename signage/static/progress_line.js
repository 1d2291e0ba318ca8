// The line in the foot of a notice, which says how long its page still stays: it shortens until the page
// leaves. The compositor moves it, without the page. DOM only.

const SAME_MS = 250; // a clock that is set by less does not begin the line again
const STEPS = 8; // instead of motion, where less of it is asked for

/** `line` is the element that shortens, inside the strip that is hidden with it. */
export function createProgressLine(line) {
  let moving = /** @type {Animation | null} */ (null);
  let current = { page: /** @type {Element | null} */ (null), endsAt: 0 };
  const strip = line.parentElement;

  /** Show that a page has `leftMs` of its `wholeMs` left. */
  function show(page, { leftMs, wholeMs }) {
    const endsAt = performance.now() + leftMs;
    if (current.page === page && Math.abs(endsAt - current.endsAt) < SAME_MS) return;
    hide();
    current = { page, endsAt };
    strip.hidden = false;
    strip.dir = page.dir || "ltr";
    const scaleX = (share) => ({ transform: `scaleX(${share})` });
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const shortening = line.animate([scaleX(1), scaleX(0)], {
      duration: wholeMs,
      easing: isCalm ? `steps(${STEPS}, start)` : "linear",
      fill: "forwards",
    });
    shortening.currentTime = wholeMs - leftMs;
    moving = shortening;
  }

  function hide() {
    if (!current.page) return;
    moving?.cancel();
    moving = null;
    current = { page: null, endsAt: 0 };
    strip.hidden = true;
  }

  return { show, hide };
}
