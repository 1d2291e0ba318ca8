// The small HTML of a text notice: taken in by an allow-list, counted and cut in words across its paragraphs.

import { bound, clauseEnds, sentenceEnds } from "./text_pages.js";

const ALLOWED = new Set("P H1 H2 H3 H4 STRONG B EM I U UL OL LI BR BLOCKQUOTE SUP SUB SPAN DIV".split(" "));
const LEFT_OUT = new Set("SCRIPT STYLE TEMPLATE IFRAME OBJECT EMBED SVG MATH NOSCRIPT".split(" "));
const TEXT = 3;
const ELEMENT = 1;

/**
 * Return a `div` with the content of an HTML text. The server has sanitised it; here only allowed elements
 * are built, with `lang` and `dir`, so that nothing else can ever be on a screen. Nobody can follow a link
 * there: its words stay.
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
    for (const name of ["lang", "dir"])
      if (node.hasAttribute(name)) copy.setAttribute(name, node.getAttribute(name));
  }
  for (const child of node.childNodes) copyInto(copy, child);
  return undefined;
}

const split = (text) => text.match(/[^ \n\t]+[ \n\t]*|[ \n\t]+/g) ?? [];
const isWord = (piece) => /\S/.test(piece);

/** How many words a node holds. */
export const wordsIn = (node) =>
  node.nodeType === TEXT
    ? split(node.data).filter(isWord).length
    : [...node.childNodes].reduce((sum, child) => sum + wordsIn(child), 0);

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

const BLOCKS = new Set(["P", "LI", "DIV", "BLOCKQUOTE"]);
const HEADING = /^H[1-6]$/; // is not left alone at the foot of a page

/**
 * Where the words of a node may be cut, as counts of words, in order: `blocks` (its paragraphs, items and
 * lines are over), `sentences` (a block or a sentence outside of lists is), `items` (also a sentence inside
 * an item), `clauses`, `words`.
 */
export function cutPlaces(root) {
  const found = { blocks: new Set(), sentences: new Set(), items: new Set(), clauses: new Set() };
  let at = 0;
  let line = []; // the words since the last block or line was over
  walk(root, { isItem: false, isHeading: false });
  close({ isItem: false, isHeading: false });
  const sorted = (...sets) => [...new Set(sets.flatMap((set) => [...set]))].sort((one, other) => one - other);
  const { blocks, sentences, items, clauses } = found;
  return {
    count: at,
    blocks: sorted(blocks),
    sentences: sorted(blocks, sentences),
    items: sorted(blocks, sentences, items),
    clauses: sorted(blocks, sentences, items, clauses),
    words: Array.from({ length: at }, (_, index) => index + 1),
  };

  function walk(node, place) {
    if (node.nodeType === TEXT) {
      const words = split(node.data).filter(isWord);
      line.push(...words);
      at += words.length;
      return;
    }
    const isHeading = place.isHeading || HEADING.test(node.nodeName);
    const inside = { isItem: place.isItem || node.nodeName === "LI", isHeading };
    const isOwnLine = BLOCKS.has(node.nodeName) || HEADING.test(node.nodeName) || node.nodeName === "BR";
    if (isOwnLine) close(place);
    for (const child of node.childNodes) walk(child, inside);
    if (isOwnLine) close(inside);
  }

  function close({ isItem, isHeading }) {
    if (line.length && !isHeading) {
      const began = at - line.length;
      for (const end of sentenceEnds(line).slice(0, -1))
        (isItem ? found.items : found.sentences).add(began + end);
      for (const end of clauseEnds(line)) found.clauses.add(began + end);
      found.blocks.add(at);
    }
    line = [];
  }
}

/** Bind numbers to their units in all the text of a node, also with a mark between them. */
export function bindAll(node, before = "") {
  if (node.nodeType === TEXT) {
    node.data = bound(before + node.data).slice(before.length); // as long as it was
    return node.data.slice(-8);
  }
  let last = BLOCKS.has(node.nodeName) ? "" : before;
  for (const child of node.childNodes) last = bindAll(child, last);
  return last;
}
