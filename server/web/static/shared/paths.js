// Places in a document, as people read them: `rows[0].labels.fr`. Pure.

/** The steps of a path; a number leads into a list. */
export const stepsOf = (path) => path.replaceAll("[", ".").replaceAll("]", "").split(".");

/** The value at a path like `rows[0].labels.fr`; undefined when there is none. */
export function valueAt(content, path) {
  return stepsOf(path).reduce((found, step) => found?.[step], content);
}

/** Sets the value at a path, making missing parts on the way: a list where the next step is a number. */
export function setAt(content, path, value) {
  const steps = stepsOf(path);
  const last = steps.pop();
  let place = content;
  for (const [at, step] of steps.entries()) {
    place[step] ??= /^\d+$/.test(steps[at + 1] ?? last) ? [] : {};
    place = place[step];
  }
  place[last] = value;
}
