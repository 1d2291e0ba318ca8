// A table in the form of a notice: cells to type in, the heads first; a further row where the last is begun.

import { element } from "../shared/dom.js";
import { cellsIn } from "./pasted.js";

const COLUMNS = 4;
const LONGEST = 40; // characters of a cell
const ROWS = 9; // its heads are the first

/** The cells that are not empty, as a whole table; undefined for none. */
export function wholeTable(cells) {
  const width = Math.max(0, ...cells.map((row) => row.findLastIndex(Boolean) + 1));
  const [heads, ...rows] = cells.map((row) => row.slice(0, width));
  const typed = rows.filter((row) => row.some(Boolean));
  return width ? [heads, ...typed] : undefined;
}

const inputsIn = (box) => /** @type {HTMLInputElement[]} */ ([...box.querySelectorAll("input")]);

/** An editor like that of a text: {element, read(), write(rows), disable()}. */
export function createTable({ id, labelledby, language, say }) {
  const body = element("tbody");
  const root = element("table", { class: "cells", id, "aria-labelledby": labelledby }, body);
  let isDisabled = false;
  body.addEventListener("input", grow);
  body.addEventListener("paste", pasteTable);
  return { element: root, read: () => wholeTable(typed()), write, disable };

  function typed() {
    return [...body.children].map((row) => inputsIn(row).map(({ value }) => value.trim()));
  }

  /** Cells that are pasted fill the table from the cell on that has the focus. */
  function pasteTable(/** @type {any} */ event) {
    const pasted = cellsIn(event.clipboardData);
    if (!pasted) return;
    event.preventDefault();
    const row = event.target.closest("tr");
    const [from, first] = [[...body.children].indexOf(row), inputsIn(row).indexOf(event.target)];
    const cells = Array.from({ length: Math.min(from + pasted.length, ROWS) }, (_, at) => typed()[at] ?? []);
    for (const [at, line] of pasted.slice(0, ROWS - from).entries())
      for (const [column, text] of line.slice(0, COLUMNS - first).entries())
        cells[from + at][first + column] = text.slice(0, LONGEST);
    write([...cells, ...typed().slice(cells.length)]);
    body.dispatchEvent(new Event("input", { bubbles: true }));
    inputsIn(body.children[from])[first]?.focus();
  }

  function grow() {
    const [last] = typed().slice(-1);
    if (body.children.length < ROWS && last.some(Boolean)) body.append(rowOf(body.children.length, []));
  }

  function write(rows) {
    const lines = [...(rows || [[]]), []].slice(0, ROWS);
    if (lines.length < 3) lines.push([]);
    body.replaceChildren(...lines.map((row, at) => rowOf(at, row)));
    disable(isDisabled);
  }

  function rowOf(at, cells) {
    return element("tr", {}, ...Array.from({ length: COLUMNS }, (_, column) => cellOf(at, column, cells)));
  }

  function cellOf(at, column, cells) {
    const place = { row: at, column: column + 1 };
    const label = say(at ? "notices.table.cell" : "notices.table.head", place);
    const input = element("input", {
      type: "text",
      lang: language,
      dir: "auto",
      maxlength: String(LONGEST),
      "aria-label": label,
    });
    input.value = cells[column] ?? "";
    input.placeholder = at ? "" : label;
    return element("td", {}, input);
  }

  function disable(is) {
    isDisabled = is;
    for (const input of inputsIn(body)) input.disabled = is;
  }
}
