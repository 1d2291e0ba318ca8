// The sentences of a report that are typed and not yet saved stay in this browser: an ended session or a
// closed page loses nothing. They come back to the same person on the same computer, while the report is as
// it was.
import { one } from "../shared/dom.js";
import { attempt } from "../shared/stored.js";

const PREFIX = "parvis.report.";
const KEPT_MS = 30 * 86_400_000;

/** @type {HTMLFormElement} */
const form = one("form[data-kept]");
const key = `${PREFIX}${form.dataset.kept}`;
/** @type {HTMLTextAreaElement[]} */
const fields = [1, 2, 3].map((rank) => one(`#phrase${rank}`, form));
/** @type {HTMLInputElement} */
const versionField = one("input[name=version]", form);
const version = versionField.value;

const found = find();
// typed before this script ran: the newest
if (fields.some((field) => field.value !== field.defaultValue)) keep();
else if (found && found.sentences.some((text, index) => text !== fields[index]?.value)) {
  fields.forEach((field, index) => (field.value = found.sentences[index] ?? field.value));
  one("[data-found]", form).hidden = false;
}
form.addEventListener("input", keep);

/** A browser that keeps nothing: the fields are saved by the button only. */
function keep() {
  const sentences = fields.map((field) => field.value);
  attempt(() => localStorage.setItem(key, JSON.stringify({ sentences, version, at: Date.now() })));
}

/** @returns {{ sentences: string[] } | null} what is kept of this version of the report */
function find() {
  const kept = attempt(() => JSON.parse(localStorage.getItem(key) ?? "null"));
  if (kept?.version === version && Date.now() - kept.at < KEPT_MS) return kept;
  attempt(() => localStorage.removeItem(key));
  return null;
}
