// The page of every device of every hall: a table a hall, live. The socket says that something changed; the
// page reads again.

import { withLiveness } from "../shared/clock.js";
import { createPairing } from "./devices_pairing.js";
import { createHallTable } from "./devices_table.js";
import { summaryOfHalls } from "./devices_state.js";
import { one, write } from "../shared/dom.js";
import { hourTeller } from "../shared/durations.js";
import { connect } from "../shared/live.js";
import { createPaced } from "../shared/paced_refetch.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";
import { read, tellBarred } from "../shared/verbs.js";
import { drawLiveness } from "../shared/waiting_view.js";

const AT_MOST_EVERY_MS = 2000;
const AT_LEAST_EVERY_MS = 30000;
const readInTurn = inTurn(() => read("/api/v1/devices"));
const page = readJson("console-page");
const say = sayer(readJson("sentences"), page.language);
const hour = hourTeller(page.language, page.hall.time_zone);
const { now: refresh, soon, ageMs } = createPaced(readDevices, AT_MOST_EVERY_MS);
/** @type {HTMLInputElement} */
const only = one("[data-only]");
const place = document.querySelector('[data-list="halls"]');
const tables = new Map();
let state = { isLive: false, lostAtMs: null, clockOffsetMs: 0 };
/** @type {Api.SupervisedHall[] | null} */
let halls = null;

const pairing = createPairing({
  say,
  hour,
  onPaired: refresh,
  openPrinter: (hall, kiosk) => tables.get(hall)?.openPrinter(kiosk),
});

connect(
  "/agent",
  { hall: page.hall.slug, devices: "every" },
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
only.addEventListener("change", draw);

async function readDevices() {
  try {
    /** @type {Api.DevicesAnswer | null} */
    const answer = await readInTurn();
    if (!answer) return;
    halls = answer.halls;
    state = { ...state, clockOffsetMs: Date.parse(answer.as_of) - Date.now() };
  } catch (failure) {
    // Not reachable: the page says so, and the next connection reads again.
    tellBarred(failure);
  }
  draw();
}

function draw() {
  drawLiveness(state, { say, hour });
  if (!halls) return;
  const { count, all } = summaryOfHalls(halls);
  write(
    "summary",
    count ? say("supervision.needing", { count, all }) : say("supervision.all_well", { count: all }),
  );
  for (const hall of halls) {
    if (!tables.has(hall.hall))
      tables.set(hall.hall, createHallTable(hall, { place, say, language: page.language, onDone: refresh }));
    tables.get(hall.hall).draw(hall, { only: only.checked });
  }
  pairing?.draw(halls);
}

setInterval(() => {
  draw();
  if (state.isLive && ageMs() > AT_LEAST_EVERY_MS) soon();
}, 1000);
