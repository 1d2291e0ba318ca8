// What keeps the page going by itself: its service worker, the watch over its frames, the files of its programme.
// Browsers allow all three on https and on the machine itself; elsewhere the page plays without them.

const BEAT_MS = 1_000;

/** Install the service worker; `onRelease` is told when a newer one has taken over: the page is then to be loaded again. */
export function installWorker({ isPreview, onRelease }) {
  const { serviceWorker } = navigator;
  if (!serviceWorker || isPreview) return { look: () => {} };
  const hadOne = Boolean(serviceWorker.controller);
  serviceWorker.addEventListener("controllerchange", () => (hadOne ? onRelease() : watchFrames()));
  if (hadOne) watchFrames();
  const registered = serviceWorker.register("/screen/worker.js", { scope: "/screen" }).catch((error) => console.warn(error));
  return { look: async () => (await registered)?.update().catch(() => null) };
}

let isWatched = false;

function watchFrames() {
  if (isWatched) return;
  isWatched = true;
  const watch = new Worker("/screen/watch.js");
  let told = 0;
  const drawn = (at) => {
    if (at - told >= BEAT_MS) watch.postMessage({});
    told = at - told >= BEAT_MS ? at : told;
    requestAnimationFrame(drawn);
  };
  requestAnimationFrame(drawn);
  document.addEventListener("visibilitychange", () => watch.postMessage({ isSeen: !document.hidden }));
  watch.postMessage({ isSeen: !document.hidden });
}
