// Where a medium is used, and another one that takes its place everywhere; read when somebody opens it.

import { element, setText } from "../shared/dom.js";
import { dateAndHour, pageTimeZone } from "../shared/instants.js";
import { csrfHeader, read, send } from "../shared/verbs.js";
import { kindWords, replacementOf, titleOf } from "./media_state.js";

const STAYS = ["correction_open", "not_begun", "over", "forbidden"];

/**
 * The closed part of a card. `used.fitting(medium)` gives the media that may take its place,
 * `used.done(words)` says what was done.
 */
export function usesOf(medium, id, { say, page, used }) {
  const inside = element("div", { "data-uses": true });
  const part = element("details", {}, element("summary", {}, say("media.uses")), inside);
  const fill = async () => {
    try {
      /** @type {Api.MediumUsesAnswer} */
      const found = await read(`/api/v1/media/${medium.medium}/uses`);
      inside.replaceChildren(
        ...lines(found, { say, page }),
        replacing(medium, found.notices, id, { say, used, fill }),
      );
    } catch {
      inside.replaceChildren(element("p", { class: "problem-words" }, say("media.uses.unread")));
    }
  };
  part.addEventListener("toggle", () => part.open && fill());
  return part;
}

/** The notices, and how many others there are. */
function lines({ notices, others }, { say, page }) {
  const list = notices.length
    ? element("ul", { class: "uses" }, ...notices.map((use) => line(use, { say, page })))
    : element("p", {}, say("media.uses.none"));
  return others ? [list, element("p", {}, say("media.uses.others", { count: others }))] : [list];
}

function line(use, { say, page }) {
  const date = dateAndHour(page.language, pageTimeZone(), "medium");
  const dates = use.until
    ? say("media.uses.from_until", { from: date(use.from), until: date(use.until) })
    : use.from && say("media.uses.from", { from: date(use.from) });
  const said = [
    say(use.is_on_screens ? "media.uses.on_screens" : `media.uses.${use.state}`),
    use.state === "published" ? dates : null,
    STAYS.includes(use.change) ? say(`media.uses.stays.${use.change}`) : null,
  ].filter(Boolean);
  const href = `/affichage/message/${encodeURIComponent(use.notice)}`;
  return element("li", {}, element("a", { href }, use.title), ` · ${said.join(" · ")}`);
}

/** The choice of another medium, what it would do, and the press that does it; empty without a change. */
function replacing(medium, notices, id, { say, used, fill }) {
  const { count, shown, proposed, notices: versions } = replacementOf(notices);
  if (count === 0) return "";
  const fitting = used.fitting(medium);
  if (fitting.length === 0) return element("p", { class: "muted" }, say("media.replace.nothing"));
  const options = fitting.map((each) => {
    const { key, values } = kindWords(each);
    return element("option", { value: each.medium }, titleOf(each, say(key, values)));
  });
  const select = element(
    "select",
    { id: `${id}-by`, "data-by": true },
    element("option", { value: "" }, say("media.replace.choose")),
    ...options,
  );
  const picture = element("img", { src: "data:,", alt: "", hidden: true });
  const problem = element("p", { class: "problem-words", role: "alert" });
  const will = [say("media.replace.will", { count, shown })];
  if (proposed) will.push(say("media.replace.proposed", { count: proposed }));
  const button = element("button", { disabled: true, "data-replace": true }, say("media.replace.do"));
  const form = element(
    "form",
    { class: "replacing" },
    element("div", { class: "field" }, element("label", { for: `${id}-by` }, say("media.replace")), select),
    picture,
    element("p", { "data-will": true }, will.join(" ")),
    problem,
    button,
  );
  select.addEventListener("change", () => {
    const chosen = fitting.find((each) => each.medium === select.value);
    button.disabled = !chosen;
    picture.hidden = !chosen?.thumbnail;
    if (chosen?.thumbnail) picture.src = chosen.thumbnail;
  });
  form.addEventListener("submit", async (submitted) => {
    submitted.preventDefault();
    button.disabled = true;
    const answer = await send({
      method: "POST",
      path: `/api/v1/media/${medium.medium}/replace`,
      body: { by: select.value, notices: versions },
      headers: csrfHeader(),
    });
    button.disabled = false;
    if (!answer.ok) {
      const said = answer.problem?.problems?.[0]?.detail ?? answer.problem?.detail;
      setText(problem, said ?? say("media.send.lost"));
      return;
    }
    const summary = form.closest("details")?.querySelector("summary");
    await fill();
    used.done(say("media.replace.done", { count: answer.body.notices.length }));
    summary?.focus();
  });
  return form;
}
