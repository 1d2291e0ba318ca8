// The sentences of one language: placeholders, plural forms, waits in words. Pure; the sentences come with the page.

const STEP_S = 300;

export function speaker(sentences, language, fallback = "fr") {
  const own = sentences[language] ?? sentences[fallback];
  const rule = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const found = own[key] ?? sentences[fallback]?.[key];
    if (found === undefined) throw new Error(`no sentence for ${key}`);
    const pattern = typeof found === "string" ? found : found[rule.select(values.count)] ?? found.other;
    return pattern.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  };
}

// « 25 à 45 min », « moins de 5 min », « 50 min à 1 h 15 »: rounded outwards to five minutes, never a dash.
export function waitText(wait, say) {
  const low = Math.floor(wait.low_s / STEP_S) * 5;
  const high = Math.max(Math.ceil(wait.high_s / STEP_S) * 5, low, 5);
  if (low === 0) return high < 60 ? say("kiosk.wait.under", { high }) : say("kiosk.wait.mixed", { low: duration(5, say), high: duration(high, say) });
  if (low === high) return say("kiosk.wait.about", { duration: duration(low, say) });
  if (high < 60) return say("kiosk.wait.minutes", { low, high });
  return say("kiosk.wait.mixed", { low: duration(low, say), high: duration(high, say) });
}

export function duration(total, say) {
  const hours = Math.floor(total / 60);
  const minutes = total % 60;
  if (!hours) return say("kiosk.duration.minutes", { minutes });
  if (!minutes) return say("kiosk.duration.hours", { hours });
  return say("kiosk.duration.hours_minutes", { hours, minutes: String(minutes).padStart(2, "0") });
}

// The three small texts of a service's button: under its name, and the two on the right.
export function serviceLines(service, say) {
  const subtitle = service.subtitle ?? "";
  const opening = service.next_opening?.text ?? "";
  if (service.state === "folder") return { small: subtitle, strong: "", caption: "" };
  switch (service.children.length && service.state !== "closed" ? "folder" : service.state) {
    case "folder": return { small: subtitle, strong: "", caption: "" };
    case "closed": return { small: opening || subtitle, strong: "", caption: say("kiosk.service.closed") };
    case "no_counter": return { small: say("kiosk.service.no_counter"), strong: "", caption: "" };
    case "appointment_only": return { small: say("kiosk.service.appointment_only"), strong: "", caption: "" };
    case "full": case "too_late": case "stopped":
      return { small: opening || subtitle, strong: "", caption: say(`kiosk.service.${service.state}`) };
  }
  if (service.wait?.none) return { small: subtitle || say("kiosk.service.counter_open"), strong: say("kiosk.wait.none"), caption: "" };
  if (service.why_no_wait === "after_closing") return { small: subtitle, strong: say("kiosk.wait.after_closing"), caption: "" };
  const small = service.waiting ? say("kiosk.service.waiting", { count: service.waiting }) : subtitle;
  return service.wait
    ? { small, strong: waitText(service.wait, say), caption: say("kiosk.wait.caption") }
    : { small, strong: "", caption: "" };
}
