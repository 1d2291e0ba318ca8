// The sentences of one language: placeholders, plural forms, waits in words. Pure; the sentences come with
// the page.

import { NO_TICKET } from "./together_state.js";

export function speaker(sentences, language, fallback = "fr") {
  const own = sentences[language] ?? sentences[fallback];
  const rule = new Intl.PluralRules(tagOf(language));
  return (key, values = {}) => {
    const found = own[key] ?? sentences[fallback]?.[key];
    if (found === undefined) throw new Error(`no sentence for ${key}`);
    const pattern = typeof found === "string" ? found : (found[rule.select(values.count)] ?? found.other);
    return pattern.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
}

/** The language that browsers and voices know a variety of our own by: `fr` of `fr-x-simple`. */
export const tagOf = (language) => language.split("-x-")[0];

/** How dates and hours are written in a language: day before month, 24 hours, our calendar and figures. */
export function localeOf(language) {
  const options = /** @type {const} */ ({ calendar: "gregory", numberingSystem: "latn", hourCycle: "h23" });
  const tag = tagOf(language);
  return new Intl.Locale(tag.includes("-") ? tag : `${tag}-150`, options);
}

// « 25 à 45 min », « moins de 20 min », « plus de 30 min », « 50 min à 1 h 15 »: the server says how
// (`said`), never a dash, and rounds to whole steps of five minutes.
export function waitText({ low_s: lowS, high_s: highS, said: form }, say) {
  const low = lowS / 60;
  const high = Math.max(highS / 60, 5);
  switch (form ?? (low ? "between" : "under")) {
    case "under":
      return say("kiosk.wait.under", { high: duration(high, say) });
    case "over":
      return say("kiosk.wait.over", { low: duration(low, say) });
    case "about":
      return say("kiosk.wait.about", { duration: duration(low, say) });
  }
  if (high < 60) return say("kiosk.wait.minutes", { low, high });
  return say("kiosk.wait.mixed", { low: duration(low, say), high: duration(high, say) });
}

// « Votre ticket sort dans 40 secondes au plus », rounded up: to ten seconds, from a minute on to minutes.
export function paperTimeText(withinS, say) {
  return withinS < 60
    ? say("kiosk.print.pending_seconds", { count: Math.ceil(withinS / 10) * 10 })
    : say("kiosk.print.pending_minutes", { count: Math.ceil(withinS / 60) });
}

export function duration(total, say) {
  const hours = Math.floor(total / 60);
  const minutes = total % 60;
  if (!hours) return say("kiosk.duration.minutes", { minutes });
  if (!minutes) return say("kiosk.duration.hours", { hours });
  return say("kiosk.duration.hours_minutes", { hours, minutes: String(minutes).padStart(2, "0") });
}

// The help line stays under the name, with any wait.
export function serviceLines(service, say) {
  const subtitle = service.subtitle ?? "";
  const opening = service.next_opening?.text ?? "";
  const ways = service.instead ? say("kiosk.service.instead") : "";
  if (service.state === "folder") return { small: subtitle, strong: "", caption: "" };
  switch (service.children.length && !NO_TICKET.includes(service.state) ? "folder" : service.state) {
    case "folder":
      return { small: subtitle, strong: "", caption: "" };
    case "closed":
      return { small: withWays(opening || subtitle, ways), strong: "", caption: say("kiosk.service.closed") };
    case "no_counter": {
      const closed = say("kiosk.service.no_counter");
      return subtitle
        ? { small: subtitle, strong: "", caption: closed }
        : { small: closed, strong: "", caption: "" };
    }
    case "appointment_only":
      return { small: say("kiosk.service.appointment_only"), strong: "", caption: "" };
    case "full":
    case "too_late":
    case "stopped":
      return {
        small: withWays(opening || service.why_stopped || subtitle, ways),
        strong: "",
        caption: say(`kiosk.service.${service.state}`),
      };
  }
  if (service.wait?.none)
    return {
      small: subtitle || say("kiosk.service.counter_open"),
      strong: say("kiosk.wait.none"),
      caption: "",
    };
  if (service.why_no_wait === "unplugged")
    return { small: subtitle, strong: "", caption: say("kiosk.wait.unplugged") };
  if (service.why_no_wait === "after_closing")
    return { small: subtitle, strong: say("kiosk.wait.after_closing"), caption: "" };
  const people = service.waiting ? say("kiosk.service.waiting", { count: service.waiting }) : "";
  const { strong, caption } = service.wait
    ? { strong: waitText(service.wait, say), caption: say("kiosk.wait.caption") }
    : { strong: "", caption: "" };
  if (!subtitle) return { small: people, strong, caption };
  return { small: subtitle, strong, caption: caption || people };
}

const withWays = (...said) => said.filter(Boolean).join(" · ");

// The longest texts this button may come to hold today: its row is that high from the start, so that it never
// moves.
export function longestLines(service, say) {
  const lines = serviceLines(service, say);
  if (service.children.length || service.state === "appointment_only") return lines;
  const strong = say("kiosk.wait.mixed", { low: duration(50, say), high: duration(75, say) });
  return {
    small: lines.small || "\u00a0",
    strong: longer(lines.strong, strong),
    caption: longer(lines.caption, say("kiosk.wait.caption")),
  };
}

const longer = (one, other) => (one.length > other.length ? one : other);
