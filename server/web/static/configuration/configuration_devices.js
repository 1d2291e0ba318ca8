// Who runs the configuration: one line a device, changed in place, by hall.

import { appliedOf } from "./configuration_words.js";
import { element, fill, write } from "../shared/dom.js";

const ICONS = { "up to date": "icon-check", downloading: "icon-clock", pending: "icon-clock" };

/** Draws the devices of the halls, and how many of them run what applies. */
export function drawDevices(place, { halls }, { say, moment }) {
  const { count, all } = appliedOf(halls);
  write("applied", all ? say("publishing.devices.applied", { count, all }) : say("publishing.devices.none"));
  const hallsWithDevices = halls.filter(({ devices }) => devices.length);
  fill(
    place,
    JSON.stringify(hallsWithDevices),
    hallsWithDevices.map((hall) => table(hall, { say, moment })),
  );
}

function table(hall, words) {
  const columns = ["device", "state", "seen"].map((name) =>
    element("th", { scope: "col" }, words.say(`publishing.devices.${name}`)),
  );
  const body = element("tbody", {}, ...hall.devices.map((device) => row(device, words)));
  return element(
    "table",
    {},
    element("caption", {}, element("bdi", {}, hall.name)),
    element("thead", {}, element("tr", {}, ...columns)),
    body,
  );
}

function row({ id, kind, label, state, seen_at: seenAt, is_connected: isHere }, { say, moment }) {
  const icon = element("i", { class: `icon ${ICONS[state] ?? "icon-alert"}`, "aria-hidden": "true" });
  const lastSeen = isHere
    ? say("publishing.devices.here")
    : seenAt
      ? moment(seenAt)
      : say("publishing.devices.never");
  return element(
    "tr",
    { "data-device": id },
    element(
      "th",
      { scope: "row" },
      element("bdi", {}, label),
      element("small", {}, say(`publishing.kind.${kind}`)),
    ),
    element("td", { "data-state": state }, icon, say(`publishing.state.${state.replaceAll(" ", "_")}`)),
    element("td", {}, lastSeen),
  );
}
