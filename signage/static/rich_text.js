// The small HTML of a text notice: taken in by an allow-list, counted and cut in words across its paragraphs.

const ALLOWED = new Set(["P", "H1", "H2", "H3", "H4", "STRONG", "B", "EM", "I", "U", "UL", "OL", "LI", "BR", "BLOCKQUOTE", "SUP", "SUB", "SPAN", "DIV"]);
const LEFT_OUT = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "SVG", "MATH", "NOSCRIPT"]);
const TEXT = 3;
const ELEMENT = 1;

/**
 * Return a `div` with what an HTML text says. The server has sanitised it; here only allowed elements are made anew,
 * with `lang` and `dir`, so that nothing else can ever stand on a screen. Nobody can follow a link there: its words stay.
 */
export function safeNodes(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const box = document.createElement("div");
  for (const node of parsed.body.childNodes) copyInto(box, node);
  return box;
}

function copyInto(parent, node) {
  if (node.nodeType === TEXT) return parent.append(node.data);
  if (node.nodeType !== ELEMENT || LEFT_OUT.has(node.tagName.toUpperCase())) return undefined;
  const copy = ALLOWED.has(node.tagName) ? parent.appendChild(document.createElement(node.tagName)) : parent;
  if (copy !== parent) {
    for (const name of ["lang", "dir"]) if (node.hasAttribute(name)) copy.setAttribute(name, node.getAttribute(name));
  }
  for (const child of node.childNodes) copyInto(copy, child);
  return undefined;
}

const split = (text) => text.match(/[^ \n\t]+[ \n\t]*|[ \n\t]+/g) ?? [];
const isWord = (piece) => /\S/.test(piece);

/** How many words a node holds. */
export const wordsIn = (node) =>
  node.nodeType === TEXT ? split(node.data).filter(isWord).length : [...node.childNodes].reduce((sum, child) => sum + wordsIn(child), 0);

/** A copy of a node with its words from one place to another; what holds none of them is left out. */
export function part(node, from, to) {
  if (node.nodeType === TEXT) {
    let at = 0;
    const kept = split(node.data).filter((piece) => {
      const isKept = at >= from && at < to;
      if (isWord(piece)) at += 1;
      return isKept;
    });
    return document.createTextNode(kept.join(""));
  }
  const copy = node.cloneNode(false);
  let at = 0;
  for (const child of node.childNodes) {
    const count = wordsIn(child);
    const isInside = count ? at < to && at + count > from : at > from && at < to;
    if (isInside) copy.append(part(child, from - at, to - at));
    at += count;
  }
  return copy;
}

const BLOCKS = new Set(["P", "LI", "DIV", "BLOCKQUOTE"]); // a heading is not left alone at the foot of a page

/** How many words of a node are over after each of its paragraphs and items, in order. */
export function blockEnds(node, before = 0) {
  const found = [];
  let at = before;
  for (const child of node.childNodes) {
    found.push(...blockEnds(child, at));
    at += wordsIn(child);
    if (BLOCKS.has(child.nodeName) && found.at(-1) !== at) found.push(at);
  }
  return found;
}
