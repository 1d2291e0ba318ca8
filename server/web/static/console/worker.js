// The service worker of the console: keeps the page of calls from paper, which is shown where the console
// cannot be loaded. Nothing else is kept: no page that names a person, no answer of the API.

const paperWorker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const PAPER_KEPT = "parvis-console";
const ANSWER_MS = 8_000;
const OF_PAGES = /^\/(static|assets|look)\//;
// what a page, a script or a style names
const NAMED = {
  html: /(?:src|href)="([^"#]+)"/g,
  javascript: /(?:from|import)\s*\(?\s*"([./][^"]+)"/g,
  css: /url\("?([^")]+)/g,
};
let isAway = false;

paperWorker.addEventListener("install", () => paperWorker.skipWaiting());
paperWorker.addEventListener("activate", (event) => event.waitUntil(paperWorker.clients.claim()));
paperWorker.addEventListener("message", (event) => event.waitUntil(keep(event.data.page).catch(() => null)));
paperWorker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== paperWorker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(pageOf(request, url));
  else if (isAway && OF_PAGES.test(url.pathname)) event.respondWith(keptFile(request));
});

/** The page from the server; where it does not answer, the kept page of that hall, or of any. */
async function pageOf(request, url) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(ANSWER_MS) });
    isAway = false;
    return answer;
  } catch {
    const cache = await caches.open(PAPER_KEPT);
    const hall = url.searchParams.get("hall");
    const pages = (await cache.keys()).filter(({ url: kept }) => !OF_PAGES.test(new URL(kept).pathname));
    const own = pages.find(({ url: kept }) => new URL(kept).searchParams.get("hall") === hall);
    const kept = own ?? (hall ? null : pages[0]);
    isAway = true;
    return (kept && (await cache.match(kept))) ?? Response.error();
  }
}

async function keptFile(request) {
  return (await (await caches.open(PAPER_KEPT)).match(request.url)) ?? fetch(request);
}

/** Keeps a page with every file that it needs, or nothing. */
async function keep(page) {
  const found = new Map();
  const open = [new URL(page, paperWorker.location.origin).href];
  for (let address = open.pop(); address; address = open.pop()) {
    if (found.has(address)) continue;
    const answer = await fetch(address, { cache: "no-cache" });
    if (!answer.ok || answer.redirected) return;
    found.set(address, answer);
    open.push(...namedIn(await answer.clone().text(), answer.headers.get("Content-Type") ?? "", address));
  }
  const cache = await caches.open(PAPER_KEPT);
  await Promise.all([...found].map(([address, answer]) => cache.put(address, answer)));
}

function namedIn(text, type, address) {
  const kind = Object.keys(NAMED).find((name) => type.includes(name));
  return [...(kind ? text.matchAll(NAMED[kind]) : [])]
    .map(([, name]) => new URL(name, address))
    .filter(({ origin, pathname }) => origin === paperWorker.location.origin && OF_PAGES.test(pathname))
    .map(({ href }) => href);
}
