// The evidence pack: its progress is shown while it is made, then the browser saves it. Without this script
// the same button answers with the file.
import { one } from "../shared/dom.js";

/** @type {HTMLFormElement} */
const form = one("form[data-pack]");
/** @type {HTMLProgressElement} */
const bar = one("progress", form);
const words = one("[data-progress]", form);
const failed = one("[data-failed]", form);

form.addEventListener("submit", (event) => {
  event.preventDefault();
  make().catch(fail);
});

async function make() {
  failed.hidden = true;
  one("button", form).setAttribute("aria-disabled", "true");
  const headers = { Accept: "application/x-ndjson" };
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
  if (!answer.ok || !answer.body) throw new Error(`answered ${answer.status}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const lines = (rest + read.value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) show(JSON.parse(line));
  }
  one("button", form).removeAttribute("aria-disabled");
}

/** @param {{ done: number, steps: number, said: string, file?: string, archive?: string }} step */
function show(step) {
  bar.hidden = false;
  bar.max = step.steps;
  bar.value = step.done;
  words.textContent = step.said;
  if (step.archive && step.file) save(step.file, step.archive);
}

/**
 * @param {string} file
 * @param {string} archive base64
 */
function save(file, archive) {
  const bytes = Uint8Array.from(atob(archive), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}

function fail() {
  one("button", form).removeAttribute("aria-disabled");
  bar.hidden = true;
  words.textContent = "";
  failed.hidden = false;
}
