// Whether a slide has room in a box, as the browser lays it out. A long measurement is made in parts, so that
// no call waits for it: each time it begins again, asks the same questions in the same order, and gets its
// former answers without a layout. DOM only.

const UNFINISHED = Symbol("unfinished");

/** @type {{ answers: boolean[], asked: number, until: number, isNew: boolean, box?: HTMLElement } | null} */
let part = null;

/**
 * Whether the slide that `build()` makes has room in an empty box, or in a share of its height. `build` is
 * not called where the answer is known; it must not ask for room itself.
 */
export function hasRoom(box, build, share = 1) {
  if (!part) {
    const fits = measured(box, build(), share);
    box.replaceChildren();
    return fits;
  }
  const { answers, asked } = part;
  if (asked === answers.length) {
    if (part.isNew && performance.now() > part.until) throw UNFINISHED;
    answers.push(measured(box, build(), share));
    Object.assign(part, { isNew: true, box });
  }
  part.asked += 1;
  return answers[asked];
}

/**
 * Returns a function that goes on with `work()` until an instant of `performance.now()`, by one question at
 * least: true once it is done and `onDone(result)` was called. `work` must ask the same each time.
 */
export function inParts(work, onDone) {
  /** @type {boolean[]} */
  const answers = [];
  return (until) => {
    part = { answers, asked: 0, until, isNew: false };
    try {
      onDone(work());
      return true;
    } catch (error) {
      if (error !== UNFINISHED) throw error;
      return false;
    } finally {
      part.box?.replaceChildren(); // not after each question: emptied, it would be laid out twice as often
      part = null;
    }
  };
}

function measured(box, slide, share) {
  box.dir = slide.dir; // words that are too long stand out at the end of a line, where the box measures
  box.replaceChildren(slide);
  return (
    (share < 1 ? slide.offsetHeight <= box.clientHeight * share : box.scrollHeight <= box.clientHeight + 1) &&
    box.scrollWidth <= box.clientWidth + 1
  );
}
