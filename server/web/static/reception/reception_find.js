// The part of the reception desk that finds a visit again: by its number, or by remembered facts of a lost
// ticket.

import { element, keepingFocus, one, setText, show } from "../shared/dom.js";
import { gesturesOf, inOrder, placeOf, queryOf } from "./find_state.js";
import { historyList } from "./reception_history.js";
import { read, whyNotRead } from "../shared/verbs.js";
import { checkedNeeds, needBoxes } from "./needs_form.js";
import { chips, exceptionalWords } from "../shared/waiting_view.js";

const AGAIN_AFTER_MS = 600;
const FIELDS = {
  change: "change-to",
  link: "link-to",
  needs: "needs-of",
  cancel: "cancel-why",
  history: null,
}; // gestures that ask for something, and where
const VERBS = { card_seen: "confirm-priority", card_missing: "deny-priority" };

/**
 * Draws the search and its result. `cancelReasons`: codes of why a ticket is void. `ask(query)` reads the
 * visits, `attempt(request)` sends one write and shows refusals, `tell(text)` shows an outcome,
 * `reprint(visit)` prints a ticket again, null in a hall without a printer. Answers {focus, refresh}; null
 * where the page has no search.
 */
export function createFind({ words, cancelReasons, languageName, ask, attempt, tell, reprint }) {
  /** @type {HTMLFormElement | null} */
  const form = document.querySelector("[data-find]");
  if (!form) return null;
  const { say, hall } = words;
  const list = one('[data-list="found"]');
  /** @type {HTMLFormElement} */
  const lost = one("[data-lost-ticket]");
  let query = null;
  let found = [];
  let opened = null; // the visit and the gesture whose form is open
  let kept = null; // that form
  let later = null;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    search({ number: form.elements.number.value }, say("reception.find.nothing_typed"));
  });
  lost.addEventListener("submit", (event) => {
    event.preventDefault();
    const { service, at, language } = lost.elements;
    search(
      { service: service.value, at: at.value, language: language.value },
      say("reception.find.nothing_known"),
    );
  });

  async function search(criteria, otherwise) {
    query = queryOf(criteria);
    opened = null;
    if (query === null) return clear(otherwise);
    await fetchFound();
    const first = list.querySelector("button");
    if (first) first.focus();
  }

  async function fetchFound() {
    if (query === null) return;
    try {
      found = inOrder((await ask(query)).visits);
    } catch (error) {
      clear(whyNotRead(error, say));
      return;
    }
    draw();
    note(found.length ? say("reception.find.count", { count: found.length }) : say("reception.find.nobody"));
  }

  function clear(text) {
    query = null;
    found = [];
    draw();
    note(text);
  }

  function note(text) {
    setText(document.querySelector("[data-found-note]"), text);
  }

  function draw() {
    keepingFocus(list, () => list.replaceChildren(...found.map(item)));
    show("[data-find-close]", query !== null);
  }

  function item(visit) {
    return element(
      "li",
      {},
      element("b", {}, visit.number),
      element(
        "div",
        { class: "what" },
        element(
          "strong",
          {},
          element("bdi", {}, hall.serviceName(visit.service)),
          " ",
          ...chips(visit, words),
        ),
        element(
          "small",
          {},
          [
            say("console.person.arrived", { at: words.hour(visit.issued_at) }),
            visit.language ? languageName(visit.language) : "",
            placeWords(visit),
          ]
            .filter(Boolean)
            .join(" · "),
        ),
        visit.exceptional
          ? element(
              "small",
              { class: "exceptional" },
              say("console.exceptional"),
              " ",
              exceptionalWords(visit, words),
            )
          : null,
      ),
      element(
        "div",
        { class: "gestures" },
        ...gesturesOf(visit, { prints: reprint !== null }).map((gesture) => button(visit, gesture)),
      ),
      opened?.visit === visit.visit ? openedOf(visit) : null,
    );
  }

  /** The form of the opened gesture: the same one through every redraw, with its typed values. */
  function openedOf(visit) {
    if (opened.gesture === "history") return historyList(opened.history, words);
    const forms = { change: changeForm, link: linkForm, needs: needsForm, cancel: cancelForm };
    if (kept?.opened !== opened) kept = { opened, form: forms[opened.gesture](visit) };
    return kept.form;
  }

  function isOpened(visit, gesture) {
    return opened?.visit === visit.visit && opened.gesture === gesture;
  }

  function placeWords(visit) {
    const { word, counter, count } = placeOf(visit);
    return say(`reception.find.place.${word}`, { count: count ?? 0, counter: hall.counterLabel(counter) });
  }

  function button(visit, gesture) {
    const made = element(
      "button",
      {
        type: "button",
        class: "small",
        "data-key": `${visit.visit}-${gesture}`,
        "aria-expanded": gesture in FIELDS ? String(isOpened(visit, gesture)) : null,
      },
      say(`reception.find.${gesture}`),
      element("span", { class: "visually-hidden" }, ` ${visit.number}`),
    );
    made.addEventListener("click", () => act(visit, gesture));
    return made;
  }

  function changeForm(visit) {
    const select = element(
      "select",
      { id: "change-to" },
      ...hall.services
        .filter(({ id }) => id !== visit.service)
        .map(({ id, name }) => element("option", { value: id }, name)),
    );
    const form = element(
      "form",
      { class: "change" },
      element("label", { for: "change-to" }, say("reception.find.change_to")),
      select,
      element("button", { class: "small" }, say("reception.find.change_do")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      change(visit, select.value);
    });
    return form;
  }

  function cancelForm(visit) {
    const why = element(
      "select",
      { id: "cancel-why" },
      ...cancelReasons.map((reason) =>
        element("option", { value: reason }, say(`console.cancel.reason.${reason}`)),
      ),
    );
    const form = element(
      "form",
      { class: "change" },
      element("label", { for: "cancel-why" }, say("reception.find.cancel_why")),
      why,
      element("button", { class: "small" }, say("reception.find.cancel_do")),
      element("small", {}, say("reception.find.cancel_hint")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      cancel(visit, why.value);
    });
    return form;
  }

  function linkForm(visit) {
    const number = element("input", {
      id: "link-to",
      type: "text",
      maxlength: "12",
      autocomplete: "off",
      autocapitalize: "characters",
      spellcheck: "false",
    });
    const form = element(
      "form",
      { class: "change" },
      element("label", { for: "link-to" }, say("reception.find.link_to")),
      number,
      element("button", { class: "small" }, say("reception.find.link_do")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (number.value.trim()) link(visit, number.value.trim());
    });
    return form;
  }

  function needsForm(visit) {
    const boxes = element(
      "fieldset",
      { id: "needs-of", tabindex: "-1" },
      element("legend", {}, say("reception.need.of", { number: visit.number })),
      ...needBoxes(say, visit.needs),
    );
    const form = element(
      "form",
      { class: "change needs" },
      boxes,
      element("button", { class: "small" }, say("reception.need.do")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      noteNeeds(visit, checkedNeeds(boxes));
    });
    return form;
  }

  async function openHistory(visit) {
    const isClosed = !isOpened(visit, "history");
    try {
      opened = isClosed
        ? {
            visit: visit.visit,
            gesture: "history",
            history: await read(`/api/v1/tickets/${visit.visit}/history`),
          }
        : null;
    } catch {
      note(say("console.refused.no_answer"));
    }
    draw();
    if (isClosed) list.querySelector(".history")?.focus();
  }

  async function act(visit, gesture) {
    if (gesture === "history") return openHistory(visit);
    if (FIELDS[gesture]) {
      opened = isOpened(visit, gesture) ? null : { visit: visit.visit, gesture };
      draw();
      const field = document.getElementById(FIELDS[gesture]);
      (field?.querySelector("input") ?? field)?.focus();
      return;
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

  async function link(visit, number) {
    const answer = await attempt({ path: `/api/v1/tickets/${visit.visit}/link`, body: { number } });
    if (!answer.ok) return document.getElementById("link-to")?.focus();
    opened = null;
    tell(say("reception.find.linked", { number: visit.number, numbers: answer.body.linked.join(", ") }));
    await fetchFound();
    list.querySelector(`[data-key="${visit.visit}-link"]`)?.focus();
  }

  async function noteNeeds(visit, needs) {
    const answer = await attempt({ path: `/api/v1/tickets/${visit.visit}/needs`, body: { needs } });
    if (!answer.ok) return document.getElementById("needs-of")?.querySelector("input")?.focus();
    opened = null;
    const noted = answer.body.needs.map((need) => say(`reception.need.${need}`)).join(", ");
    tell(
      noted
        ? say("reception.need.noted", { number: visit.number, needs: noted })
        : say("reception.need.none", { number: visit.number }),
    );
    await fetchFound();
    list.querySelector(`[data-key="${visit.visit}-needs"]`)?.focus();
  }

  async function cancel(visit, reason) {
    const answer = await attempt({ path: `/api/v1/legs/${visit.leg}/cancel`, body: { reason } });
    opened = null;
    if (answer.ok) tell(say("console.outcome.cancel", { number: visit.number }));
    await fetchFound();
    list.querySelector("button")?.focus();
  }

  async function change(visit, service) {
    const answer = await attempt({ path: `/api/v1/legs/${visit.leg}/transfer`, body: { service } });
    opened = null;
    if (answer.ok)
      tell(say("reception.find.changed", { number: visit.number, service: hall.serviceName(service) }));
    await fetchFound();
    list.querySelector("button")?.focus();
  }

  one("[data-find-close]").addEventListener("click", () => {
    clear("");
    form.reset();
    lost.reset();
    form.elements.number.focus();
  });

  return {
    focus: () => {
      form.elements.number.focus();
      form.elements.number.select();
    },
    refresh: () => {
      if (query === null || later) return;
      later = setTimeout(() => {
        later = null;
        fetchFound();
      }, AGAIN_AFTER_MS);
    },
  };
}
