// The page of a hall's kiosks and screens: one card each, live. The socket says that something changed; the
// page reads again.

import { withLiveness } from "../shared/clock.js";
import { hourTeller, momentTeller } from "../shared/durations.js";
import { one, write } from "../shared/dom.js";
import { connect } from "../shared/live.js";
import { createPaced } from "../shared/paced_refetch.js";
import { readJson, sayer } from "../shared/sentences.js";
import { createCard } from "./supervision_cards.js";
import { askedOf, keyOf, summaryOf } from "./supervision_state.js";
import { inTurn } from "../shared/turns.js";
import { csrfHeader, read, send, tellBarred } from "../shared/verbs.js";
import { drawLiveness } from "../shared/waiting_view.js";

const AT_MOST_EVERY_MS = 1000;
const { now: refresh, soon, ageMs } = createPaced(readDevices, AT_MOST_EVERY_MS);
const AT_LEAST_EVERY_MS = 30000;
const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const HALL = `/api/v1/halls/${page.hall.slug}`;
const readInTurn = inTurn(() => read(`${HALL}/supervision`));
const hour = hourTeller(page.language, page.hall.time_zone);
const words = {
  say,
  hour,
  language: page.language,
  moment: momentTeller(page.language, page.hall.time_zone, say),
};
/** @type {HTMLDialogElement} */
const enlarged = one("dialog");
const cards = new Map();
const requests = new Map(); // by screen: {at, pressedMs}, or {refused} with a sentence
let state = { isLive: false, lostAtMs: null, clockOffsetMs: 0 };
let devicesRead = null;

connect(
  "/agent",
  { hall: page.hall.slug, devices: true },
  {
    live: () => {
      state = withLiveness(state, true, Date.now());
      refresh();
    },
    late: () => refresh(),
    lost: () => {
      state = withLiveness(state, false, Date.now());
      draw();
    },
    messages: { "devices.changed": soon },
  },
);

async function readDevices() {
  try {
    /** @type {Api.SupervisionAnswer | null} */
    const answer = await readInTurn();
    if (!answer) return;
    devicesRead = answer;
    state = { ...state, clockOffsetMs: Date.parse(answer.as_of) - Date.now() };
  } catch (failure) {
    // Not reachable: the page says so, and the next connection reads again.
    tellBarred(failure);
  }
  draw();
}

function draw() {
  drawLiveness(state, words);
  if (!devicesRead) return;
  const devices = [...devicesRead.devices, ...devicesRead.printers];
  const { count, all } = summaryOf(devices, devicesRead.releases);
  write(
    "summary",
    count ? say("supervision.needing", { count, all }) : say("supervision.all_well", { count: all }),
  );
  const keys = new Set(devices.map(keyOf));
  for (const [key, { card }] of cards)
    if (!keys.has(key)) {
      card.remove();
      cards.delete(key);
    }
  devices.forEach(drawDevice);
}

function drawDevice(device) {
  const list = document.querySelector(`[data-list="${device.kind}"]`);
  if (!list) return;
  const key = keyOf(device);
  if (!cards.has(key))
    cards.set(key, createCard(device, { list, words, hall: page.hall.slug, onAsk: ask, onEnlarge: enlarge }));
  const press = requests.get(device.id);
  cards.get(key).draw(device, {
    releases: devicesRead.releases,
    asked: press?.refused ?? askedOf(press, device.picture, Date.now()),
  });
}

async function ask(screen) {
  requests.set(screen, { at: new Date(8.64e15).toISOString(), pressedMs: Date.now() });
  draw();
  const answer = await send({
    path: `${HALL}/screens/${encodeURIComponent(screen)}/picture/ask`,
    headers: csrfHeader(),
  });
  const refused = answer.problem?.code === "device_not_connected" ? "away" : "failed";
  requests.set(screen, answer.ok ? { at: answer.body.asked_at, pressedMs: Date.now() } : { refused });
  await refresh();
}

function enlarge({ title, image, caption }) {
  one("h2", enlarged).textContent = title;
  /** @type {HTMLImageElement} */
  const large = one("img", enlarged);
  large.src = image.src;
  large.alt = image.alt;
  write("enlarged", caption);
  enlarged.showModal();
}

setInterval(() => {
  draw();
  if (state.isLive && ageMs() > AT_LEAST_EVERY_MS) soon();
}, 1000);
