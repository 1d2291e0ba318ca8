// How one slide takes the place of another: the former one fades above the new one, so that no frame between
// them is empty. Opacity alone moves, which the compositor draws without the page. DOM only.

export const CHANGE_MS = 180;

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * `box` holds the slide that is shown, `leaving` is a box in the same place above it, which is empty but
 * during a change.
 */
export function createSlideChange({ box, leaving }) {
  /** @type {Animation[]} */
  const moving = [];
  let whenGone = null; // of the slide that leaves
  let isStill = false;

  /** Show a slide; `gone()` once the former one is not shown any more. */
  function bring(element, gone = () => {}) {
    end();
    const former = box.firstElementChild;
    box.replaceChildren(element);
    if (!former || !mayMove()) return gone();
    leaving.replaceChildren(former);
    whenGone = gone;
    fade(former, [1, 0]).onfinish = end;
    // a picture covers its whole room: what it uncovers has been there from the beginning
    if (!former.matches(".picture, .pictured")) fade(element, [0, 1]);
    return undefined;
  }

  /** Show another page of the slide: what both have in the same place, as the title, stands still. */
  function turnPage(element) {
    end();
    const former = box.firstElementChild;
    box.replaceChildren(element);
    if (former && mayMove()) for (const part of changedParts(former, element)) fade(part, [0, 1]);
  }

  /** Show the same slide with other figures, or laid out for another room: nothing moves. */
  function replace(element) {
    end();
    box.replaceChildren(element);
  }

  /** What moves has arrived at once. */
  function end() {
    for (const each of moving.splice(0)) each.cancel();
    leaving.replaceChildren();
    const gone = whenGone;
    whenGone = null;
    gone?.();
  }

  /** While it is still, slides change without motion. */
  function keepStill(value) {
    isStill = value;
    if (isStill && moving.length) end();
  }

  calm.addEventListener("change", end);

  const mayMove = () => !isStill && !calm.matches;

  function fade(element, opacity) {
    const animation = element.animate({ opacity }, { duration: CHANGE_MS, easing: "ease-out" });
    moving.push(animation);
    return animation;
  }

  return { bring, turnPage, replace, end, keepStill };
}

/** The children of a page that differ from those in the same place of the page before it. */
function changedParts(former, element) {
  const [before, now] = [former, element].map(
    (page) => page.querySelector(":scope > .pictured-media + *") ?? page,
  );
  return [...now.children].filter((part, at) => !isSame(part, before.children[at]));
}

/** Whether two parts are equal but for their « 1/3 ». */
function isSame(part, other) {
  if (!other) return false;
  const [one, two] = [part, other].map((each) => each.cloneNode(true));
  for (const mark of [one, two].map((each) => each.querySelector(".page-mark"))) mark?.replaceChildren();
  return one.isEqualNode(two);
}
