// What stays of HTML that is pasted: a few marks, lists and tables of word processors, and nothing else of
// them. A table becomes a list, a line for each row, or fills the rows of a notice that has some.

import { element } from "../shared/dom.js";

const KEPT = new Set(["P", "BR", "STRONG", "B", "EM", "I", "UL", "OL", "LI", "H3"]);
const HEADING = /^H[1-6]$/;
const DROPPED = new Set("SCRIPT STYLE TEMPLATE NOSCRIPT IFRAME OBJECT SVG MATH HEAD TITLE".split(" "));
const BLOCKS = "p, div, ul, ol, li, table, blockquote, section, article, pre, h1, h2, h3, h4, h5, h6";
const SPOKEN = ["lang", "dir"];
const NUMBERED = /[0-9a-z][.)]/i; // the sign before a paragraph of a list of Word

/** What may stay of some HTML, as nodes; the server has the last word. */
export function safeFragment(html) {
  const fragment = document.createDocumentFragment();
  fragment.append(...contentOf(parsed(html)));
  return fragment;
}

/** The cells of the table in a clipboard, row by row; null where there is none of several cells. */
export function cellsIn(/** @type {DataTransfer} */ clipboard) {
  const table = parsed(clipboard.getData("text/html")).querySelector("table");
  const text = clipboard.getData("text/plain").replace(/\r?\n$/, "");
  const rows = table ? rowsOf(table) : text.split(/\r?\n/).map((line) => line.split("\t"));
  const isTable = table || text.includes("\t");
  return isTable && rows.flat().length > 1 ? rows : null;
}

const styleOf = (node) => node.getAttribute?.("data-style") ?? "";
const isBlock = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches(BLOCKS);
const isBlank = (node) => !node.textContent.replaceAll("\u00a0", " ").trim();

/** The body of some HTML; its styles are kept as words, for the page’s policy allows none, even unseen. */
function parsed(/** @type {string} */ html) {
  const bare = html.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="));
  return new DOMParser().parseFromString(bare, "text/html").body;
}

/** What stays of all that is in a node; paragraphs that Word numbers one after the other are a list. */
function contentOf(node) {
  const children = [...node.childNodes];
  const isLoose = children.some(isBlock); // spaces between blocks mean nothing
  const listed = [];
  const found = [];
  const endList = () => {
    while (listed.length) found.push(listOf(listed));
  };
  for (const child of children) {
    const level = /mso-list:[^;]*\blevel(\d+)/.exec(styleOf(child))?.[1];
    if (level) listed.push({ level: Number(level), paragraph: child });
    else if (child.nodeType === Node.COMMENT_NODE || (isLoose && !isBlock(child) && isBlank(child))) continue;
    else {
      endList();
      found.push(...kept(child));
    }
  }
  endList();
  return found;
}

/** The list that begins with the first of these paragraphs, which it takes from them. */
function listOf(listed) {
  const [{ level, paragraph }] = listed;
  const sign = [...paragraph.querySelectorAll("span")].find(isSign)?.textContent ?? "";
  const list = element(NUMBERED.test(sign) ? "ol" : "ul");
  while (listed.length && listed[0].level >= level) {
    if (listed[0].level > level) list.lastElementChild?.append(listOf(listed));
    else list.append(element("li", {}, ...contentOf(listed.shift().paragraph)));
  }
  return list;
}

const isSign = (node) => /mso-list:\s*ignore/i.test(styleOf(node));

function kept(node) {
  if (node.nodeType === Node.TEXT_NODE)
    return [document.createTextNode(node.data.replace(/[ \t\r\n]+/g, " "))];
  const tag = node.tagName?.toUpperCase();
  if (!tag || DROPPED.has(tag) || isSign(node)) return [];
  if (tag === "TABLE") return [tableAsList(rowsOf(node))];
  const children = contentOf(node);
  const name = nameOf(node, tag);
  if (!name) return children;
  if (name === "p" && isBlank(node)) return []; // how word processors leave room
  const attributes = Object.fromEntries(SPOKEN.map((each) => [each, node.getAttribute(each)]));
  return [element(name, attributes, ...(name === "li" ? inLine(children) : children))];
}

/** The element that stands for a node; empty: only what is in it stays. */
function nameOf(node, tag) {
  if (KEPT.has(tag)) return /(^|;)\s*font-weight:\s*normal/.test(styleOf(node)) ? "" : tag.toLowerCase();
  if (HEADING.test(tag)) return "h3";
  return isBlock(node) && !node.querySelector(BLOCKS) ? "p" : "";
}

/** Paragraphs of an item of a list, as lines of it. */
function inLine(children) {
  return children.flatMap((child, at) => {
    if (child.nodeName !== "P") return [child];
    return [...(at ? [element("br")] : []), ...child.childNodes];
  });
}

function rowsOf(table) {
  const rows = [...table.querySelectorAll("tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent.replace(/\s+/g, " ").trim()),
  );
  return rows.filter((row) => row.some(Boolean));
}

/** « Head : value » for each row; with three columns or more the first row names the values. */
function tableAsList(rows) {
  const isNamed = rows.length > 1 && rows[0].length > 2;
  const heads = isNamed ? rows[0] : [];
  const lines = (isNamed ? rows.slice(1) : rows).map(([first, ...values]) => {
    const said = values.map((value, at) => value && [heads[at + 1], value].filter(Boolean).join(" "));
    return [first, said.filter(Boolean).join(" ; ")].filter(Boolean).join(" : ");
  });
  return element("ul", {}, ...lines.map((line) => element("li", {}, line)));
}
