// Draws where a kiosk gives no ticket but says how: a referral, « Pas ici ? », and what helps instead.

import { serviceById } from "./appointment_state.js";
import { isCutOff } from "./away_state.js";
import { button, element, put, setIcon, showText } from "./elements.js";
import { fillPaged } from "./paging.js";
import { backButton, homeButton, paperItems, serviceItem } from "./view_buttons.js";
import { NOT_HERE, offersNotHere, referralById, shownReferrals } from "./ways_state.js";
import { waitText } from "./words.js";

/** The referrals of the start or of a folder as buttons, and « Pas ici ? » after those of the start. */
export function referralItems(state, say) {
  const items = shownReferrals(state).map((each) =>
    entry(each, { act: "choose_referral", referral: each.id }, say),
  );
  if (offersNotHere(state)) {
    const named = { id: NOT_HERE, name: say("kiosk.not_here.title"), subtitle: say("kiosk.not_here.note") };
    items.push(entry({ ...named, icon: "map-pin" }, { act: "show_not_here", referral: NOT_HERE }, say));
  }
  return items;
}

// As a folder: nothing is said of a wait.
function entry({ id, name, subtitle, icon }, dataset, say) {
  const item = serviceItem({ id, name, subtitle, icon, state: "folder", children: [] }, say);
  const pressed = /** @type {HTMLElement} */ (item.firstElementChild);
  delete pressed.dataset.service;
  Object.assign(pressed.dataset, dataset, { key: `referral-${id}` });
  pressed.toggleAttribute("data-folder", true);
  return item;
}

export const waysViews = {
  referral(state, say) {
    const referral = referralById(state.menu, state.referral);
    const slots = put("view-ways", say);
    slots.title.textContent = referral.name;
    showText(slots.lede, referral.instructions ?? "");
    const items = [
      ...(referral.bring.length ? [papers(referral, say)] : []),
      ...(referral.web_address ? [online(referral.web_address, say)] : []),
      ...(referral.elsewhere ? [elsewhere(referral.elsewhere, state, say)] : []),
    ];
    fillPaged(slots, items, [backButton(say), homeButton(say)], state, say);
  },
};

/** The folder that is open: its name; null at the start. */
export const openFolder = ({ menu, folder }, say) =>
  folder === NOT_HERE ? { name: say("kiosk.not_here.title") } : folder && serviceById(menu, folder);

/** The notice that refuses a ticket of a service, with what was `found` that helps instead. */
export function insteadNotice(state, say, service, found) {
  const slots = put("view-ways", say);
  slots.title.textContent = say(`kiosk.notice.${state.notice}.title`);
  showText(slots.about, service.name);
  showText(slots.lede, say(`kiosk.notice.${state.notice}.instead`));
  showText(slots.opening, service.next_opening?.text ?? "");
  const items = [
    ...(found.service ? [other(found.service, say)] : []),
    ...(found.booking ? [booking(found, say)] : []),
    ...(found.web_address ? [online(found.web_address, say)] : []),
    ...(found.elsewhere ? [elsewhere(found.elsewhere, state, say)] : []),
  ];
  fillPaged(slots, items, [homeButton(say)], state, say);
}

function other(service, say) {
  const label = say("kiosk.ways.other", { service: service.name });
  const made = button({
    act: "choose_instead",
    key: `instead-${service.id}`,
    label,
    icon: "chevron-right",
    kind: "flip",
  });
  made.dataset.service = service.id;
  return element("li", { class: "other" }, made);
}

const papers = (referral, say) =>
  way("clipboard-list", say("kiosk.ways.bring"), [
    element("ul", { class: "papers" }, ...paperItems(referral)),
  ]);

const online = (address, say) => way("globe", say("kiosk.ways.online"), scanned(address, say));

const booking = ({ booking: how, booking_address: address }, say) =>
  way("calendar-check", say("kiosk.ways.booking"), [
    element("p", { text: how }),
    ...(address ? scanned(address, say) : []),
  ]);

const elsewhere = (place, state, say) =>
  way("map-pin", say("kiosk.ways.elsewhere"), [
    element("p", {}, element("b", { text: place.hall }), element("span", { text: place.address })),
    ...[place.today, place.next_opening?.text].filter(Boolean).map((text) => element("p", { text })),
    element(
      "p",
      {},
      element("b", { text: placeWait(isCutOff(state) ? { ...place, wait: null } : place, say) }),
    ),
  ]);

// How long one waits there now, or why that is not said; "" where the opening says enough.
function placeWait({ state, wait, why_no_wait: why }, say) {
  if (state === "closed") return "";
  if (state !== "open") return say(`kiosk.service.${state}`);
  if (why) return say("kiosk.wait.after_closing");
  if (!wait) return say("kiosk.ways.unknown_wait");
  return wait.none ? say("kiosk.wait.none") : say("kiosk.ways.wait", { wait: waitText(wait, say) });
}

// An address as people type it, with its code.
function scanned(address, say) {
  const code = /** @type {HTMLImageElement} */ (
    element("img", { alt: say("kiosk.ways.qr"), src: `/kiosk/qr.svg?text=${encodeURIComponent(address)}` })
  );
  code.onerror = () => {
    code.hidden = true;
  }; // the address is enough
  const typed = address.replace(/^https?:\/\//, "").replace(/\/$/, "");
  const words = element("p", {}, element("span", { text: say("kiosk.appointment_sheet.scan") }));
  words.append(element("b", {}, element("bdi", { text: typed, dir: "ltr" })));
  return [element("div", { class: "scanned" }, code, words)];
}

function way(icon, title, parts) {
  const sign = element("span", { class: "icon" });
  setIcon(sign, icon);
  return element("li", { class: "way" }, sign, element("div", {}, element("h2", { text: title }), ...parts));
}
