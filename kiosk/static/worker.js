// The service worker of the kiosk's page: keeps one whole release of it, so that a reload without server
// opens the page instead of the browser's error. Nothing of a visitor is kept. `RELEASE` ({version, files})
// is written before this text when it is served: a new release is another text, which the browser installs
// beside the old one and which then takes its place. In a block: its names
// are its own.

/* global RELEASE */

{
  const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
  const PAGE = "/kiosk";
  const KEPT = `parvis-kiosk-${RELEASE.version}`;
  const FILES = "parvis-kiosk-files"; // the organisation's look, and one sentence aloud: kept by the page

  worker.addEventListener("install", (event) => event.waitUntil(keepRelease()));
  worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
  worker.addEventListener("fetch", (event) => {
    const answer = answerTo(event.request);
    if (answer) event.respondWith(answer);
  });

  /** All files of a release or none: a page and scripts of two releases never meet. */
  async function keepRelease() {
    const kept = await caches.open(KEPT);
    await kept.addAll(RELEASE.files.map((file) => new Request(file, { cache: "reload" })));
    await worker.skipWaiting();
  }

  async function takeOver() {
    const former = (await caches.keys()).filter(
      (name) => name.startsWith("parvis-kiosk-") && name !== KEPT && name !== FILES,
    );
    await Promise.all(former.map((name) => caches.delete(name)));
    await worker.clients.claim();
  }

  function answerTo(request) {
    const url = new URL(request.url);
    if (url.origin !== worker.location.origin || request.method !== "GET") return null;
    const path = url.pathname + url.search;
    if (url.pathname === PAGE && url.search) return fetch(request).catch(() => kept(PAGE, KEPT, request));
    if (RELEASE.files.includes(path)) return kept(path, KEPT, request);
    return /^\/(look|audio)\//.test(url.pathname) ? kept(path, FILES, request) : null;
  }

  async function kept(path, name, request) {
    return (await (await caches.open(name)).match(path)) ?? fetch(request);
  }
}
