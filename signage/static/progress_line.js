// The line in the foot of a notice, which says how long its page still stays: it shortens until the page
// leaves. It shortens by a clock of its own: an animation would have the page draw sixty times a second, as
// long as a notice stands. DOM only.

const SAME_MS = 250; // a clock that is set by less does not begin the line again
const EVERY_MS = 250;
const STEPS = 8; // instead of motion, where less of it is asked for

/** `line` is the element that shortens, inside the strip that is hidden with it. */
export function createProgressLine(line) {
  let timer = 0;
  let current = { page: /** @type {Element | null} */ (null), endsAt: 0, wholeMs: 1 };
  const strip = line.parentElement;

  /** Show that a page has `leftMs` of its `wholeMs` left. */
  function show(page, { leftMs, wholeMs }) {
    const endsAt = performance.now() + leftMs;
    if (current.page === page && Math.abs(endsAt - current.endsAt) < SAME_MS) return;
    hide();
    current = { page, endsAt, wholeMs };
    strip.hidden = false;
    strip.dir = page.dir || "ltr";
    draw();
    timer = setInterval(draw, EVERY_MS);
  }

  function draw() {
    const left = Math.min(Math.max((current.endsAt - performance.now()) / current.wholeMs, 0), 1);
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const share = isCalm ? Math.max(Math.ceil(left * STEPS) - 1, 0) / STEPS : left;
    const transform = `scaleX(${Number(share.toFixed(4))})`;
    if (line.style.transform !== transform) line.style.transform = transform;
  }

  function hide() {
    if (!current.page) return;
    clearInterval(timer);
    current = { page: null, endsAt: 0, wholeMs: 1 };
    strip.hidden = true;
  }

  return { show, hide };
}
