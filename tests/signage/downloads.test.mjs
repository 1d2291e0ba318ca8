import assert from "node:assert/strict";
import { test } from "node:test";
import { createDownloads, stateOf } from "../../signage/static/downloads.js";

/** A browser's cache and network, in memory; `lost` are addresses that do not answer. */
function world({ has = [], lost = [], onWait = () => {} } = {}) {
  const files = new Map(has.map((url) => [url, "old"]));
  const kept = {
    match: async (url) => files.get(url),
    put: async (url, answer) => void files.set(url, answer),
    keys: async () => [...files.keys()].map((url) => ({ url: `https://screen.test${url}` })),
    delete: async (url) => files.delete(new URL(url).pathname),
  };
  const asked = [];
  const caches = [];
  const phases = [];
  const waits = [];
  const downloads = createDownloads({
    storage: { open: async () => kept },
    get: async (url, { cache }) => {
      asked.push(url);
      caches.push(cache);
      if (lost.includes(url)) throw new TypeError("no network");
      return { status: url.includes("gone") ? 404 : 200 };
    },
    wait: async (ms) => {
      waits.push(ms);
      if (ms === 60_000 && waits.filter((one) => one === ms).length > 1) await new Promise(() => {});
      if (ms === 60_000) lost.length = 0;
      if (ms === 60_000) onWait();
    },
    onPhase: (phase) => phases.push(phase),
  });
  return { downloads, files, asked, caches, phases };
}

test("missing files are fetched, and files no longer needed leave last", async () => {
  const { downloads, files, asked, phases } = world({ has: ["/media/a", "/media/old"] });
  await downloads.want(["/media/a", "/media/b", "/media/b"]);
  assert.deepEqual(asked, ["/media/b"]);
  assert.deepEqual([...files.keys()], ["/media/a", "/media/b"]);
  assert.deepEqual(phases, ["pending", "downloading", "up to date"]);
  await downloads.want(["/media/b", "/media/a"]);
  assert.deepEqual(asked, ["/media/b"]);
});

test("a failed download is reported, tried again, and the old files stay until then", async () => {
  const { downloads, files, phases } = world({ has: ["/media/old"], lost: ["/media/b"] });
  const done = downloads.want(["/media/b"]);
  await done;
  assert.deepEqual(phases, ["pending", "downloading", "not updated", "pending", "downloading", "up to date"]);
  assert.deepEqual([...files.keys()], ["/media/b"]);
});

test("a refused screen requests no file until its next programme", async () => {
  const { downloads, asked, phases } = world({ lost: ["/media/b"], onWait: () => downloads.stop() });
  await downloads.want(["/media/b"]);
  assert.deepEqual([asked.length, phases.at(-1)], [1, "not updated"]);
  await downloads.want(["/media/b"]);
  assert.equal(asked.length, 2);
});

test("without files a player is up to date; without the server it may be outdated", async () => {
  const { downloads, phases } = world();
  await downloads.want([]);
  assert.deepEqual(phases, ["up to date"]);
  assert.equal(stateOf("up to date", true), "up to date");
  assert.equal(stateOf("up to date", false), "possibly outdated");
  assert.equal(stateOf("downloading", false), "downloading");
  assert.equal(stateOf("unknown", true), "unknown");
});

test("a browser without storage plays all the same", async () => {
  const downloads = createDownloads({ storage: undefined, onPhase: () => assert.fail("no phase") });
  await downloads.want(["/media/a"]);
});

test("a picture that is shown meanwhile is fetched once; a film is fetched whole", async () => {
  const { downloads, caches } = world();
  await downloads.want(["/media/a.webp", "/media/b.webm"]);
  assert.deepEqual(caches, ["default", "no-store"]);
});
