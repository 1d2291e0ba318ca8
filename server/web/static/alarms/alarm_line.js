// The open alarms of the hall on a page at work: one quiet line, or each in a card, with the way to their
// page.

import { element, fill } from "../shared/dom.js";
import { hourTeller } from "../shared/durations.js";
import { createPaced } from "../shared/paced_refetch.js";
import { readJson, sayer } from "../shared/sentences.js";
import { inTurn } from "../shared/turns.js";
import { read } from "../shared/verbs.js";

const AT_MOST_EVERY_MS = 1000;

/**
 * Watches the alarms of a hall (slug) over a page's socket, where the page has a place for them: read at each
 * connection, and `spread()` ms after a change, so that a hall's pages do not all ask together.
 */
export function watchAlarms(socket, hall, spread) {
  const place = document.querySelector("[data-alarms]");
  if (!place) return;
  const { language, time_zone: zone, page, sentences } = readJson("alarm-line");
  const words = { say: sayer(sentences, language), hour: hourTeller(language, zone), page };
  const readAlarms = inTurn(() => read(`/api/v1/halls/${hall}/alarms`));

  async function showAlarms() {
    try {
      /** @type {Api.AlarmsAnswer | null} */
      const answer = await readAlarms();
      if (answer) draw(place, answer.alarms, words);
    } catch {
      // Not reachable: the shown alarms stay until the next message or connection.
    }
  }

  const { now, soon } = createPaced(showAlarms, AT_MOST_EVERY_MS);
  socket.on("alarm.changed", () => setTimeout(soon, spread()));
  socket.on("connect", now);
}

function draw(place, alarms, words) {
  const count = document.querySelector("[data-alarm-count]");
  if (count) Object.assign(count, { textContent: String(alarms.length), hidden: alarms.length === 0 });
  place.hidden = alarms.length === 0;
  const nodes =
    alarms.length === 0 ? [] : place.dataset.alarms === "card" ? card(alarms, words) : line(alarms, words);
  fill(place, JSON.stringify(alarms), nodes);
}

const sign = (alarm) =>
  element("i", { class: `icon icon-${alarm.acknowledged_at ? "clock" : "alert"}`, "aria-hidden": "true" });

function line(alarms, { say, page }) {
  const [first, ...others] = alarms;
  const more = others.length ? ` ${say("alarms.strip.more", { count: others.length })}` : "";
  return [
    sign(first),
    element("span", {}, element("b", {}, first.text), more),
    element("a", { href: page }, say("alarms.strip.see")),
  ];
}

function card(alarms, { say, hour, page }) {
  const lines = alarms.map((alarm) => {
    const since = say("alarms.since", { at: hour(alarm.raised_at) });
    const author = alarm.acknowledged_at
      ? say(alarm.acknowledged_by ? "alarms.acknowledged_by" : "alarms.acknowledged", {
          who: alarm.acknowledged_by,
          at: hour(alarm.acknowledged_at),
        })
      : "";
    return element(
      "li",
      {},
      sign(alarm),
      element(
        "p",
        {},
        element("b", {}, alarm.text),
        element("small", {}, [since, author].filter(Boolean).join(" · ")),
      ),
    );
  });
  return [
    element("h2", {}, say("alarms.title")),
    element("ul", {}, ...lines),
    element("a", { href: page }, say("alarms.strip.see")),
  ];
}
