// The open alarms of the hall on a page at work: one quiet line, which in a card opens, with the way to their
// page.

import { draw, html, icon } from "../shared/drawing.js";
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
      if (answer) show(place, answer.alarms, words);
    } catch {
      // Not reachable: the shown alarms stay until the next message or connection.
    }
  }

  const { now, soon } = createPaced(showAlarms, AT_MOST_EVERY_MS);
  socket.on("alarm.changed", () => setTimeout(soon, spread()));
  socket.on("connect", now);
}

function show(place, alarms, words) {
  const count = document.querySelector("[data-alarm-count]");
  if (count) Object.assign(count, { textContent: String(alarms.length), hidden: alarms.length === 0 });
  place.hidden = alarms.length === 0;
  if (!place.hidden) draw(place, (place.dataset.alarms === "card" ? card : line)(alarms, words));
}

const sign = (alarm) => icon(alarm.acknowledged_at ? "clock" : "alert");

/** The first alarm, and how many more there are. */
function strip([first, ...others], say) {
  const more = others.length ? ` ${say("alarms.strip.more", { count: others.length })}` : "";
  return html`${sign(first)}<span><b>${first.text}</b>${more}</span>`;
}

function line(alarms, { say, page }) {
  return html`${strip(alarms, say)}<a href=${page}>${say("alarms.strip.see")}</a>`;
}

function card(alarms, { say, hour, page }) {
  const item = (alarm) => {
    const { acknowledged_at: at, acknowledged_by: who } = alarm;
    const since = say("alarms.since", { at: hour(alarm.raised_at) });
    const key = who ? "alarms.acknowledged_by" : "alarms.acknowledged";
    const lines = at ? [since, say(key, { who, at: hour(at) })] : [since];
    return html`<li>
      ${sign(alarm)}
      <p><b>${alarm.text}</b><small>${lines.join(" · ")}</small></p>
    </li>`;
  };
  return html`<details>
      <summary>${strip(alarms, say)}</summary>
      <ul>${alarms.map(item)}</ul>
    </details>
    <a href=${page}>${say("alarms.strip.see")}</a>`;
}
