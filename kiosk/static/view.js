// Draws the kiosk's state into the page. Only this module and the entry touch the DOM.

import {
  APPOINTMENT_NOTICES,
  offersAppointment,
  offersSheet,
  reasonChosen,
  serviceById,
  sheetPaperText,
  wayOf,
  offersFilm,
} from "./appointment_state.js";
import {
  appointmentNotice,
  appointmentViews,
  filmButton,
  filmViews,
  drawNumbers,
  drawTurn,
  togetherButtons,
  togetherPrint,
  togetherViews,
  insteadNotice,
  openFolder,
  referralItems,
  waysViews,
} from "./step_views.js";
import { awayViews, informationButton, informationViews } from "./information_view.js";
import {
  drawLanguages,
  languageButton,
  fillPaged,
  alreadyButton,
  appointmentItem,
  backButton,
  doneButtons,
  escortButtons,
  homeButton,
  needChoice,
  needsButton,
  paperItems,
  reasonButton,
  serviceItem,
  sheetButton,
} from "./view_buttons.js";
import { NEEDS, shownServices } from "./kiosk_state.js";
import { isToBeNoted, otherPrinterOf, printOf } from "./ticket_state.js";
import { paperTimeText, tagOf, waitText } from "./words.js";
import {
  button,
  byId,
  element,
  fillTexts,
  frameOf,
  main,
  put,
  setIcon,
  showText,
  showValue,
} from "./elements.js";
import { isJoining, insteadOf } from "./together_state.js";

const NOTICE_ICONS = {
  closed: "clock",
  no_counter: "clock",
  full: "users",
  too_late: "hourglass",
  stopped: "ban",
  appointment_only: "calendar-clock",
  unknown_appointment: "calendar-clock",
  appointment_used: "calendar-clock",
  appointment_cancelled: "calendar-clock",
  appointment_other_day: "calendar-clock",
  appointment_too_early: "clock",
  other: "info",
};
const PRINT_ICONS = {
  pending: "printer",
  printed: "ticket",
  elsewhere: "printer",
  no_paper: "pencil",
  unknown: "pencil",
  none: "pencil",
};

/** `sayIn(language)`: what says sentences in another language than the one that is read. */
export function draw(state, say, languages, sayIn) {
  const root = document.documentElement;
  const language = languages.find((each) => each.code === state.language);
  root.lang = tagOf(state.language);
  root.dataset.variety = state.language.split("-x-")[1] ?? "";
  root.dir = language?.dir ?? "ltr";
  for (const [name, isOn] of Object.entries(state.preferences)) {
    root.toggleAttribute(`data-${name}`, isOn);
    document.querySelector(`[data-toggle=${name}]`)?.setAttribute("aria-pressed", String(isOn));
  }
  const hasFrame = !["loading", "unpaired"].includes(state.view) && frameOf(state) !== null;
  byId("access").hidden = !hasFrame;
  drawFrame(state, say);
  drawLanguages(state, say, languages, hasFrame && languages.length > 1);
  views[state.view](state, say, languages, sayIn);
  main.toggleAttribute("data-noting", state.view === "ticket" && isToBeNoted(state));
  main.dataset.view = state.view;
}

function drawFrame(state, say) {
  fillTexts(document.body, say);
  document.title = say("kiosk.page.title");
  byId("hall-name").textContent = frameOf(state)?.hall.name ?? "";
  byId("demonstration").hidden = !frameOf(state)?.demonstration;
  byId("hearing-loop").hidden = !state.menu?.hearing_loop;
}

