// The page of a hall's kiosks and screens: one card each, live. The socket says that something changed; the
// page reads again.

import { hourTeller, momentTeller } from "../shared/durations.js";
import { one, write } from "../shared/dom.js";
import { drawRows } from "../shared/drawing.js";
import { follow } from "../shared/liveness.js";
import { readJson, sayer } from "../shared/sentences.js";
import { deviceCard } from "./supervision_cards.js";
import { askedOf, keyOf } from "./supervision_state.js";
import { csrfHeader, read, send } from "../shared/verbs.js";

const page = readJson("console-page");
const { language, hall } = page;
const say = sayer(readJson("sentences"), language);
const HALL = `/api/v1/halls/${hall.slug}`;
const words = {
  say,
  language,
  hour: hourTeller(language, hall.time_zone),
  moment: momentTeller(language, hall.time_zone, say),
};
/** @type {HTMLDialogElement} */
const enlarged = one("dialog");
const requests = new Map(); // by screen: {at, pressedMs}, or {refused} with a sentence

const { refresh, redraw } = follow(
  { hall: hall.slug, devices: true },
  {
    message: "devices.changed",
    read: () => read(`${HALL}/supervision`),
    draw,
    everyMs: 1000,
    leastEveryMs: 30000,
    words,
  },
);

/** @param {Api.SupervisionAnswer} answer */
function draw({ devices, printers, releases, needing }) {
  const every = [...devices, ...printers];
  const [count, all] = [needing.length, every.length];
  write(
    "summary",
    count ? say("supervision.needing", { count, all }) : say("supervision.all_well", { count: all }),
  );
  const card = (device) => {
    const press = requests.get(device.id);
    const request = press?.refused ?? askedOf(press, device.picture, Date.now());
    return deviceCard(device, { releases, request, words, hall: hall.slug, onAsk: ask, onEnlarge: enlarge });
  };
  for (const kind of ["screen", "kiosk", "printer"]) {
    const ofKind = every.filter((device) => device.kind === kind);
    drawRows(kind, ofKind, keyOf, card);
  }
}

async function ask(screen) {
  requests.set(screen, { at: new Date(8.64e15).toISOString(), pressedMs: Date.now() });
  redraw();
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
