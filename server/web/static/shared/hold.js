// A button that does something grave: held for a moment, or pressed twice. One press alone never does it.

const HELD_MS = 1200;
const FIRST_COUNTS_MS = 5000;
const BOUNCE_MS = 600; // the second press of a double click is no second thought

/**
 * Makes a button act when it is held, by pointer or key, or pressed again within a few seconds, as a screen
 * reader presses it. `awaits(isAwaited)` says whether a second press is waited for.
 *
 * @param {HTMLButtonElement} button
 * @param {{ act: () => unknown, awaits: (isAwaited: boolean) => void, now?: () => number }} held
 */
export function holdToAct(button, { act, awaits, now = () => performance.now() }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let holding;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let forgetting;
  let firstAt = -Infinity;
  let hasActed = false;

  function begin() {
    stop();
    hasActed = false;
    button.classList.add("holding");
    holding = setTimeout(fire, HELD_MS);
  }

  function stop() {
    clearTimeout(holding);
    button.classList.remove("holding");
  }

  function forget() {
    clearTimeout(forgetting);
    firstAt = -Infinity;
    awaits(false);
  }

  function fire() {
    stop();
    forget();
    hasActed = true;
    act();
  }

  function press() {
    if (hasActed) {
      hasActed = false; // the click that ends a hold
      return;
    }
    const sinceMs = now() - firstAt;
    if (sinceMs < BOUNCE_MS) return;
    if (sinceMs <= FIRST_COUNTS_MS) {
      fire();
      hasActed = false;
      return;
    }
    firstAt = now();
    awaits(true);
    clearTimeout(forgetting);
    forgetting = setTimeout(forget, FIRST_COUNTS_MS);
  }

  button.addEventListener("pointerdown", (event) => event.button === 0 && begin());
  for (const end of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"])
    button.addEventListener(end, stop);
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    if (event.repeat) event.preventDefault();
    else begin();
  });
  button.addEventListener("click", press);
  return { forget };
}
