// Draws the views between the start and the ticket, and those without a ticket.

import { hasFailedConvocations, SHORTEST_CODE, serviceById, filmOf } from "./appointment_state.js";
import { duration, localeOf, waitText } from "./words.js";
import { button, main, put, showText, slotsOf, element, setIcon } from "./elements.js";
import { backButton, fillPaged, homeButton, paperItems, serviceItem } from "./view_buttons.js";
import { papersOf, serviceOfTicket, ticketsOf } from "./ticket_state.js";
import {
  asksPaper,
  mayJoin,
  peopleToChoose,
  NOT_HERE,
  offersNotHere,
  referralById,
  shownReferrals,
} from "./together_state.js";
import { isCutOff } from "./information.js";

// --- Draws the appointment's views: the keypad for a code, services and hours of convocations, the line on
// the ticket.

const KEYS = [..."1234567890", ..."AZERTYUIOP", ..."QSDFGHJKLM", ..."WXCVBN"];

export function hourIn(state, instant) {
  const timeZone = state.menu?.time_zone;
  return new Date(instant).toLocaleTimeString(localeOf(state.language), {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
  });
}

function dayIn(state, instant) {
  const timeZone = state.menu?.time_zone;
  return new Date(instant).toLocaleDateString(localeOf(state.language), {
    timeZone,
    weekday: "long",
    day: "numeric",
    month: "long",
  });
}

// « Vous avez 20 min de retard… » for the ticket; empty without an appointment.
export function arrivalText(state, say) {
  const { appointment } = state.ticket;
  if (!appointment) return "";
  return say(`kiosk.arrival.${appointment.arrival}`, {
    at: hourIn(state, appointment.booked_at),
    late: duration(appointment.late_min ?? 0, say),
  });
}

// The problem of the typed code; empty without one.
export function codeErrorText({ codeError }, say) {
  return codeError
    ? `${say(`kiosk.notice.${codeError}.title`)}. ${say(`kiosk.notice.${codeError}.text`)}`
    : "";
}

export function appointmentNotice(state, say) {
  const at = state.noticeAt;
  return say(`kiosk.notice.${state.notice}.text`, at ? { at: hourIn(state, at), day: dayIn(state, at) } : {});
}

// `tools`: put, button, backButton, element, fillPaged, showText and showAway of the kiosk's view.
export function appointmentViews({ put, button, backButton, element, fillPaged, showText, showAway }) {
  const choice = (act, value, text, key) => {
    const made = button({ act, key, label: text });
    made.dataset.value = value;
    return element("li", {}, made);
  };
  return {
    appointment(state, say) {
      const slots = put("view-appointment", say);
      slots.code.textContent = state.code || "\u00a0";
      slots.code.style.setProperty("--letters", state.code.length);
      const error = codeErrorText(state, say);
      slots.code.toggleAttribute("aria-invalid", error !== "");
      showText(slots.error, error);
      const erase = button({
        act: "erase_code",
        key: "code-erase",
        label: say("kiosk.appointment.erase"),
        icon: "delete",
      });
      erase.disabled = !state.typed;
      const done = button({
        act: "submit_code",
        key: "code-done",
        label: say("kiosk.appointment.done"),
        icon: "check",
        kind: "primary",
      });
      done.disabled = state.code.length < SHORTEST_CODE;
      const without = button({
        act: "show_convocations",
        key: "without-code",
        label: say("kiosk.appointment.without_code"),
        icon: "calendar-clock",
      });
      fillPaged(
        slots,
        KEYS.map((letter) => choice("type_code", letter, letter, `code-${letter}`)),
        [backButton(say), without, erase, done],
        state,
        say,
      );
    },

    convocation(state, say) {
      if (hasFailedConvocations(state))
        return showAway(say, { retry: "retry_convocations", other: backButton(say) });
      const slots = put("view-convocation", say);
      const found = state.convocations?.find(({ service }) => service === state.convocation);
      slots.title.textContent = say(found ? "kiosk.convocation.hour" : "kiosk.convocation.service");
      const isNone = state.convocations !== null && !state.convocations.length;
      showText(
        slots.lede,
        isNone ? say("kiosk.convocation.none") : found ? nameOf(state, found.service) : "",
      );
      const items = found
        ? found.hours.map((hour) => choice("choose_hour", hour, hourIn(state, hour), `hour-${hour}`))
        : (state.convocations ?? []).map(({ service }) =>
            choice("choose_convocation", service, nameOf(state, service), `convocation-${service}`),
          );
      fillPaged(slots, items, [backButton(say)], state, say);
    },
  };
}

function nameOf(state, id) {
  const all = state.menu.services.flatMap((each) => [each, ...each.children]);
  return all.find((each) => each.id === id)?.name ?? id;
}

// --- Draws the film in sign language of a service. It has no sound, and begins when somebody asks for it.

const CONTROLS = [
  { act: "play_film", key: "film-play", icon: "play", kind: "primary" },
  { act: "stop_film", key: "film-pause", icon: "pause" },
  { act: "restart_film", key: "film-again", icon: "rotate-ccw" },
];

/** What opens the film. */
export const filmButton = (say) =>
  button({ act: "show_film", key: "film", label: say("kiosk.film.show"), icon: "hands", kind: "hands" });

