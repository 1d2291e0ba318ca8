// The page for supervision: its report, and its pictures.

import { drawPicture } from "./picture.js";
import { createPictures } from "./pictures.js";
import { createReporter, reportOf } from "./player_report.js";

const IDLE_WITHIN_MS = 2_000;

/**
 * Return `{tick, beat, forget, ask}`. `know()` gives the state of the page: the input of `reportOf`, and
 * `configuration`, `hall`, `screen`, `everyMs`, `isCalm`. `say(name, message)` sends it and returns whether
 * it could. A preview reports nothing.
 */
export function createSupervised({ isPreview, know, say, now = Date.now }) {
  if (isPreview) return { tick: () => {}, beat: () => {}, forget: () => {}, ask: () => {} };
  const reporter = createReporter({ send: say });
  let applied = null; // the configuration that was told
  const pictures = createPictures({ take: takePicture });

  async function takePicture() {
    await new Promise((resolve) => requestIdleCallback(resolve, { timeout: IDLE_WITHIN_MS }));
    const { hall, screen, isCalm } = know();
    if (!hall || !screen || !isCalm) return;
    const path = `/api/v1/halls/${encodeURIComponent(hall)}/screens/${encodeURIComponent(screen)}/picture`;
    const answer = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      cache: "no-store",
      body: await drawPicture(),
      headers: { "Content-Type": "image/webp", "X-Caller": "device" },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  }

  function tick() {
    const facts = know();
    reporter.tell(reportOf(facts));
    acknowledge(facts);
    pictures.tick({ now: now(), everyMs: facts.everyMs, isCalm: facts.isCalm });
  }

  function acknowledge({ configuration }) {
    if (configuration && configuration !== applied && say("configuration.applied", { configuration }))
      applied = configuration;
  }

  function forget() {
    reporter.again();
    applied = null;
  }

  return {
    tick,
    beat: () => {
      forget();
      const facts = know();
      reporter.tell(reportOf(facts));
      acknowledge(facts);
    },
    forget,
    ask: () => pictures.ask(now()),
  };
}