const views = {
  loading: (state, say) => plain(say, { icon: "hourglass", title: "kiosk.loading.title" }),
  unpaired: (state, say) =>
    plain(say, {
      icon: "wifi-off",
      title: "kiosk.unpaired.title",
      text: say("kiosk.unpaired.text"),
      acts: [button({ act: "pair", key: "pair", label: say("kiosk.unpaired.pair") })],
    }),
  taking: (state, say) =>
    plain(say, {
      icon: "ticket",
      title: "kiosk.taking.title",
      about: serviceById(state.menu, state.service)?.name,
    }),

  escort: (state, say) =>
    plain(say, {
      icon: "handshake",
      title: "kiosk.escort.title",
      about: serviceById(state.menu, state.service)?.name,
      text: say("kiosk.escort.lede"),
      acts: escortButtons(say),
    }),

  start(state, say) {
    const slots = put("view-start", say);
    const folder = openFolder(state, say);
    const services = shownServices(state);
    const isClosed = !folder && !state.menu.is_open;
    slots.title.textContent = folder
      ? folder.name
      : say(
          isClosed
            ? "kiosk.start.closed_title"
            : isJoining(state)
              ? "kiosk.together.which"
              : "kiosk.start.title",
        );
    main.toggleAttribute("data-closed", isClosed);
    if (folder) showText(slots.lede, say("kiosk.folder.lede"));
    else if (!services.length) showText(slots.lede, say("kiosk.start.no_service"));
    else if (isClosed)
      showText(
        slots.lede,
        [
          state.menu.why_closed,
          state.menu.next_opening?.text,
          say(state.menu.keeps_tickets ? "kiosk.start.keep_ticket" : "kiosk.start.closed_lede"),
        ]
          .filter(Boolean)
          .join(". "),
      );
    slots.note.hidden = !state.menu.priority_notice || isClosed;
    const toRead =
      !folder && !isJoining(state) && state.information.notices.length ? informationButton(say) : null;
    const acts = folder || isJoining(state) ? [backButton(say)] : [];
    const expected = offersAppointment(state) && !folder && !isClosed ? [appointmentItem(say)] : [];
    const items = [
      ...expected,
      ...services.map((each) => serviceItem(each, say)),
      ...referralItems(state, say),
    ];
    fillPaged(slots, items, toRead ? [toRead] : acts, state, say);
  },

  languages(state, say, languages) {
    const slots = put("view-languages", say);
    const items = languages.map((each) => element("li", {}, languageButton(each, state)));
    items.forEach((item) => {
      item.firstChild.dataset.key = `choice-${item.firstChild.dataset.language}`;
    });
    fillPaged(slots, items, [backButton(say)], state, say);
  },

  sheet(state, say) {
    const slots = put("view-sheet", say);
    const service = serviceById(state.menu, state.service);
    slots.title.textContent = service.name;
    const reason = reasonChosen(state);
    showText(slots.reason, reason && say("kiosk.exceptional.chosen", { reason }));
    showText(slots.lede, sheetLede(service, say));
    slots.with_card.hidden = !state.menu.priority_notice;
    if (state.menu.priority_grounds)
      showText(slots.grounds, say("kiosk.priority.grounds", { grounds: state.menu.priority_grounds }));
    slots.bring.hidden = !service.bring.length;
    const acts = [
      backButton(say),
      ...(state.menu.asks_needs ? [needsButton(state, say)] : []),
      ...(offersFilm(state) ? [filmButton(say)] : []),
    ];
    fillPaged(slots, paperItems(service), acts, state, say);
  },

  needs(state, say) {
    const slots = put("view-needs", say);
    const items = NEEDS.map((need) => element("li", {}, needChoice(need, state, say)));
    fillPaged(
      slots,
      items,
      [button({ act: "back", key: "needs-done", label: say("kiosk.needs.done"), icon: "check" })],
      state,
      say,
    );
  },

  notice(state, say) {
    const service = serviceById(state.menu, state.service);
    const code = state.notice;
    const hasOpening = ["closed", "full", "too_late"].includes(code);
    const instead = insteadOf(state);
    if (instead) return insteadNotice(state, say, service, instead);
    const way = wayOf(state);
    const already = offersAppointment(state) ? [alreadyButton(say)] : [];
    plain(say, {
      icon: NOTICE_ICONS[code],
      title: `kiosk.notice.${code}.title`,
      about: service?.name,
      text: (code === "appointment_only" && service?.booking) || noticeText(state, say),
      opening: hasOpening
        ? (service?.next_opening?.text ?? "")
        : state.sheet
          ? sheetPaperText(state, say)
          : (service?.why_stopped ?? ""),
      first: way ? already : [],
      acts: [
        ...(offersFilm(state) ? [filmButton(say)] : []),
        ...(way ? [] : already),
        ...(offersSheet(state) ? [sheetButton(state, say, already.length ? "" : "primary")] : []),
        homeButton(say),
      ],
      ...(way && { choices: way.reasons.map((each) => element("li", {}, reasonButton(each))), state }),
      ...(code === "appointment_only" && { book: service?.booking_address }),
    });
  },

  ticket(state, say) {
    const slots = put("view-ticket", say);
    const { ticket } = state;
    drawNumbers(slots, state, say);
    drawTurn(slots, state, say);
    slots.priority.hidden = !ticket.press.priority;
    drawCode(slots, state, say);
    drawPrint(slots, state, say);
    slots.acts.replaceChildren(...togetherButtons(state, say), ...doneButtons(state, say));
  },
};

const { away, showAway } = awayViews(plain);
Object.assign(
  views,
  { away },
  filmViews,
  informationViews,
  waysViews,
  togetherViews,
  appointmentViews({
    put,
    button,
    backButton: (say) => backButton(say),
    element,
    fillPaged,
    showText,
    showAway,
  }),
);

