// The watch of the screen's page, in its own thread. The page reports each drawn frame about once a second.
// Where none was for `limit_s`, the service worker must reload the page, because a frozen page cannot reload
// itself. It counts its own seconds: a computer that slept is not a frozen page.

const TICK_MS = 1_000;
let limitS = 20;
let silentS = 0;
let isWatching = true;

self.addEventListener("message", ({ data }) => {
  silentS = 0;
  if (data.limit_s) limitS = data.limit_s;
  if ("isSeen" in data) isWatching = data.isSeen; // a hidden page draws no frames
});

setInterval(() => {
  silentS = isWatching ? silentS + 1 : 0;
  if (silentS < limitS) return;
  silentS = 0;
  fetch("/screen/frozen", { cache: "no-store" }).catch(() => null);
}, TICK_MS);
