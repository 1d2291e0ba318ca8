// One card for each device, made once and then changed in place: reading and pressing there are not
// disturbed.

import { clockWords, panelMonthsWords, paperWords, uptimeWords, versionWords } from "./device_words.js";
import { element, setText } from "../shared/dom.js";
import { keyOf, panelWord, standingOf, troublesOf } from "./supervision_state.js";

const ICONS = { good: "icon-check", busy: "icon-clock", trouble: "icon-alert" };
const LINES = {
  screen: [
    "shows",
    "files",
    "seen",
    "clock",
    "sound",
    "panel",
    "panel_months",
    "revision",
    "release",
    "uptime",
  ],
  kiosk: ["seen", "clock", "release", "uptime"],
  printer: ["paper", "seen", "uptime"],
};

/** Return `draw(device, {releases, asked})` for the card of a device inside `list`. */
export function createCard(device, { list, words, hall, onAsk, onEnlarge }) {
  const { say } = words;
  const icon = element("i", { class: "icon", "aria-hidden": "true" });
  const state = element("span");
  const troubles = element("ul", { class: "troubles" });
  const isScreen = device.kind === "screen";
  const lines = LINES[device.kind];
  const values = Object.fromEntries(lines.map((name) => [name, element("dd")]));
  const facts = element(
    "dl",
    {},
    ...lines.map((name) =>
      element("div", {}, element("dt", {}, say(`supervision.line.${name}`)), values[name]),
    ),
  );
  const picture = isScreen ? pictureOf(device, { words, onAsk, onEnlarge }) : null;
  const title = element("h3", { id: `device-${keyOf(device)}` }, element("bdi", {}, device.label));
  const card = element(
    "article",
    { class: "card device", "data-device": keyOf(device), "aria-labelledby": title.id },
    title,
    element("p", { class: "state" }, icon, state),
    troubles,
    picture?.place,
    facts,
    isScreen
      ? element(
          "p",
          { class: "to-screen" },
          element("a", { href: screenPage("ecrans", hall, device.id) }, say("supervision.now")),
          " ",
          element("a", { href: screenPage("journee", hall, device.id) }, say("supervision.day")),
        )
      : null,
  );
  list.append(card);

  function draw(now, { releases, asked: request }) {
    const how = standingOf(now);
    card.dataset.level = how.level;
    icon.className = `icon ${how.key === "away" ? "icon-lost" : ICONS[how.level]}`;
    setText(state, say(`supervision.state.${how.key}`, { at: how.at ? words.moment(how.at) : "" }));
    drawTroubles(now, releases);
    setText(values.seen, now.seen_at ? words.moment(now.seen_at) : say("supervision.never"));
    setText(values.uptime, uptimeWords(now.uptime, words));
    if (now.kind === "printer") return setText(values.paper, paperWords(now.paper, say));
    const { report } = now;
    setText(values.clock, clockWords(report, say));
    setText(values.release, versionWords(report?.release, releases[now.kind], say));
    if (!isScreen) return;
    setText(values.shows, report ? showsOf(report) : say("supervision.not_told"));
    setText(values.files, say(`supervision.files.${now.state.replaceAll(" ", "_")}`));
    setText(values.sound, report ? say(`supervision.sound.${report.sound}`) : say("supervision.not_told"));
    setText(values.panel, say(`supervision.panel.${panelWord(report?.panel)}`));
    setText(values.panel_months, panelMonthsWords(now.panel_months, words));
    // nothing to say of a panel that nobody commands
    const months = /** @type {HTMLElement} */ (values.panel_months.parentElement);
    months.hidden = !report?.panel && !now.panel_months.length;
    setText(values.revision, versionWords(report?.revision, now.published, say));
    picture?.draw(now, request);
  }

  function drawTroubles(now, releases) {
    const found = troublesOf(now, releases);
    if (troubles.dataset.mark === found.join()) return;
    troubles.dataset.mark = found.join();
    troubles.replaceChildren(
      ...found.map((key) =>
        element(
          "li",
          {},
          element("i", { class: "icon icon-alert", "aria-hidden": "true" }),
          say(`supervision.trouble.${key}`),
        ),
      ),
    );
    troubles.hidden = found.length === 0;
  }

  const showsOf = ({ view, notice }) =>
    notice?.title
      ? say("supervision.shows_notice", { view: say(`supervision.view.${view}`), title: notice.title })
      : say(`supervision.view.${view}`);
  return { draw, card };
}

/**
 * The page of what a screen shows now (`ecrans`) or today (`journee`).
 *
 * @param {"ecrans" | "journee"} page
 * @param {string} hall
 * @param {string} screen
 */
export const screenPage = (page, hall, screen) =>
  `/affichage/${page}?${new URLSearchParams({ hall, ecran: screen })}`;

/** An image without content: an `img` always has a source. */
const NO_PICTURE = "data:,";

/** The last picture of a screen, which opens large, and the button that asks for one. */
function pictureOf(device, { words, onAsk, onEnlarge }) {
  const { say } = words;
  const image = element("img", { src: NO_PICTURE, alt: "", width: 320, height: 180 });
  const open = element("button", { type: "button", class: "picture", hidden: true }, image);
  const none = element("p", { class: "no-picture" }, say("supervision.no_picture"));
  const caption = element("p", { class: "muted" });
  const ask = element("button", { type: "button" }, say("supervision.ask"));
  const status = element("p", { class: "told", role: "status" });
  ask.setAttribute("aria-describedby", `device-${keyOf(device)}`);
  ask.addEventListener("click", () => onAsk(device.id));
  open.addEventListener("click", () =>
    onEnlarge({ title: device.label, image, caption: caption.textContent }),
  );

  function draw({ picture }, request) {
    open.hidden = !picture;
    none.hidden = Boolean(picture);
    const at = picture ? words.moment(picture.taken_at) : "";
    if (picture && image.getAttribute("src") !== picture.url) image.src = picture.url;
    image.alt = picture ? say("supervision.picture_of", { label: device.label, at }) : "";
    setText(caption, picture ? say("supervision.drawn", { at }) : "");
    setText(status, request ? say(`supervision.asked.${request}`) : "");
    ask.disabled = request === "asked";
  }

  return { place: element("div", { class: "seen" }, open, none, caption, ask, status), draw };
}