const noticeText = (state, say) =>
  APPOINTMENT_NOTICES.includes(state.notice)
    ? appointmentNotice(state, say)
    : say(`kiosk.notice.${state.notice}.text`);

function sheetLede(service, say) {
  if (service.state === "no_counter") return say("kiosk.sheet.no_counter");
  if (service.wait?.none) return say("kiosk.sheet.no_wait");
  if (service.why_no_wait) return say(`kiosk.sheet.${service.why_no_wait}`);
  if (service.wait) return say("kiosk.sheet.wait", { wait: waitText(service.wait, say) });
  return service.waiting ? say("kiosk.service.waiting", { count: service.waiting }) : "";
}

// The code disappears when its paper is printed, or when somebody else may have come; a sentence takes its
// place, and nothing moves.
function drawCode(slots, { ticket, party, isCodeGone, isCovered }, say) {
  slots.scan.hidden = !ticket.follow_url;
  if (!ticket.follow_url) return;
  const why = isCodeGone ? "code_on_paper" : isCovered ? "code_covered" : "follow";
  slots.scan.toggleAttribute("data-gone", why !== "follow");
  const { number } = ticket;
  slots.follow.textContent =
    party && why === "follow" ? say("kiosk.together.follow", { number }) : say(`kiosk.ticket.${why}`);
  if (why !== "follow") return;
  slots.qr.src = codeAddress(ticket.follow_url);
  slots.qr.alt = say("kiosk.ticket.qr");
  if (!ticket.short_code) return;
  const code = ticket.short_code.replace(/^(.{4})(.{4})$/, "$1-$2");
  showValue(slots.typed, (address) => say("kiosk.ticket.type", { address }), typedAt(ticket.follow_url));
  showValue(slots.short_code, (value) => say("kiosk.ticket.short_code", { code: value }), code);
}

// Where a short code is typed, as people type it.
const typedAt = (followUrl) => shownAddress(followUrl.replace(/\/t\/.*$/, "/suivi"));
const shownAddress = (address) => address.replace(/^https?:\/\//, "").replace(/\/$/, "");

function drawPrint(slots, state, say) {
  const verdict = printOf(state);
  const mayScan = state.ticket.follow_url && ["no_paper", "unknown", "none"].includes(verdict);
  slots.print.dataset.print = verdict;
  setIcon(slots.print_icon, state.isCovered ? "info" : PRINT_ICONS[verdict]);
  slots.print_text.textContent = printText(state, verdict, mayScan, say);
}

function printText(state, verdict, mayScan, say) {
  const { ticket, isCovered } = state;
  if (isCovered) return say("kiosk.ticket.whose");
  const several = togetherPrint(state, verdict, say);
  if (several) return several;
  if (verdict === "pending" && ticket.paper_within_s) return paperTimeText(ticket.paper_within_s, say);
  return say(`kiosk.print.${verdict}${mayScan ? "_scan" : ""}`, { printer: otherPrinterOf(state) });
}

/**
 * Words under an icon. With `choices`, the alternatives are under the words; they need the state for their
 * pages.
 *
 * @param {any} say
 * @param {{ icon?: string, title: string, about?: string, text?: string, opening?: string, first?: Node[],
 *   acts?: Node[], choices?: Node[] | null, state?: any, book?: string | null }} wanted first: above the
 *   choices, what most press
 */
function plain(
  say,
  {
    icon,
    title,
    about,
    text = "",
    opening = "",
    first = [],
    acts = [],
    choices = null,
    state = null,
    book = null,
  },
) {
  const slots = put(choices ? "view-choices" : "view-plain", say);
  if (slots.icon) setIcon(slots.icon, icon);
  slots.title.textContent = say(title);
  showText(slots.about, about ?? "");
  showText(slots.lede, text);
  showText(slots.opening, opening);
  if (book) drawBooking(slots, book, say);
  slots.first?.replaceChildren(...first);
  if (choices) fillPaged(slots, choices, acts, state, say);
  else slots.acts.replaceChildren(...acts);
}

// Where one books: a code to scan, and the address as people type it.
function drawBooking(slots, address, say) {
  slots.book.hidden = false;
  slots.book_address.textContent = shownAddress(address);
  slots.book_code.alt = say("kiosk.notice.appointment_only.qr");
  slots.book_code.onerror = () => {
    slots.book_code.hidden = true;
  }; // the address is enough
  slots.book_code.src = codeAddress(address);
}

const codeAddress = (text) => `/kiosk/qr.svg?text=${encodeURIComponent(text)}`;
