// Why a visitor was called, in words: the reason of the rule, then the visitors who would have been called
// next.

/** The sentence of an explanation; empty when there is none, or one this version has no words for. */
export function whyWords(why, say) {
  if (!why || !say.knows(why.key)) return "";
  const { key, values, runners_up: others } = why;
  const gesture = key === "why.urgent" ? "declare_urgent" : "chosen";
  const reason = values.reason && say(`console.${gesture}.reason.${values.reason}`);
  const first = say(key, { ...values, target_minutes: values.target_minutes ?? "", reason });
  const [next] = others ?? [];
  return next ? `${first} ${say("console.why.then", next)}` : first;
}