export const filmViews = {
  film(state, say) {
    const film = filmOf(state);
    // a film that is drawn anew would stop
    const isDrawn = main.querySelector("video")?.getAttribute("src") === film.url;
    const slots = isDrawn ? slotsOf(main) : put("view-film", say);
    const player = /** @type {HTMLVideoElement} */ (slots.film);
    if (!isDrawn) {
      player.muted = true;
      if (film.poster) player.poster = film.poster;
      player.src = film.url;
    }
    slots.title.textContent = serviceById(state.menu, state.service).name;
    player.hidden = state.film.isMissing;
    showText(slots.lede, state.film.isMissing ? say("kiosk.film.missing") : "");
    const controls = state.film.isMissing ? [] : CONTROLS;
    slots.acts.replaceChildren(
      ...controls.map((each) =>
        button({ ...each, label: say(`kiosk.film.${each.key.slice("film-".length)}`) }),
      ),
      backButton(say),
    );
    follow(player, state.film);
  },
};

function follow(player, { plays, takes }) {
  if (Number(player.dataset.takes ?? 0) !== takes) player.currentTime = 0;
  player.dataset.takes = String(takes);
  if (!plays) player.pause();
  else if (player.paused) player.play().catch(() => {}); // left or stopped meanwhile; a fault is an event
}

/** Tells the state when the film ends or cannot be played. */
export function followFilms(dispatch) {
  for (const [event, type] of [
    ["ended", "film_ended"],
    ["error", "film_missing"],
  ])
    main.addEventListener(
      event,
      ({ target }) => target instanceof HTMLVideoElement && dispatch({ type }),
      true,
    );
}

// --- Draws the tickets of people who came together, or of one with several matters, on one last view.

/** The number of the ticket and its service; of several, all of them. */
export function drawNumbers(slots, state, say) {
  const tickets = ticketsOf(state);
  const numbers = tickets.map(({ number }) => number);
  const isOne = numbers.length === 1;
  slots.number.replaceChildren(
    ...(isOne ? numbers : numbers.map((text) => element("span", { text: `${text} ` }))),
  );
  slots.number.style.setProperty("--letters", String(Math.max(...numbers.map((each) => each.length))));
  if (!isOne) slots.number.dataset.several = numbers.length > 4 ? "many" : "few";
  const services = new Set(tickets.map((ticket) => serviceOfTicket({ ...state, ticket })));
  showText(slots.service, [...services].join(" · "));
  if (isOne) return;
  slots.number_title.textContent = say("kiosk.together.numbers");
  slots.watch.textContent = say("kiosk.together.watch");
}

/** How many are called before, and the wait: of the ticket, or of all as one. */
export function drawTurn(slots, state, say) {
  const { ticket } = state;
  const of = ticket.together ?? ticket;
  slots.ahead_line.hidden = of.ahead === null;
  slots.ahead.textContent = of.ahead
    ? say("kiosk.ticket.ahead", { count: of.ahead })
    : say("kiosk.ticket.ahead_none");
  if (ticket.why_no_wait === "unplugged") slots.watch.textContent = say("kiosk.ticket.watch_unplugged");
  const refused = state.party?.refused ? say("kiosk.together.refused") : "";
  showText(slots.arrival, refused || arrivalText(state, say));
  const wait = ticketWait(of, say);
  slots.wait_line.hidden = !wait;
  slots.wait.textContent = wait;
}

function ticketWait(ticket, say) {
  if (ticket.why_no_wait) return say(`kiosk.ticket.${ticket.why_no_wait}`);
  return ticket.wait ? say("kiosk.ticket.wait", { wait: waitText(ticket.wait, say) }) : "";
}

/** « J’ai une autre démarche », « Nous sommes plusieurs », where one more ticket may be linked. */
export const togetherButtons = (state, say) => [
  ...(mayJoin(state)
    ? [button({ act: "add_service", key: "other-service", label: say("kiosk.together.other"), icon: "plus" })]
    : []),
  ...(mayJoin(state, { isPeople: true })
    ? [button({ act: "show_together", key: "several", label: say("kiosk.together.several"), icon: "users" })]
    : []),
];

/** What is said of several papers; null where it is as of one. */
export function togetherPrint(state, verdict, say) {
  const count = ticketsOf(state).length;
  if (count < 2 || ["pending", "elsewhere"].includes(verdict)) return null;
  return verdict === "printed"
    ? say("kiosk.together.printed", { count: papersOf(state) })
    : say("kiosk.together.to_note");
}

function valued(act, value, label, icon) {
  const made = button({ act: `choose_${act}`, key: `${act}-${value}`, label, icon });
  made.dataset.value = value;
  return element("li", {}, made);
}

const peopleChoices = (state, say) =>
  peopleToChoose(state).map((people) =>
    valued("people", String(people), say("kiosk.together.people", { count: people }), "users"),
  );

const paperChoices = (say) =>
  ["one", "each"].map((each) => valued("paper", each, say(`kiosk.together.paper_${each}`), "ticket"));

export const togetherViews = {
  together(state, say) {
    const slots = put("view-together", say);
    if (asksPaper(state)) slots.title.textContent = say("kiosk.together.paper");
    const items = asksPaper(state) ? paperChoices(say) : peopleChoices(state, say);
    fillPaged(slots, items, [backButton(say)], state, say);
  },
};

// --- Draws where a kiosk gives no ticket but says how: a referral, « Pas ici ? », and what helps instead.

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
  showText(slots.opening, service.next_opening?.text ?? service.why_stopped ?? "");
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
