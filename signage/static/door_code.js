// The code at the door, on a screen of that layout: over calls and notices, below an alert. It is read again
// each time it changes; while the server is away no old one is shown, and the screen goes on below.

const AGAIN_MS = 5_000;
const place = /** @type {HTMLElement} */ (document.getElementById("door"));
let timer = 0;

new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-place"] });
follow();

function follow() {
  clearTimeout(timer);
  if (document.body.dataset.place === "door") renew();
  else place.hidden = true;
}

async function renew() {
  const answer = await read().catch(() => null);
  if (document.body.dataset.place !== "door") return;
  place.hidden = !answer;
  if (answer) draw(answer);
  timer = setTimeout(renew, answer ? Math.max(1_000, Date.parse(answer.changes_at) - answer.at) : AGAIN_MS);
}

/** The code, and the server's clock when it was asked: a screen's own clock may be wrong. */
async function read() {
  const answer = await fetch("/api/v1/door-code", { cache: "no-store", signal: AbortSignal.timeout(8_000) });
  if (!answer.ok) throw new Error(String(answer.status));
  return { ...(await answer.json()), at: Date.parse(answer.headers.get("Date") ?? "") || Date.now() };
}

function draw({ code, address, picture, words }) {
  const image = /** @type {HTMLImageElement} */ (place.querySelector("img"));
  image.src = picture;
  image.alt = "";
  // a long address goes on after a slash, not in the middle of a word
  const parts = address.split(/(?<=\/)/).flatMap((part) => [part, document.createElement("wbr")]);
  /** @type {HTMLElement} */ (place.querySelector(".door-address")).replaceChildren(...parts);
  /** @type {HTMLElement} */ (place.querySelector(".door-code")).textContent = code;
  /** @type {HTMLElement} */ (place.querySelector(".door-words")).replaceChildren(
    ...words.map(({ language, title, hint }, at) => {
      const said = document.createElement("div");
      said.lang = language;
      const [first, second] = [document.createElement(at ? "h2" : "h1"), document.createElement("p")];
      [first.textContent, second.textContent] = [title, hint];
      if (!at) first.id = "door-title";
      said.append(first, second);
      return said;
    }),
  );
}
