// Keeps the screen of a tablet awake while the kiosk’s page is in sight, where the browser can: over https,
// and not on a tablet that saves its battery. Elsewhere the tablet’s own settings must do it.

/**
 * Asks for the screen to stay awake, and again after the browser let it go.
 *
 * @param {{ page: Document, wakeLock: WakeLock | undefined }} within
 */
export function keepAwake({ page, wakeLock }) {
  let held = false;

  async function ask() {
    if (!wakeLock || held || page.visibilityState !== "visible") return;
    held = true;
    try {
      const lock = await wakeLock.request("screen");
      lock.addEventListener("release", () => {
        held = false;
        ask();
      });
    } catch {
      held = false; // refused: asked again when somebody touches the screen, or the page comes back
    }
  }

  page.addEventListener("visibilitychange", ask);
  page.addEventListener("pointerdown", ask);
  return ask();
}
