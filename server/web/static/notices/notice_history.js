// The history of a notice in words: who did what and when, and what changed from version to version.

import { element } from "../shared/dom.js";
import { plainWords } from "./notice_content.js";

/** From when until when a notice is shown, or will be. */
export function shownInWords({ from, until }, { say, instant }, nowMs = Date.now()) {
  const since = say(Date.parse(from) > nowMs ? "notices.shown.planned" : "notices.shown.from", {
    from: instant(from),
  });
  return until ? `${since} ${say("notices.shown.until", { until: instant(until) })}` : since;
}

/** The items of the history, the newest first. */
export function historyItems({ history, versions }, { say, instant }) {
  return [...history].reverse().map((step) => {
    const sentence = say(`notices.fact.${step.fact}`, { version: step.version });
    const author = say("notices.by", { who: step.by ?? say("notices.nobody"), at: instant(step.at) });
    const changes =
      step.fact === "NoticeEdited"
        ? changesOf(
            versions.find(({ version }) => version === step.version),
            say,
          )
        : null;
    const displayed = step.from ? element("p", {}, shownInWords(step, { say, instant })) : null;
    return element(
      "li",
      {},
      element("b", {}, sentence),
      element("small", {}, author),
      step.reason ? element("q", {}, step.reason) : null,
      displayed,
      changes,
    );
  });
}

function changesOf(version, say) {
  if (!version?.changes.length) return null;
  const rows = version.changes.map(({ path, before, after }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, pathInWords(path, say)),
      element("td", {}, element("del", {}, valueInWords(before, say))),
      element("td", {}, element("ins", {}, valueInWords(after, say))),
    ),
  );
  const head = element(
    "tr",
    {},
    element("th", { scope: "col" }, say("notices.change.what")),
    element("th", { scope: "col" }, say("notices.change.before")),
    element("th", { scope: "col" }, say("notices.change.after")),
  );
  const table = element(
    "table",
    { class: "changes" },
    element("thead", {}, head),
    element("tbody", {}, ...rows),
  );
  return element(
    "details",
    {},
    element("summary", {}, say("notices.changes", { count: version.changes.length })),
    element(
      "div",
      { class: "wide", tabindex: "0", role: "group", "aria-label": say("notices.change.what") },
      table,
    ),
  );
}

function pathInWords(path, say) {
  const [first, ...rest] = path.split(/[.[\]]+/).filter(Boolean);
  const name = say.knows(`notices.path.${first}`) ? say(`notices.path.${first}`) : first;
  const last = rest.at(-1);
  return last ? `${name} (${last})` : name;
}

function valueInWords(value, say) {
  if (value === null || value === undefined) return say("notices.change.nothing");
  if (Array.isArray(value)) return value.map((each) => valueInWords(each, say)).join(", ");
  if (typeof value === "object")
    return Object.values(value)
      .map((each) => valueInWords(each, say))
      .join(" · ");
  return String(plainWords(value));
}
