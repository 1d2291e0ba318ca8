// The page of a device that is being paired: its code in large letters, until a person has confirmed it.

import { one, setText, show, write } from "../shared/dom.js";
import { grouped, stateOf, pauseAfter, spelt } from "./pairing_state.js";
import { readJson, sayer } from "../shared/sentences.js";

const CONFIRMED_FOR_MS = 4_000;
const ANSWER_WITHIN_MS = 8_000;
const say = sayer(readJson("sentences"), document.documentElement.lang);
const main = one("main");
const saidPlace = one(".said");
const place = document.querySelector("[data-code]");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let shownCode = "";

write("address", `${location.host}/appareils`);
follow();
trySound();

/**
 * Says to the person who sets the device up whether this browser plays sound without a touch; a touch enables
 * it.
 */
async function trySound() {
  const context = new AudioContext();
  await pause(1_000);
  show("[data-sound]", context.state === "suspended");
  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => context.resume().then(() => show("[data-sound]", false)), { once: true });
  }
}

async function follow() {
  for (;;) {
    const now = stateOf(await ask());
    draw(now);
    if (now.state === "confirmed") {
      await pause(CONFIRMED_FOR_MS);
      location.replace(now.page);
      return;
    }
    await pause(pauseAfter(now));
  }
}

async function ask() {
  try {
    const size = {
      width_px: Math.round(screen.width * devicePixelRatio),
      height_px: Math.round(screen.height * devicePixelRatio),
    };
    const answer = await fetch("/device/pairing", {
      method: "POST",
      credentials: "same-origin",
      cache: "no-store",
      body: JSON.stringify(size),
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    return { status: answer.status, body: answer.ok ? await answer.json() : null };
  } catch {
    return null; // not reachable: the page says so and asks again
  }
}

function draw(now) {
  main.dataset.state = now.state;
  saidPlace.classList.toggle("visually-hidden", now.state === "shown");
  show("[data-code]", now.state === "shown");
  show("[data-how]", now.state === "shown");
  if (now.state !== "shown") {
    shownCode = "";
    write("said", say(`pairing.${now.state}`, { label: now.label, hall: now.hall }));
    return;
  }
  write("left", say("pairing.left", { count: Math.max(1, Math.ceil(now.leftS / 60)) }));
  if (now.code === shownCode) return;
  write("said", say(shownCode ? "pairing.other_code" : "pairing.code", { code: spelt(now.code) }));
  setText(place, grouped(now.code));
  shownCode = now.code;
}
