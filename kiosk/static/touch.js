// Touches at the kiosk: a finger that slides a little means the button where it landed, and a touch that
// nothing takes is answered where it was.

export const SLIDE_MS = 900;

/** Whether a touch means the button where it landed: it was short, or went no farther than `slidePx`. */
export function isMeant(down, up, slidePx) {
  return up.at - down.at <= SLIDE_MS || Math.hypot(up.x - down.x, up.y - down.y) <= slidePx;
}

/**
 * Follows the fingers on a page. `press(button)` says whether it did something; `miss(x, y)` answers a touch
 * that did nothing; `slidePx()` are two centimetres of this screen.
 *
 * @param {EventTarget} page
 * @param {{ press: (button: HTMLButtonElement) => boolean, miss: (x: number, y: number) => void,
 *   slidePx: () => number }} wiring
 */
export function followTouches(page, { press, miss, slidePx }) {
  const landed = new Map(); // by pointer
  let takenAt = -Infinity;

  const placeOf = (event) => ({ x: event.clientX, y: event.clientY, at: event.timeStamp });
  /** @returns {HTMLButtonElement | null} */
  const buttonOf = ({ target }) => (target instanceof Element ? target.closest("button") : null);

  page.addEventListener("pointerdown", (event) => {
    const pointer = /** @type {PointerEvent} */ (event);
    if (pointer.button === 0)
      landed.set(pointer.pointerId, { ...placeOf(pointer), button: buttonOf(pointer) });
  });
  page.addEventListener("pointerup", (event) => {
    const pointer = /** @type {PointerEvent} */ (event);
    const down = landed.get(pointer.pointerId);
    if (!landed.delete(pointer.pointerId)) return;
    takenAt = pointer.timeStamp;
    const { button } = down;
    const isTaken =
      button?.isConnected && !button.disabled && isMeant(down, placeOf(pointer), slidePx()) && press(button);
    if (!isTaken) miss(down.x, down.y);
  });
  page.addEventListener("pointercancel", (event) => {
    const { pointerId } = /** @type {PointerEvent} */ (event);
    const down = landed.get(pointerId);
    if (landed.delete(pointerId)) miss(down.x, down.y);
  });
  // keys, and programs that help, press without a finger
  page.addEventListener("click", (event) => {
    const isOfFinger = event.isTrusted && /** @type {MouseEvent} */ (event).detail > 0;
    const button = buttonOf(event);
    if (!button || button.disabled || (isOfFinger && event.timeStamp - takenAt < SLIDE_MS)) return;
    press(button);
  });
}
