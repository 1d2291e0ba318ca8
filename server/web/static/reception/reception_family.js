// Several people of one family or group: a linked ticket for each of them, all or none.

import { byId, one, show, write } from "../shared/dom.js";

/** `giveOthers(ticket)`: people of the same family come to the visitor of the last ticket, `last()`. */
export function createFamily({ say, last, giveOthers }) {
  /** @type {HTMLSelectElement} */
  const box = byId("people");
  const others = one('[data-act="others"]');
  const people = () => Number(box.value);

  const onePaper = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-one-paper] input"));

  function draw() {
    show('[data-act="others"]', people() > 1);
    if (onePaper) show("[data-one-paper]", people() > 1);
    write("others", say("reception.family.others", { count: people() - 1 }));
  }

  function choose(value) {
    box.value = value;
    draw();
  }

  /** What a request says of the people; `to`: the ticket of one of them who has theirs already. */
  const joining = (to) => ({
    ...(to ? { people: people() - 1, linked_to: to.visit } : { people: people() }),
    one_paper: onePaper?.checked ?? false,
  });

  function outcome(tickets, to) {
    const numbers = [...(to ? [to] : []), ...tickets].map(({ number }) => number);
    // of one ticket, its own line says it
    return numbers.length > 1 ? say("reception.family.given", { numbers: numbers.join(", ") }) : "";
  }

  box.addEventListener("change", draw);
  box.addEventListener("keydown", (event) => {
    if (![...box.options].some(({ value }) => value === event.key)) return;
    event.preventDefault(); // the next digit is that of a service
    box.blur();
    choose(event.key);
  });
  others.addEventListener("click", () => giveOthers(last()));
  draw();
  return { joining, outcome, clear: () => choose("1"), focus: () => box.focus() };
}
