// The proof of display of this page. The displays of the media player go to the record; the display under way
// is written down every few seconds, so that a page that dies loses little. The record is reported to the
// server once an hour, and when a page begins, so that the displays of the page before wait no longer.

import { createRecord, nextReportMs, openStore } from "./display_record.js";
import { tellShown } from "./preview.js";

const OPEN = "parvis.display";
const KEEP_MS = 5_000;

/** `hall()` and `screen()` name this place once it is known; a preview proves nothing. */
export function createProof({ isPreview, hall, screen }) {
  if (isPreview || !globalThis.indexedDB)
    return { seen: () => {}, failed: () => {}, keep: tellShown, tell: () => {} };
  const record = createRecord({
    store: openStore(),
    post,
    isOwn: (display) => !display.screen || !screen() || display.screen === screen(),
  });
  let keptAt = 0;
  let hasToldAll = false;
  addLeftOver();
  schedule();

  async function post(body) {
    if (!hall() || !screen()) return { status: 0, body: null };
    const path = `/api/v1/halls/${encodeURIComponent(hall())}/screens/${encodeURIComponent(screen())}/displays`;
    const { displays } = body;
    const answer = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      cache: "no-store",
      body: JSON.stringify(body),
      headers: {
        "Content-Type": "application/json",
        "X-Caller": "device",
        "Idempotency-Key": `${body.record} ${displays[0].number} ${displays.at(-1).number} ${displays.length}`,
      },
    });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  }

  function addSeen(display) {
    write(null);
    record.add({ ...display, screen: screen() });
  }

  function failed(item, reason, notice, at) {
    console.warn(`${item} cannot be shown: ${reason}`);
    if (notice) record.add({ screen: screen(), item, notice, from: at, to: at, outcome: "failed" });
  }

  /** Write down the display under way, as if it ended now; at once when the page closes. */
  function keep(display, { isLast = false } = {}) {
    if (!display || (!isLast && Math.abs(display.to - keptAt) < KEEP_MS)) return;
    keptAt = display.to;
    write({ ...display, screen: screen(), outcome: "cut" });
  }

  /** The display of a page that closed or died. */
  function addLeftOver() {
    try {
      const left = JSON.parse(localStorage.getItem(OPEN) ?? "null");
      write(null);
      if (left) record.add(left);
    } catch {
      // no storage, or not ours
    }
  }

  function write(display) {
    try {
      if (display) localStorage.setItem(OPEN, JSON.stringify(display));
      else localStorage.removeItem(OPEN);
    } catch {
      // no storage: only displays that end while the page lives are reported
    }
  }

  function schedule() {
    setTimeout(() => {
      record.tell();
      schedule();
    }, nextReportMs(Date.now()));
  }

  /** The server answers: report the displays of an earlier page or of an outage. */
  async function tell() {
    if (hasToldAll) await record.tellDue(Date.now());
    else hasToldAll = await record.tell();
  }

  return { seen: addSeen, failed, keep, tell };
}
