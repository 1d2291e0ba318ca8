// What lets the page open without its server: its service worker, and what is around its views. Browsers
// allow a service worker over https and on the machine itself; elsewhere the page works without one.

const FRAME = "parvis.kiosk";
const FILES = "parvis-kiosk-files";
const TRY_AGAIN_MS = 5_000;

/**
 * Installs the service worker, and keeps what it answers with besides the release.
 *
 * `read(reading)`: the audio files of a view; `voices`: the languages that are read aloud; `onRelease()`: a
 * newer release has taken over, and the page must be loaded again.
 *
 * @param {{ serviceWorker: ServiceWorkerContainer | undefined, voices: string[], onRelease: () => void,
 *   read: (reading: { lang: string, view: string }) => Promise<string[]> }} wiring
 */
export function openKeeping({ serviceWorker, voices, onRelease, read }) {
  let hasWorker = Boolean(serviceWorker?.controller);
  let frame = storedFrame();
  let latest = null;
  let keptText = "";
  let again = 0;

  serviceWorker?.addEventListener("controllerchange", () => {
    if (hasWorker) return onRelease();
    hasWorker = true; // the first of this page: the next one is a release
    if (latest) keep(latest);
  });

  const lookAgain = () => {
    clearTimeout(again);
    again = setTimeout(look, TRY_AGAIN_MS);
  };

  // A browser installs a release with all its files or not at all.
  async function look() {
    try {
      const registration = await serviceWorker?.register("/kiosk/worker.js", { scope: "/kiosk" });
      await registration?.update();
      const installing = registration?.installing;
      installing?.addEventListener("statechange", () => installing.state === "redundant" && lookAgain());
    } catch {
      /* the server is away, or an agent serves the page: asked again at the next connection */
    }
  }

  // Nothing of a visitor is part of it.
  async function keep(menu) {
    const { hall, time_zone: timeZone, languages, demonstration, look: worn } = (latest = menu);
    const around = { hall, time_zone: timeZone, languages, demonstration, look: worn };
    const text = JSON.stringify(around);
    if (!hasWorker || text === keptText) return;
    keptText = text;
    try {
      const spoken = languages.map(({ code }) => code).filter((code) => voices.includes(code));
      const said = await Promise.all(spoken.map((lang) => read({ lang, view: "away" })));
      await keepFiles([worn?.stylesheet, worn?.logo?.url, ...said.flat()].filter(Boolean));
      frame = { ...around, voices: Object.fromEntries(spoken.map((code, place) => [code, said[place]])) };
      localStorage.setItem(FRAME, JSON.stringify(frame));
    } catch {
      keptText = ""; // tried again with the next menu
    }
  }

  return {
    /** What was around the views when the server answered last; null where nothing was kept. */
    frame,
    /** Asks whether there is a newer release. */
    look,
    /** Keeps the hall, its languages and its look, and how it says aloud that no ticket is issued. */
    keep,
    /** The audio files that say so; none where they were not kept. */
    voiceOf: (language) => frame?.voices?.[language] ?? [],
  };
}

function storedFrame() {
  try {
    return JSON.parse(localStorage.getItem(FRAME) ?? "null");
  } catch {
    return null;
  }
}

async function keepFiles(addresses) {
  const kept = await caches.open(FILES);
  for (const { url } of await kept.keys())
    if (!addresses.includes(new URL(url).pathname)) await kept.delete(url);
  await kept.addAll(addresses);
}
