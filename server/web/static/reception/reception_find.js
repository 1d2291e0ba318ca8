// The part of the reception desk that finds a visit again: by its number, or by remembered facts of a lost
// ticket.

import { one, setText, show } from "../shared/dom.js";
import { drawRows, html, nothing, repeat, unseen } from "../shared/drawing.js";
import { gesturesOf, placeOf, queryOf } from "./find_state.js";
import { historyList } from "./reception_history.js";
import { read, whyNotRead } from "../shared/verbs.js";
import { checkedNeeds, needBoxes } from "./needs_form.js";
import { numberField, numberIn } from "../shared/number_field.js";
import { chips, exceptionalWords } from "../shared/waiting_view.js";

const AGAIN_AFTER_MS = 600;
const VERBS = { card_seen: "confirm-priority", card_missing: "deny-priority" };
const itself = (key) => key;

/**
 * Draws the search and its result. `reasonsOf(action)`: codes of reasons. `ask(query)` reads the visits,
 `attempt(request)` sends one write and shows refusals, `tell(text)` shows an outcome,
 * `reprint(visit)` prints a ticket again, null in a hall without a printer. Answers {focus, begin, refresh,
 * offer}; null where the page has no search.
 */
export function createFind({ words, reasonsOf, ask, attempt, tell, reprint }) {
  /** @type {HTMLFormElement | null} */
  const form = document.querySelector("[data-find]");
  if (!form) return null;
  const { say, hall } = words;
  const list = one('[data-list="found"]');
  /** @type {HTMLFormElement | null} */
  const lost = document.querySelector("[data-lost-ticket]");
  const forms = gestureForms(words, reasonsOf);
  const [back, forward] = /** @type {NodeListOf<HTMLButtonElement>} */ (
    document.querySelectorAll("[data-turn]")
  );
  let query = null;
  let pageNow = 1;
  let pages = 0;
  let isSearching = false; // the list is still that of the search before
  let found = [];
  let opened = null; // the visit and the gesture whose form is open, and that form
  let later = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search({ number: form.elements.number.value }, say("reception.find.nothing_typed"));
  });
  lost?.addEventListener("submit", (event) => {
    event.preventDefault();
    const { service, at, counter, language } = lost.elements;
    const withWhom = counter.hidden ? "" : counter.value;
    search(
      { service: service.value, at: at.value, counter: withWhom, language: language.value },
      say("reception.find.nothing_known"),
    );
  });

  async function search(criteria, otherwise) {
    query = queryOf(criteria);
    if (query === null) return clear(otherwise);
    await openPage(1);
    const first = list.querySelector("button");
    if (first) first.focus();
  }

  async function openPage(number) {
    pageNow = number;
    opened = null;
    isSearching = true;
    drawFound();
    note("");
    await fetchFound();
  }

  async function turn(button, step) {
    await openPage(pageNow + step);
    (button.disabled ? list.querySelector("button") : button)?.focus();
  }

  async function fetchFound() {
    if (query === null) return;
    const address = `${query}&page=${pageNow}`;
    const isLate = () => query === null || address !== `${query}&page=${pageNow}`;
    let answer;
    try {
      answer = await ask(address);
    } catch (error) {
      if (!isLate()) clear(whyNotRead(error, say));
      return;
    }
    if (isLate()) return; // an answer to a search before this one
    if (!answer.count && pageNow > 1) return openPage(1);
    ({ visits: found, pages } = answer);
    isSearching = false;
    drawFound();
    note(countWords(answer.count));
  }

  function countWords(count) {
    if (!count) return say("reception.find.nobody");
    const all = say("reception.find.count", { count });
    return pages > 1 ? `${all} · ${say("reception.find.page", { page: pageNow, pages })}` : all;
  }

  function clear(text) {
    query = null;
    isSearching = false;
    found = [];
    pages = 0;
    drawFound();
    note(text);
  }

  function note(text) {
    setText(document.querySelector("[data-found-note]"), text);
  }

  function drawFound() {
    drawRows("found", found, ({ visit }) => visit, item);
    show("[data-find-close]", query !== null);
    show("[data-found-pages]", pages > 1);
    back.disabled = isSearching || pageNow <= 1;
    forward.disabled = isSearching || pageNow >= pages;
  }

  function item(visit) {
    const about = [
      say("console.person.arrived", { at: words.hour(visit.issued_at) }),
      visit.language ? hall.languageName(visit.language) : "",
      placeWords(visit),
    ];
    const exceptional = exceptionalWords(visit, words);
    const reason = say("console.exceptional");
    const gestures = gesturesOf(visit, { prints: reprint !== null });
    const content = opened?.visit === visit.visit ? [opened] : [];
    return html`<li>
      <b>${visit.number}</b>
      <div class="what">
        <strong><bdi>${hall.serviceName(visit.service)}</bdi> ${chips(visit, words)}</strong>
        <small>${about.filter(Boolean).join(" · ")}</small>
        ${exceptional ? html`<small class="exceptional">${reason} ${exceptional}</small>` : nothing}
      </div>
      <div class="gestures">${repeat(gestures, itself, (gesture) => button(visit, gesture))}</div>
      ${repeat(content, itself, (each) => each.content)}
    </li>`;
  }

  function isOpened(visit, gesture) {
    return opened?.visit === visit.visit && opened.gesture === gesture;
  }

  function placeWords(visit) {
    const { word, counter, count } = placeOf(visit);
    return say(`reception.find.place.${word}`, { count: count ?? 0, counter: hall.counterLabel(counter) });
  }

  function button(visit, gesture) {
    const isExpanded = gesture in forms || gesture === "history" ? String(isOpened(visit, gesture)) : nothing;
    return html`<button type="button" class="small" data-key="${visit.visit}-${gesture}"
      aria-expanded=${isExpanded} ?disabled=${isSearching} @click=${() => act(visit, gesture)}
      >${say(`reception.find.${gesture}`)}${unseen(visit.number)}</button>`;
  }

  /** Opens what a gesture shows, which stays as it is through every redraw, or closes it. */
  function toggle(visit, gesture, content) {
    opened = isOpened(visit, gesture) ? null : { visit: visit.visit, gesture, content: content() };
    drawFound();
  }

  function gestureForm(visit, gesture) {
    const { draw, label = "", hint } = forms[gesture];
    const submit = (event) => {
      event.preventDefault();
      send(visit, gesture, event.currentTarget, event.submitter);
    };
    return html`<form class=${gesture === "needs" ? "change needs" : "change"} @submit=${submit}>
      ${draw(visit)}
      ${label ? html`<button class="small">${label}</button>` : nothing}
      ${hint ? html`<small>${hint}</small>` : nothing}
    </form>`;
  }

  function focusField(gesture) {
    const field = document.getElementById(forms[gesture].field);
    (field?.querySelector("input") ?? field)?.focus();
  }

  async function send(visit, gesture, form, submitter) {
    const { path, body: bodyOf, outcome, staysOpen } = forms[gesture];
    const body = bodyOf(form, submitter);
    if (!body) return;
    const answer = await attempt({ path: `/api/v1/${path(visit)}`, body });
    if (!answer.ok && staysOpen) return focusField(gesture);
    opened = null;
    if (answer.ok) tell(outcome(visit, body, answer.body));
    await fetchFound();
    list.querySelector(staysOpen ? `[data-key="${visit.visit}-${gesture}"]` : "button")?.focus();
  }

  async function openHistory(visit) {
    const isClosed = !isOpened(visit, "history");
    try {
      const history = isClosed ? await read(`/api/v1/tickets/${visit.visit}/history`) : null;
      toggle(visit, "history", () => historyList(history, words));
    } catch {
      note(say("console.refused.no_answer"));
    }
    if (isClosed) list.querySelector(".history")?.focus();
  }

  async function act(visit, gesture) {
    if (gesture === "history") return openHistory(visit);
    if (gesture in forms) {
      toggle(visit, gesture, () => gestureForm(visit, gesture));
      return focusField(gesture);
    }
    if (gesture === "reprint") {
      await reprint(visit);
    } else if (gesture === "unlink") {
      if ((await attempt({ path: `/api/v1/tickets/${visit.visit}/unlink` })).ok)
        tell(say("reception.find.unlinked", { number: visit.number }));
    } else if ((await attempt({ path: `/api/v1/legs/${visit.leg}/${VERBS[gesture]}` })).ok) {
      tell(say(`console.outcome.${gesture}`, { number: visit.number }));
    }
    await fetchFound();
  }

  back.addEventListener("click", () => turn(back, -1));
  forward.addEventListener("click", () => turn(forward, 1));
  one("[data-find-close]").addEventListener("click", () => {
    clear("");
    form.reset();
    lost?.reset();
    form.elements.number.focus();
  });

  return {
    focus: () => {
      form.elements.number.focus();
      form.elements.number.select();
    },
    /** Goes on with a number that was begun outside the field. */
    begin: (text) => {
      form.elements.number.value = text;
      form.elements.number.focus();
    },
    refresh: () => {
      if (query === null || later) return;
      later = setTimeout(() => {
        later = null;
        fetchFound();
      }, AGAIN_AFTER_MS);
    },
    /** Whether a ticket may be searched by its counter: not where few agents are present. */
    offer: (withWhom) => show("[data-with-whom]", withWhom),
  };
}

