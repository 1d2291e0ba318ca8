// The rooms that a notice may have on the page, to measure in before it is shown there.

const BESIDE = { notices: "yes", crowded: "no", quiet: "no", rest: "no", view: "rest" };

export const rooms = {
  /** Beside calls. */
  beside: (work) => inRoom(BESIDE, work),
  /** Alone, without calls. */
  alone: (work) => inRoom({ ...BESIDE, quiet: "yes" }, work),
};

/** Do something with the page as it is in another state, and bring it back before anything is drawn. */
function inRoom(look, work) {
  /** @type {Record<string, string | undefined>} */
  const dataset = document.body.dataset;
  /** @type {[string, string | undefined][]} */
  const former = Object.keys(look).map((name) => [name, dataset[name]]);
  Object.assign(dataset, look);
  try {
    return work();
  } finally {
    for (const [name, value] of former) {
      if (value === undefined) delete dataset[name];
      else dataset[name] = value;
    }
  }
}
