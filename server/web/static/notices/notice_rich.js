// The rich editor of a notice: a few marks, by mouse and by keyboard; pasted text loses any other.

import Squire from "/assets/squire.mjs";
import { element } from "../shared/dom.js";
import { draw as drawIn, html } from "../shared/drawing.js";
import { safeFragment } from "./pasted.js";

/**
 * The marks of the toolbar: name, tag, what puts it on and what takes it off. The editor exports no types.
 * @type {[string, string, (editor: any) => unknown, (editor: any) => unknown][]}
 */
const MARKS = [
  ["bold", "B", (editor) => editor.bold(), (editor) => editor.removeBold()],
  ["italic", "I", (editor) => editor.italic(), (editor) => editor.removeItalic()],
  ["heading", "H3", (editor) => turnedInto("h3", editor), (editor) => turnedInto("p", editor)],
  ["list", "UL", (editor) => editor.makeUnorderedList(), (editor) => editor.removeList()],
];

function turnedInto(tag, editor) {
  editor.modifyBlocks((fragment) => {
    for (const block of [...fragment.querySelectorAll("p, h3")])
      block.replaceWith(element(tag, {}, ...block.childNodes));
    return fragment;
  });
}

/**
 * An editor with its toolbar; `labelledby` is the id of its label. Answers {element, read(), write(html),
 * disable()}.
 */
export function createRich({ id, labelledby, language, say, changed }) {
  const root = element("div", {
    class: "rich",
    id,
    role: "textbox",
    "aria-multiline": "true",
    "aria-labelledby": labelledby,
    lang: language,
    dir: "auto",
  });
  const editor = new Squire(root, { blockTag: "P", sanitizeToDOMFragment: safeFragment, addLinks: false });
  // Tab leaves the field, as everywhere
  for (const key of ["Tab", "Shift-Tab"]) editor.setKeyHandler(key, null);
  const editing = element("div", { class: "editor" });
  let isOff = false;
  const draw = () =>
    drawIn(
      editing,
      html`<div class="marks" role="group" aria-label=${say("notices.marks")}>${MARKS.map(mark)}</div>
        ${root}`,
    );
  const mark = ([name, tag, put, take]) => {
    const press = () => {
      editor.focus();
      (editor.hasFormat(tag) ? take : put)(editor);
      draw();
    };
    return html`<button type="button" class=${`mark mark-${name}`} aria-pressed=${editor.hasFormat(tag)}
      aria-controls=${id} ?disabled=${isOff} @click=${press}>
      ${say(`notices.mark.${name}`)}
    </button>`;
  };
  draw();
  for (const name of ["pathChange", "select", "cursor"]) editor.addEventListener(name, draw);
  editor.addEventListener("input", changed);
  return {
    element: editing,
    read: () => editor.getHTML(),
    write: (html) => editor.setHTML(html),
    disable(isDisabled) {
      isOff = isDisabled;
      root.setAttribute("contenteditable", String(!isOff));
      root.setAttribute("aria-readonly", String(isOff));
      draw();
    },
  };
}