/**
 * The gestures that ask for something: the fields of their form and the one that gets the focus, what they
 * send, and what came of it. `staysOpen`: after a refusal, because only the number or the needs are changed.
 */
function gestureForms({ say, hall }, reasonsOf) {
  return {
    change: {
      field: "change-to",
      draw: ({ service }) =>
        selectField(
          "change-to",
          say("reception.find.change_to"),
          hall.services.filter(({ id }) => id !== service),
        ),
      label: say("reception.find.change_do"),
      path: ({ leg }) => `legs/${leg}/transfer`,
      body: (form) => ({ service: form.elements["change-to"].value }),
      outcome: ({ number }, { service }) =>
        say("reception.find.changed", { number, service: hall.serviceName(service) }),
    },
    cancel: {
      field: "cancel-why",
      draw: () =>
        selectField(
          "cancel-why",
          say("reception.find.cancel_why"),
          reasonsOf("cancel").map((id) => ({ id, name: say(`console.cancel.reason.${id}`) })),
        ),
      label: say("reception.find.cancel_do"),
      hint: say("reception.find.cancel_hint"),
      path: ({ leg }) => `legs/${leg}/cancel`,
      body: (form) => ({ reason: form.elements["cancel-why"].value }),
      outcome: ({ number }) => say("console.outcome.cancel", { number }),
    },
    urgent: {
      field: "urgent-why",
      draw: ({ number }) =>
        html`<fieldset id="urgent-why" tabindex="-1">
          <legend>${say("reception.urgent.why", { number })}</legend>
          ${reasonsOf("declare_urgent").map(
            (id) =>
              html`<button class="small" value=${id}>${say(`console.declare_urgent.reason.${id}`)}</button>`,
          )}
        </fieldset>`,
      path: ({ leg }) => `legs/${leg}/declare-urgent`,
      body: (_, { value: reason }) => ({ reason }),
      outcome: ({ number }) => say("console.outcome.declare_urgent", { number }),
    },
    link: {
      field: "link-to",
      staysOpen: true,
      draw: () => numberField("link-to", say("reception.find.link_to")),
      label: say("reception.find.link_do"),
      path: ({ visit }) => `tickets/${visit}/link`,
      body: (form) => numberIn(form, "link-to"),
      outcome: ({ number }, _, { linked }) =>
        say("reception.find.linked", { number, numbers: linked.join(", ") }),
    },
    needs: {
      field: "needs-of",
      staysOpen: true,
      draw: ({ number, needs }) =>
        html`<fieldset id="needs-of" tabindex="-1">
          <legend>${say("reception.need.of", { number })}</legend>
          ${needBoxes(say, needs)}
        </fieldset>`,
      label: say("reception.need.do"),
      path: ({ visit }) => `tickets/${visit}/needs`,
      body: (form) => ({ needs: checkedNeeds(form) }),
      outcome: ({ number }, _, { needs }) =>
        needs.length
          ? say("reception.need.noted", {
              number,
              needs: needs.map((need) => say(`reception.need.${need}`)).join(", "),
            })
          : say("reception.need.none", { number }),
    },
  };
}

function selectField(id, label, options) {
  return html`<label for=${id}>${label}</label>
    <select id=${id}>
      ${options.map((option) => html`<option value=${option.id}>${option.name}</option>`)}
    </select>`;
}
