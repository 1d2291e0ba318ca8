// The ring of a new call: on and off by a clock of its own. An animation would have the page draw sixty times
// a second for as long, and the next call wait for its turn.

export const RING_MS = 1_000; // once a second, under the three flashes a second of WCAG 2.3.1
export const TIMES = 3;
const SHOWN_MS = 600;

/** Show the ring of a card three times; `later(work, ms)` does something after a while. */
export function ring(card, later = setTimeout) {
  for (let time = 0; time < TIMES; time += 1) {
    if (time === 0) card.dataset.ring = "on";
    else
      later(() => {
        card.dataset.ring = "on";
      }, time * RING_MS);
    later(() => delete card.dataset.ring, time * RING_MS + SHOWN_MS);
  }
}
