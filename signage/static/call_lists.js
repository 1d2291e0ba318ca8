// The lists under the large calls: visitors still called, and the last calls; as many whole rows as there is
// room for.

import { make } from "./slide_parts.js";

/** @type {[isCrowded: boolean, columns: number][]} whether the notices leave, and how many columns */
const ROOMS = [
  [false, 1],
  [false, 2],
  [true, 1],
  [true, 2],
  [true, 3],
];

/**
 * Return the lists in `area`: `write({still, recent}, words)` writes all rows, `settle(words)` removes those
 * that do not fit and returns how many are left. Awaited visitors always have room: in columns, or else
 * without the notices (`crowd(isCrowded)`).
 */
export function createLists(area, crowd) {
  let stillTable = null;
  let recentTable = null;

  function write({ still, recent }, words) {
    stillTable = makeTable("list list-still", words.say("still_called"), still);
    recentTable = makeTable("list", words.say("last_calls"), recent);
    area.replaceChildren(...[stillTable, recentTable].filter((table) => table.rows.length));
  }

  function settle(words) {
    const isBeside = document.body.dataset.beside === "yes"; // a card has the room of the notices
    const room =
      ROOMS.filter(([isCrowded]) => !isCrowded || !isBeside).find((each) => isRoomFor(each)) ?? ROOMS[0];
    if (room === ROOMS[0]) isRoomFor(room);
    if (!area.firstChild) return 0;
    const recent = rowsInside(recentTable);
    const still = rowsInside(stillTable);
    const left = stillTable.rows.length - still;
    cut(recentTable, recent);
    if (left <= 0) return area.querySelectorAll("tr").length;
    return cutWithNote(still, left, words);
  }

  /** Write the rows in a number of columns; return whether all awaited visitors have room in them. */
  function isRoomFor([isCrowded, columns]) {
    crowd(isCrowded);
    area.dataset.columns = String(columns);
    for (const cell of area.querySelectorAll("td[data-long]")) delete cell.dataset.long;
    const long = [...area.querySelectorAll("td")].filter((cell) => cell.scrollWidth > cell.clientWidth + 1);
    for (const cell of long) cell.dataset.long = "yes";
    const isLeftOut = (table) =>
      [...table.rows].slice(rowsInside(table)).some((row) => row.dataset.awaited === "yes");
    return ![stillTable, recentTable].some(isLeftOut);
  }

  function rowsInside(table) {
    const bottom = area.getBoundingClientRect().top + area.clientHeight + 1;
    return [...table.rows].filter((row) => row.getBoundingClientRect().bottom <= bottom).length;
  }

  /** The last row that fits is replaced by a note with the number of further calls. */
  function cutWithNote(still, left, words) {
    const overflows = () => area.scrollHeight > area.clientHeight + 1;
    cut(stillTable, still);
    const note = make("p", "list-more", {}, words.count("more_calls", left));
    area.append(note);
    for (let more = left; overflows() && stillTable.rows.length;) {
      more += 1;
      cut(stillTable, stillTable.rows.length - 1);
      note.textContent = words.count("more_calls", more);
    }
    if (overflows()) note.remove();
    return area.querySelectorAll("tr, .list-more").length;
  }

  function cut(table, rows) {
    while (table.rows.length > rows) table.deleteRow(-1);
    if (!table.rows.length) table.remove();
  }

  return { write, settle };
}

function makeTable(name, caption, calls) {
  const table = make("table", name);
  table.append(make("caption", "", {}, caption));
  const rows = table.appendChild(document.createElement("tbody"));
  for (const call of calls) {
    const row = rows.insertRow();
    if (call.isAwaited) row.dataset.awaited = "yes";
    row.append(make("th", "", { scope: "row" }, call.number), make("td", "", {}, call.counter.label));
  }
  return table;
}
