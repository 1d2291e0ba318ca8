// Several people of one family or group: as many tickets as there are people, each linked to the first.

import { byId, one, show, write } from "../shared/dom.js";

/**
 * `more(ticket)` gives one more ticket of the service of a ticket, linked to it, or null where that is
 * refused; `last()` is the last ticket given here; `tell(text)` writes the line of the page.
 */
export function createFamily({ say, more, last, tell }) {
  /** @type {HTMLSelectElement} */
  const box = byId("people");
  const others = one('[data-act="others"]');
  const countOthers = () => Number(box.value) - 1;

  function draw() {
    const count = countOthers();
    show('[data-act="others"]', count > 0);
    write("others", say("reception.family.others", { count }));
  }

  /** The tickets of the others after the first one; what was given is said even where one is refused. */
  async function giveOthers(first) {
    const count = countOthers();
    if (count < 1) return;
    const numbers = [first.number];
    while (numbers.length <= count) {
      const ticket = await more(first);
      if (!ticket) break;
      numbers.push(ticket.number);
    }
    const isWhole = numbers.length > count;
    if (isWhole) box.value = "1";
    else box.value = String(count + 2 - numbers.length);
    draw();
    const key = isWhole ? "reception.family.given" : "reception.family.part";
    tell(say(key, { numbers: numbers.join(", "), count: numbers.length, wanted: count + 1 }));
  }

  box.addEventListener("change", draw);
  box.addEventListener("keydown", (event) => {
    if (![...box.options].some(({ value }) => value === event.key)) return;
    event.preventDefault(); // the next digit is that of a service
    box.value = event.key;
    box.blur();
    draw();
  });
  others.addEventListener("click", () => giveOthers(last()));
  draw();
  return { giveOthers, focus: () => box.focus() };
}
