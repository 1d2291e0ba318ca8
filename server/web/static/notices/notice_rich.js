// The rich editor of a notice: a few marks, by mouse and by keyboard; pasted text loses any other.

import Squire from "/assets/squire.mjs";
import { element } from "../shared/dom.js";

const KEPT = new Set(["P", "BR", "STRONG", "B", "EM", "I", "UL", "OL", "LI", "H3"]);
const DROPPED = new Set([
  "SCRIPT",
  "STYLE",
  "TEMPLATE",
  "NOSCRIPT",
  "IFRAME",
  "OBJECT",
  "SVG",
  "MATH",
  "HEAD",
  "TITLE",
]);
const SPOKEN = ["lang", "dir"];
/**
 * The marks of the toolbar: name, what a press does, whether it is on. The editor exports no types.
 * @type {[string, (editor: any) => unknown, (editor: any) => boolean][]}
 */
const MARKS = [
  [
    "bold",
    (editor) => (editor.hasFormat("B") ? editor.removeBold() : editor.bold()),
    (editor) => editor.hasFormat("B"),
  ],
  [
    "italic",
    (editor) => (editor.hasFormat("I") ? editor.removeItalic() : editor.italic()),
    (editor) => editor.hasFormat("I"),
  ],
  [
    "heading",
    (editor) => editor.modifyBlocks((fragment) => asHeading(fragment, !editor.hasFormat("H3"))),
    (editor) => editor.hasFormat("H3"),
  ],
  [
    "list",
    (editor) => (editor.hasFormat("UL") ? editor.removeList() : editor.makeUnorderedList()),
    (editor) => editor.hasFormat("UL"),
  ],
];

/** What may stay of some HTML, as nodes; the server has the last word. */
export function safeFragment(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fragment = document.createDocumentFragment();
  fragment.append(...[...parsed.body.childNodes].flatMap(kept));
  return fragment;
}

function kept(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data)];
  if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.tagName.toUpperCase())) return [];
  const children = [...node.childNodes].flatMap(kept);
  if (!KEPT.has(node.tagName)) return children;
  const attributes = Object.fromEntries(SPOKEN.map((name) => [name, node.getAttribute(name)]));
  return [element(node.tagName.toLowerCase(), attributes, ...children)];
}

function asHeading(fragment, isHeading) {
  for (const block of [...fragment.querySelectorAll("p, h3")])
    block.replaceWith(element(isHeading ? "h3" : "p", {}, ...block.childNodes));
  return fragment;
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
  const buttons = MARKS.map(([name, press]) => {
    const button = element(
      "button",
      { type: "button", class: `mark mark-${name}`, "aria-pressed": "false", "aria-controls": id },
      say(`notices.mark.${name}`),
    );
    button.addEventListener("click", () => {
      editor.focus();
      press(editor);
      draw();
    });
    return button;
  });
  const toolbar = element(
    "div",
    { class: "marks", role: "group", "aria-label": say("notices.marks") },
    ...buttons,
  );
  const draw = () =>
    MARKS.forEach(([, , isOn], at) => buttons[at].setAttribute("aria-pressed", String(isOn(editor))));
  for (const name of ["pathChange", "select", "cursor"]) editor.addEventListener(name, draw);
  editor.addEventListener("input", changed);
  return {
    element: element("div", { class: "editor" }, toolbar, root),
    read: () => editor.getHTML(),
    write: (html) => editor.setHTML(html),
    disable: (isDisabled) => {
      root.setAttribute("contenteditable", String(!isDisabled));
      root.setAttribute("aria-readonly", String(isDisabled));
      for (const button of buttons) button.disabled = isDisabled;
    },
  };
}
