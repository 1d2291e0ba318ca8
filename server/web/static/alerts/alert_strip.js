// An alert of the hall on a page at work: shown at once, with who raised it and since when, until it is over.

import { element, fill } from "../shared/dom.js";
import { hourTeller } from "../shared/durations.js";
import { readJson, sayer } from "../shared/sentences.js";
import { createTurns } from "../shared/turns.js";
import { read } from "../shared/verbs.js";

/** Watches the alerts of a hall (slug) over a page's socket, where the page has a place to say them. */
export function watchAlerts(socket, hall, ifLate) {
  const place = document.querySelector("[data-alert-lines]");
  if (!place) return;
  const { language, time_zone: zone, sentences } = readJson("alert-strip");
  const words = { say: sayer(sentences, language), hour: hourTeller(language, zone) };
  const turns = createTurns(); // of reads and of messages

  async function readAlerts() {
    const turn = turns.begin();
    try {
      /** @type {Api.HallAlertsAnswer} */
      const { alerts } = await read(`/api/v1/halls/${hall}/alerts`);
      if (turns.shows(turn)) draw(place, alerts, words);
    } catch {
      // Not reachable: the shown alert stays until the next message or connection.
    }
  }

  socket.on("alert.changed", ({ alert }) => {
    turns.overtake();
    draw(place, alert ? [alert] : [], words);
    readAlerts();
    document.dispatchEvent(new Event("alert-changed"));
  });
  socket.on("connect", readAlerts);
  ifLate(socket, readAlerts);
}

function draw(place, alerts, { say, hour }) {
  const lines = alerts.map((alert) => {
    const what = alert.texts.fr?.title ?? say(`server.alert.kind.${alert.kind}`);
    const time = hour(alert.raised_at);
    const author = alert.raised_by
      ? say("server.alert.by", { time, who: alert.raised_by })
      : say("server.alert.at", { time });
    const drill = alert.drill ? `${say("server.alert.drill")} · ` : "";
    return element(
      "p",
      {},
      element("i", { class: "icon icon-alert", "aria-hidden": "true" }),
      element("b", {}, drill + say("server.alert.strip", { what })),
      ` ${author}`,
    );
  });
  fill(place, JSON.stringify(alerts), lines);
  document.body.classList.toggle("alerted", lines.length > 0);
}
