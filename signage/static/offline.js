// What keeps the page going by itself: its service worker, the watch over its frames, the files of its
// programme.
// Browsers allow all three on https and on the machine itself; elsewhere the page plays without them.

import { panelOf } from "./player_report.js";

const BEAT_MS = 1_000;
const TRY_AGAIN_MS = 5_000;

/**
 * Install the service worker; `onRelease` is called when a newer one has taken over: the page must then be
 * reloaded.
 */
export function installWorker({ isPreview, onRelease }) {
  const { serviceWorker } = navigator;
  if (!serviceWorker || isPreview) return { checkRelease: () => {} };
  let hasOne = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => {
    if (hasOne) return onRelease();
    hasOne = true; // the first of this page: the next one is a release
    return watchFrames();
  });
  if (hasOne) watchFrames();
  const registered = serviceWorker
    .register("/screen/worker.js", { scope: "/screen" })
    .catch((error) => console.warn(error));
  const checkRelease = async () => {
    const registration = await registered;
    await registration?.update().catch(lookAgain);
    const { installing } = registration ?? {};
    installing?.addEventListener("statechange", () => installing.state === "redundant" && lookAgain());
  };
  // A browser installs a release only with all its files. When one did not arrive, ask for the release again.
  let again = 0;
  const lookAgain = () => {
    clearTimeout(again);
    again = setTimeout(checkRelease, TRY_AGAIN_MS);
  };
  return { checkRelease };
}

/** Whether frames are drawn: a hidden page draws none, nor does one whose output was turned off. */
function isDrawn() {
  return !document.hidden && panelOf(document.documentElement.dataset.panel)?.commanded !== "off";
}

let isWatched = false;

function watchFrames() {
  if (isWatched) return;
  isWatched = true;
  const watch = new Worker("/screen/watch.js");
  const drawn = () => {
    watch.postMessage({});
    // no more frames than that: a call must not wait for its turn
    setTimeout(() => requestAnimationFrame(drawn), BEAT_MS);
  };
  requestAnimationFrame(drawn);
  const tellSeen = () => watch.postMessage({ isSeen: isDrawn() });
  document.addEventListener("visibilitychange", tellSeen);
  // the program of this computer notes there whether it turned the panel off
  new MutationObserver(tellSeen).observe(document.documentElement, { attributeFilter: ["data-panel"] });
  tellSeen();
}
