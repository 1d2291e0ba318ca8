// Incidents on a page at work: what others ask for, with « J’y vais », and what became of one's own.

import {
  newlyReceived,
  NO_INCIDENTS,
  ownIncidents,
  ownText,
  receivedIncidents,
  receivedText,
  withAnswer,
  withHall,
} from "./incident_state.js";
import { createIncidentKey, soon } from "./incident_key.js";
import { beep } from "./incident_sound.js";
import { draw as drawIn, html, icon, nothing, repeat } from "../shared/drawing.js";
import { hourTeller } from "../shared/durations.js";
import { accepted, isBehind, NOTHING_SEEN } from "../shared/freshness.js";
import { readJson, sayer } from "../shared/sentences.js";
import { csrfHeader, read, send } from "../shared/verbs.js";

const REDRAWN_EVERY_MS = 15000;

/** The page's kind where it receives incidents, for the handshake of its socket; null for any other page. */
export function incidentPage() {
  return document.querySelector("[data-incidents]")?.dataset.incidents ?? null;
}

/**
 * Watches the incidents of a hall (slug) over a page's socket, where the page has a place for them: read at
 * each connection, then from whole states. A heartbeat with a version that no message of the hall has brought
 * makes the page read again after `spread()` ms.
 */
export function watchIncidents(socket, hall, spread) {
  const place = document.querySelector("[data-incidents]");
  if (!place) return;
  const { language, time_zone: zone, phone, receives, sentences } = readJson("incident-line");
  const words = { say: sayer(sentences, language), language, hour: hourTeller(language, zone), phone, hall };
  const notReceived = new Set();
  const notSent = new Set(); // incidents about which a press has not reached the server yet
  /** @type {Record<string, import("../shared/freshness.js").Order>} by hall, of messages of every kind */
  const orders = {};
  let state = NO_INCIDENTS;
  let former = [];

  function change(next) {
    state = next;
    draw();
  }

  function draw() {
    const received = receives ? receivedIncidents(state, hall, Date.now()) : [];
    if (newlyReceived(former, received)) beep();
    former = received;
    drawIn(
      place,
      repeat(received, ({ incident }) => incident, receivedLine),
    );
    document.body.classList.toggle("has-incidents", received.length > 0);
    drawIn(
      document.querySelector("[data-incident-own]"),
      repeat(ownIncidents(state), ({ incident }) => incident, ownLine),
    );
  }

  function receivedLine(incident) {
    const isMine = state.answered.includes(incident.incident);
    const isOpen = incident.state !== "answered";
    const text = receivedText(incident, { ...words, isMine });
    const label = words.say(isOpen ? "incidents.received.come" : "incidents.own.over");
    const hasButton = isOpen || (isMine && incident.hall === hall);
    return html`<p class=${isOpen ? "open" : "answered"}>
      ${icon(isOpen ? "users" : "check")}<span>${text}</span>${isOpen ? delay(incident) : nothing}
      ${hasButton ? button(label, text, () => act(incident, isOpen ? "answer" : "end")) : nothing}
    </p>`;
  }

  function ownLine(incident) {
    const text = ownText(incident, { ...words, isReceived: !notReceived.has(incident.incident) });
    const end = (reason) =>
      button(words.say(`incidents.own.${reason}`), text, () => act(incident, "end", { reason }));
    return html`<div class="own">
      <p>${text}</p>
      ${delay(incident)}
      <p>${end("over")}${incident.state === "answered" ? nothing : end("mistake")}</p>
    </div>`;
  }

  /** That a press about an incident has not arrived: whoever pressed may be on the way already. */
  function delay({ incident }) {
    return notSent.has(incident)
      ? html`<span class="delay">${words.say("incidents.not_sent_yet")}</span>`
      : nothing;
  }

  function button(label, about, press) {
    return html`<button type="button" class="quiet" @click=${press}>
      ${label}<span class="visually-hidden"> : ${about}</span>
    </button>`;
  }

  async function act({ incident }, verb, body = {}) {
    const path = `/api/v1/halls/${hall}/incidents/${incident}/${verb}`;
    const delayed = () => {
      notSent.add(incident);
      draw();
    };
    const answer = await send({ path, body, headers: csrfHeader() }, { fetch: soon, onRepeat: delayed });
    if (answer.status === 0) return;
    notSent.delete(incident);
    if (answer.ok && verb === "answer" && answer.body.is_own)
      change({ ...state, answered: [...state.answered, incident] });
    await readIncidents();
  }

  async function readIncidents() {
    try {
      /** @type {Api.IncidentsAnswer} */
      const answer = await read(`/api/v1/halls/${hall}/incidents`);
      answer.halls.forEach(note);
      change(withAnswer(state, answer, Date.now()));
    } catch {
      // Not reachable: what is shown stays until the next message or connection.
    }
  }

  function note(message) {
    orders[message.hall] = accepted(orders[message.hall] ?? NOTHING_SEEN, message) ?? orders[message.hall];
  }

  socket.onAny((name, message) => {
    if (name !== "heartbeat" && message?.hall && message.version !== undefined) note(message);
  });
  socket.on("incident.changed", (message) => change(withHall(state, message)));
  socket.on("connect", readIncidents);
  socket.on("heartbeat", (beat) => {
    if (state.halls[beat.hall] && isBehind(orders[beat.hall], beat)) setTimeout(readIncidents, spread());
  });
  setInterval(draw, REDRAWN_EVERY_MS);
  createIncidentKey({
    hall,
    words,
    isLive: () => socket.connected,
    raised({ incident, is_received: isReceived }) {
      if (!isReceived) notReceived.add(incident);
      change({ ...state, own: [...state.own, incident] });
      return readIncidents();
    },
  });
}
