// A screen's day in fast motion: the real page of the screen runs the programme of the day by a clock of its
// own, which is set here.

import { one, setText } from "../shared/dom.js";
import { readJson, sayer } from "../shared/sentences.js";

const page = readJson("fast-motion");
const say = sayer(readJson("sentences"), page.language);
const clock = new Intl.DateTimeFormat(page.language, { timeStyle: "short", timeZone: page.time_zone });
/** @type {HTMLIFrameElement} */
const screen = one("iframe");
/** @type {HTMLInputElement} */
const hour = one("#heure");
/** @type {HTMLSelectElement} */
const speed = one("#vitesse");
/** @type {HTMLButtonElement} */
const play = one("[data-play]");
const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
let isPlaying = false;

play.hidden = isStill;
play.addEventListener("click", () => run(!isPlaying));
one("[data-step]").addEventListener("click", () => {
  hour.stepUp();
  run(false);
});
hour.addEventListener("input", () => run(isPlaying));
speed.addEventListener("change", () => run(isPlaying));
screen.addEventListener("load", () => run(false));
addEventListener("message", take);
addEventListener("resize", fit);
fit();
if (screen.contentDocument?.readyState === "complete") run(false);

/** Sets the clock of the screen's page to the hour that is chosen, and lets it run or stand. */
function run(plays) {
  isPlaying = plays;
  setText(play, say(plays ? "screen_days.fast.pause" : "screen_days.fast.play"));
  const at = hour.valueAsNumber;
  const set = { at, speed: plays ? Number(speed.value) : 0 };
  screen.contentWindow?.postMessage(
    { programme: page.programme, room: "alone", clock: set },
    location.origin,
  );
  tell(at, null);
}

/** What the screen's page shows now. */
function take({ data, origin, source }) {
  if (origin !== location.origin || source !== screen.contentWindow || !data?.shown) return;
  const { at, notice } = data.shown;
  if (at >= Number(hour.max) && isPlaying) run(false);
  if (isPlaying) hour.valueAsNumber = at;
  tell(at, notice);
}

function tell(at, notice) {
  const title = page.programme.items.find((item) => item.notice === notice)?.content.title ?? "";
  hour.setAttribute("aria-valuetext", clock.format(at));
  setText(one("[data-now]"), [clock.format(at), title].filter(Boolean).join(" · "));
}

/** The page of the screen is as large as the screen, made smaller to fit. */
function fit() {
  const frame = one(".fast-frame");
  const [width, height] = [Number(screen.width), Number(screen.height)];
  const scale = Math.min(frame.clientWidth / width, (innerHeight * 0.6) / height);
  screen.style.left = `${(frame.clientWidth - width * scale) / 2}px`;
  screen.style.transform = `scale(${scale})`;
  frame.style.blockSize = `${height * scale}px`;
}
