// An alert of the hall on a page at work: shown at once, with who raised it and since when, until it is over.

import { draw, html, icon } from "../shared/drawing.js";
import { hourTeller } from "../shared/durations.js";
import { readJson, sayer } from "../shared/sentences.js";
import { createTurns } from "../shared/turns.js";
import { read } from "../shared/verbs.js";

/** Watches the alerts of a hall (slug) over a page's socket, where the page has a place to say them. */
export function watchAlerts(socket, hall, ifLate) {
  const place = document.querySelector("[data-alert-lines]");
  if (!place) return;
  const { language, time_zone: zone, sentences } = readJson("alert-strip");
  const say = sayer(sentences, language);
  const hour = hourTeller(language, zone);
  const turns = createTurns(); // of reads and of messages

  async function readAlerts() {
    const turn = turns.begin();
    try {
      /** @type {Api.HallAlertsAnswer} */
      const { alerts } = await read(`/api/v1/halls/${hall}/alerts`);
      if (turns.shows(turn)) show(alerts);
    } catch {
      // Not reachable: the shown alert stays until the next message or connection.
    }
  }

  function show(alerts) {
    draw(place, alerts.map(line));
    document.body.classList.toggle("alerted", alerts.length > 0);
  }

  function line({ texts, kind, drill, raised_at: at, raised_by: who }) {
    const what = texts.fr?.title ?? say(`server.alert.kind.${kind}`);
    const author = say(who ? "server.alert.by" : "server.alert.at", { time: hour(at), who });
    const title = (drill ? `${say("server.alert.drill")} · ` : "") + say("server.alert.strip", { what });
    return html`<p>${icon("alert")}<b>${title}</b> ${author}</p>`;
  }

  socket.on("alert.changed", ({ alert }) => {
    turns.overtake();
    show(alert ? [alert] : []);
    readAlerts();
    document.dispatchEvent(new Event("alert-changed"));
  });
  socket.on("connect", readAlerts);
  ifLate(socket, readAlerts);
}
