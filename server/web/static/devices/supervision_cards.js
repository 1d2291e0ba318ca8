// One card for each device of a hall: how it is, what troubles it, what it reports, and its last picture.

import {
  clockWords,
  panelMonthsWords,
  paperWords,
  stateWords,
  uptimeWords,
  versionWords,
} from "./device_words.js";
import { html, icon, nothing } from "../shared/drawing.js";
import { keyOf, panelWord, standingOf, troublesOf } from "./supervision_state.js";

/** The sign of how a device is. */
export const signOf = ({ key, level }) =>
  icon(key === "away" ? "lost" : { good: "check", busy: "clock", trouble: "alert" }[level]);

/** What is wrong with a device, a line each. */
export function troubleList(device, releases, say) {
  const found = troublesOf(device, releases);
  return html`<ul class="troubles" ?hidden=${!found.length}>
    ${found.map((key) => html`<li>${icon("alert")}${say(`supervision.trouble.${key}`)}</li>`)}
  </ul>`;
}

/** The card of a device; `request`: the state of a requested picture. */
export function deviceCard(device, { releases, request, words, hall, onAsk, onEnlarge }) {
  const { say } = words;
  const how = standingOf(device);
  const title = `device-${keyOf(device)}`;
  const isScreen = device.kind === "screen";
  return html`<article class="card device" data-device=${keyOf(device)} data-level=${how.level}
    aria-labelledby=${title}>
    <h3 id=${title}><bdi>${device.label}</bdi></h3>
    <p class="state">${signOf(how)}<span>${stateWords(how, words)}</span></p>
    ${troubleList(device, releases, say)}
    ${isScreen ? picturePart(device, { request, words, onAsk, onEnlarge }) : nothing}
    <dl>
      ${linesOf(device, releases, words).map(
        ([name, value, isHidden = false]) =>
          html`<div ?hidden=${isHidden}>
            <dt>${say(`supervision.line.${name}`)}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${
      isScreen
        ? html`<p class="to-screen">
            <a href=${screenPage("ecrans", hall, device.id)}>${say("supervision.now")}</a>
            <a href=${screenPage("journee", hall, device.id)}>${say("supervision.day")}</a>
          </p>`
        : nothing
    }
  </article>`;
}

/** The lines of a card: name, words, whether it is hidden. */
function linesOf(device, releases, words) {
  const { say } = words;
  const { kind, report } = device;
  const ofReport = (told) => (report ? told(report) : say("supervision.not_told"));
  const lastSeen = ["seen", device.seen_at ? words.moment(device.seen_at) : say("supervision.never")];
  const uptime = ["uptime", uptimeWords(device.uptime, words)];
  if (kind === "printer") return [["paper", paperWords(device.paper, say)], lastSeen, uptime];
  const clock = ["clock", clockWords(report, say)];
  const release = ["release", versionWords(report?.release, releases[kind], say)];
  if (kind === "kiosk") return [lastSeen, clock, release, uptime];
  const months = device.panel_months;
  return [
    ["shows", ofReport((told) => showsWords(told, say))],
    ["files", say(`supervision.files.${device.state.replaceAll(" ", "_")}`)],
    lastSeen,
    clock,
    ["sound", ofReport(({ sound }) => say(`supervision.sound.${sound}`))],
    ["panel", say(`supervision.panel.${panelWord(report?.panel)}`)],
    // nothing to say of a panel that nobody commands
    ["panel_months", panelMonthsWords(months, words), !report?.panel && !months.length],
    ["revision", versionWords(report?.revision, device.published, say)],
    release,
    uptime,
  ];
}

function showsWords({ view, notice }, say) {
  const viewWords = say(`supervision.view.${view}`);
  return notice?.title
    ? say("supervision.shows_notice", { view: viewWords, title: notice.title })
    : viewWords;
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
function picturePart(device, { request, words, onAsk, onEnlarge }) {
  const { say } = words;
  const { picture, label: title } = device;
  const at = picture ? words.moment(picture.taken_at) : "";
  const caption = picture ? say("supervision.drawn", { at }) : "";
  const image = {
    src: picture?.url ?? NO_PICTURE,
    alt: picture ? say("supervision.picture_of", { label: title, at }) : "",
  };
  const enlarge = () => onEnlarge({ title, image, caption });
  return html`<div class="seen">
    <button type="button" class="picture" ?hidden=${!picture} @click=${enlarge}>
      <img src=${image.src} alt=${image.alt} width="320" height="180" />
    </button>
    <p class="no-picture" ?hidden=${picture}>${say("supervision.no_picture")}</p>
    <p class="muted">${caption}</p>
    <button type="button" aria-describedby=${`device-${keyOf(device)}`} ?disabled=${request === "asked"}
      @click=${() => onAsk(device.id)}>
      ${say("supervision.ask")}
    </button>
    <p class="told" role="status" .textContent=${request ? say(`supervision.asked.${request}`) : ""}></p>
  </div>`;
}
