// A press: from the finger to its ticket.

// --- One press, one ticket: the same press_id is sent until an answer is known, even if requests or
// answers are lost.

export const SLOW_AFTER_MS = 4_000;
export const GIVE_UP_AFTER_MS = 20_000;
export const ANSWER_WITHIN_MS = 5_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;
const TRY_AGAIN = [408, 425, 429];

// 122 random bits in the shape of a UUID; crypto.randomUUID is missing on a page served without https.
export function newPressId(random = (bytes) => crypto.getRandomValues(bytes)) {
  const bytes = random(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// Sends the press until it is answered or 20 s have passed; resolves with what became of it:
// {kind: "issued", tickets} | {kind: "refused", code} | {kind: "unpaired"} | {kind: "away"}.
// `post(body, headers, within_ms)` resolves with {status, json} and rejects when no answer came.
export async function takeTicket(body, { post, now, sleep, random = Math.random, onSlow = () => {} }) {
  const startedAt = now();
  const left = () => GIVE_UP_AFTER_MS - (now() - startedAt);
  const slow = sleep(SLOW_AFTER_MS).then(() => isDone || onSlow());
  let isDone = false;
  let pause = FIRST_PAUSE_MS;
  try {
    while (left() > 0) {
      const outcome = await attempt(body, post, Math.min(ANSWER_WITHIN_MS, left()));
      if (outcome) return outcome;
      await sleep(Math.min(pause * (0.75 + random() / 2), Math.max(left(), 0)));
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    }
    return { kind: "away" };
  } finally {
    isDone = true;
    void slow;
  }
}

async function attempt(body, post, withinMs) {
  const key = body.people ? `${body.press_id}.${body.people}` : body.press_id; // another count: another body
  let answer;
  try {
    answer = await post(body, { "Idempotency-Key": key }, withinMs);
  } catch {
    return null;
  }
  if (answer.status === 200 || answer.status === 201) {
    const tickets = ticketsIn(answer);
    return tickets.at(-1)?.number ? { kind: "issued", tickets } : null;
  }
  if (answer.status === 401 || answer.status === 403) return { kind: "unpaired" };
  if (answer.status >= 500 || TRY_AGAIN.includes(answer.status)) return null;
  return {
    kind: "refused",
    code: answer.json?.code ?? "other",
    ...(answer.json?.booked_at && { problem: answer.json }),
  };
}

/** The tickets that an answer gives: one, or those of several people. */
export const ticketsIn = ({ json }) => json?.tickets ?? [json];

const AGAIN_AFTER_MS = [0, 5_000, 20_000];

// Sends what is only counted, by a request with a key of its own, until an answer comes: three times at most.
export async function sendThrice(send, sleep) {
  for (const afterMs of AGAIN_AFTER_MS) {
    await sleep(afterMs);
    try {
      if ((await send()).status < 500) return;
    } catch {
      /* sent again */
    }
  }
}

// --- Touches at the kiosk: a finger that slides a little means the button where it landed, and a touch
// that nothing takes is answered where it was.

export const SLIDE_MS = 900;

/** Whether a touch means the button where it landed: it was short, or went no farther than `slidePx`. */
export function isMeant(down, up, slidePx) {
  return up.at - down.at <= SLIDE_MS || Math.hypot(up.x - down.x, up.y - down.y) <= slidePx;
}

/**
 * Follows the fingers on a page. `press(button)` says whether it did something; `miss(x, y)` answers a touch
 * that did nothing; `slidePx()` are two centimetres of this screen.
 *
 * @param {EventTarget} page
 * @param {{ press: (button: HTMLButtonElement) => boolean, miss: (x: number, y: number) => void,
 *   slidePx: () => number }} wiring
 */
export function followTouches(page, { press, miss, slidePx }) {
  const landed = new Map(); // by pointer
  let takenAt = -Infinity;

  const placeOf = (event) => ({ x: event.clientX, y: event.clientY, at: event.timeStamp });
  /** @returns {HTMLButtonElement | null} */
  const buttonOf = ({ target }) => (target instanceof Element ? target.closest("button") : null);

  page.addEventListener("pointerdown", (event) => {
    const pointer = /** @type {PointerEvent} */ (event);
    if (pointer.button === 0)
      landed.set(pointer.pointerId, { ...placeOf(pointer), button: buttonOf(pointer) });
  });
  page.addEventListener("pointerup", (event) => {
    const pointer = /** @type {PointerEvent} */ (event);
    const down = landed.get(pointer.pointerId);
    if (!landed.delete(pointer.pointerId)) return;
    takenAt = pointer.timeStamp;
    const { button } = down;
    const isTaken =
      button?.isConnected && !button.disabled && isMeant(down, placeOf(pointer), slidePx()) && press(button);
    if (!isTaken) miss(down.x, down.y);
  });
  page.addEventListener("pointercancel", (event) => {
    const { pointerId } = /** @type {PointerEvent} */ (event);
    const down = landed.get(pointerId);
    if (landed.delete(pointerId)) miss(down.x, down.y);
  });
  // keys, and programs that help, press without a finger
  page.addEventListener("click", (event) => {
    const isOfFinger = event.isTrusted && /** @type {MouseEvent} */ (event).detail > 0;
    const button = buttonOf(event);
    if (!button || button.disabled || (isOfFinger && event.timeStamp - takenAt < SLIDE_MS)) return;
    press(button);
  });
}
