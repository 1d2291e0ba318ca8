// The captions of a film as somebody types them: a line each, « 0:04 Words », shown until the next line; a
// time alone ends the one before. Pure.

const LINE = /^(?:(\d+):)?(\d{1,3}):([0-5]\d)(?:[.,](\d{1,3}))?(?:\s+(.*))?$/;
const LONGEST_CUE = 120;
const LONGEST_MS = 6_000; // of a caption that no line ends

/**
 * The captions that some lines say, `{captions}`; or the number of the first line that says none, `{line}`:
 * without a time, too long, or before the line above.
 */
export function captionsIn(text) {
  const found = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (!line.trim()) continue;
    const [, hours = "0", minutes, seconds, parts = "0", words = ""] = LINE.exec(line.trim()) ?? [];
    const second = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    const from_ms = second * 1000 + Number(parts.padEnd(3, "0"));
    if (!minutes || words.length > LONGEST_CUE || from_ms <= (found.at(-1)?.from_ms ?? -1))
      return { line: at + 1 };
    found.push({ from_ms, text: words });
  }
  const captions = found.map((each, at) => {
    const next = found[at + 1]?.from_ms ?? Infinity;
    return { ...each, until_ms: Math.min(next, each.from_ms + LONGEST_MS) };
  });
  return { captions: captions.filter((each) => each.text) };
}

/** Lines that say some captions, in order: `captionsIn` reads them as they are, but where two overlap. */
export function linesOf(captions) {
  const lines = captions.map(({ from_ms, text }) => `${clock(from_ms)} ${text}`);
  return captions
    .flatMap(({ from_ms, until_ms }, at) => {
      const next = captions[at + 1]?.from_ms ?? Infinity;
      const isTold = until_ms >= Math.min(next, from_ms + LONGEST_MS);
      return isTold ? [lines[at]] : [lines[at], clock(until_ms)];
    })
    .join("\n");
}

const two = (number) => String(number).padStart(2, "0");

function clock(ms) {
  const parts = ms % 1000 ? `.${String(ms % 1000).padStart(3, "0")}` : "";
  return `${Math.floor(ms / 60_000)}:${two(Math.floor(ms / 1000) % 60)}${parts}`;
}

/** Captions as a WebVTT file. */
export function webvttOf(captions) {
  const time = (ms) => new Date(ms).toISOString().slice(11, 23); // of less than a day
  const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const cues = captions.map(
    ({ from_ms, until_ms, text }) => `\n${time(from_ms)} --> ${time(until_ms)}\n${plain(text)}\n`,
  );
  return `WEBVTT\n${cues.join("")}`;
}
