// The service worker of the screen's page: keeps one whole release of the page and the media of its
// programme, so that a reload without network plays on. `RELEASE` ({version, files}) is written before this
// text when it is served: a new release is another text, which the browser installs beside the old one and
// which then takes its place.

/* global RELEASE */
const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const PAGE = "/screen";
const KEPT = `parvis-screen-${RELEASE.version}`;
const MEDIA = "parvis-media";
// of the programme, the voices of alerts, the organisation's look
const KEPT_FILES = /^\/(media|audio|look)\//;

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
  const names = await caches.keys();
  await Promise.all(
    names
      .filter((name) => name.startsWith("parvis-screen-") && name !== KEPT)
      .map((name) => caches.delete(name)),
  );
  await worker.clients.claim();
}

function answerTo(request) {
  const url = new URL(request.url);
  if (url.origin !== worker.location.origin || request.method !== "GET") return null;
  if (url.pathname === `${PAGE}/frozen`) return reloadPages();
  if (url.pathname === PAGE && url.search) return fetch(request).catch(keptPage);
  if (RELEASE.files.includes(url.pathname)) return fromRelease(request, url.pathname);
  return KEPT_FILES.test(url.pathname) ? fromMedia(request, url.pathname) : null;
}

/** The stored page; without one, the browser's answer where there is no network. */
async function keptPage() {
  return (await caches.match(PAGE)) ?? Response.error();
}

async function fromRelease(request, path) {
  const kept = await (await caches.open(KEPT)).match(path);
  return kept ?? fetch(request);
}

async function fromMedia(request, path) {
  const kept = await (await caches.open(MEDIA)).match(path);
  if (!kept) return fetch(request);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  return range ? partOf(kept, Number(range[1]), range[2]) : kept;
}

/** A range of a kept file: videos are read in ranges. */
async function partOf(kept, from, last) {
  const whole = await kept.blob();
  const to = last === "" ? whole.size : Math.min(Number(last) + 1, whole.size);
  if (from >= whole.size)
    return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${whole.size}` } });
  return new Response(whole.slice(from, to, whole.type), {
    status: 206,
    headers: {
      "Content-Type": kept.headers.get("Content-Type") ?? "",
      "Content-Length": String(to - from),
      "Content-Range": `bytes ${from}-${to - 1}/${whole.size}`,
      "Accept-Ranges": "bytes",
    },
  });
}

/** The watch reports that the page draws no more frames: the page is reloaded. */
async function reloadPages() {
  const pages = await worker.clients.matchAll({ type: "window" });
  const own = pages.filter((page) => new URL(page.url).pathname === PAGE);
  await Promise.all(own.map((page) => page.navigate(page.url).catch(() => null)));
  return new Response(null, { status: 204 });
}
