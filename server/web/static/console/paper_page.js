// The page that the service worker keeps for when the console cannot be loaded: calls from paper alone. It
// holds nothing about a person and sends nothing; the console enters the calls.

import { hourTeller } from "../shared/durations.js";
import { hallWords } from "../shared/hall_words.js";
import { readJson, sayer } from "../shared/sentences.js";
import { createPaperCalls } from "./paper_calls.js";

const ASKED_EVERY_MS = 5_000;

const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const words = { say, hour: hourTeller(page.language, page.hall.time_zone), hall: hallWords(page) };
let isLive = false;
const paper = createPaperCalls({
  words,
  headers: null,
  isLive: () => isLive,
  entered: () => {},
  closed: () => location.assign(`/console?hall=${encodeURIComponent(page.hall.slug)}`),
});
paper.open();

setInterval(async () => {
  const answer = await fetch("/health/ready", { cache: "no-store" }).catch(() => null);
  if (isLive === Boolean(answer?.ok)) return;
  isLive = Boolean(answer?.ok);
  paper.render();
}, ASKED_EVERY_MS);
