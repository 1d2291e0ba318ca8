// The page of every device of every hall: a table a hall, live. The socket says that something changed; the
// page reads again.

import { createPairing } from "./devices_pairing.js";
import { createHallTable } from "./devices_table.js";
import { rowsOf, summaryOfHalls } from "./devices_state.js";
import { one, write } from "../shared/dom.js";
import { drawList } from "../shared/drawing.js";
import { hourTeller } from "../shared/durations.js";
import { follow } from "../shared/liveness.js";
import { readJson, sayer } from "../shared/sentences.js";
import { read } from "../shared/verbs.js";

const page = readJson("console-page");
const { language } = page;
const say = sayer(readJson("sentences"), language);
const hour = hourTeller(language, page.hall.time_zone);
/** @type {HTMLInputElement} */
const only = one("[data-only]");
/** @type {HTMLInputElement} */
const typed = one("[data-find-device]");
const tables = new Map();

const { refresh, redraw } = follow(
  { hall: page.hall.slug, devices: "every" },
  {
    message: "devices.changed",
    read: () => read("/api/v1/devices"),
    draw,
    everyMs: 2000,
    leastEveryMs: 30000,
    words: { say, hour },
  },
);
const openPrinter = (hall, kiosk) => tables.get(hall)?.openPrinter(kiosk);
const pairing = createPairing({ say, hour, onPaired: refresh, openPrinter });
only.addEventListener("change", redraw);
typed.addEventListener("input", redraw);

/** @param {Api.DevicesAnswer} answer */
function draw({ halls }) {
  const { count, all } = summaryOfHalls(halls);
  write(
    "summary",
    count ? say("supervision.needing", { count, all }) : say("supervision.all_well", { count: all }),
  );
  for (const hall of halls)
    if (!tables.has(hall.hall))
      tables.set(hall.hall, createHallTable(hall, { say, language, refresh, redraw }));
  const found = { only: only.checked, typed: typed.value.trim() };
  const left = halls.flatMap((hall) => rowsOf(hall, found)).length;
  write("filtered", found.typed ? say("device_list.found", { count: left, all }) : "");
  const focused = document.activeElement;
  const outcome = /** @type {HTMLElement | null | undefined} */ (
    focused?.closest(".manage")?.querySelector(".outcome")
  );
  drawList(
    "halls",
    halls.map((hall) => tables.get(hall.hall).view(hall, found)),
  );
  if (!focused?.checkVisibility()) outcome?.focus(); // what had the focus may no longer be done
  pairing?.draw(halls);
}
