"""When a change has been painted.

Part f: from the POST of `next` to the call painted on a hall screen, in a real Chromium.

The reference is a page that writes on a bare broadcast the same words as the screen's card, anew each time,
in letters and places as large; and, as the floor, one that writes what it brings in a line of small text.
Both pages tell, on the machine's clock, when the frame that holds the change has been painted: the first task
after an animation frame; and when its message had arrived.

Part t: how far apart two screens of a hall change what they show, in one real Chromium.

Both play the same programme: texts, one of several pages, and a large picture. The second one is opened
three seconds after the first. The floor is two bare pages that write a line at the same instants, by a timer
of their own. Every page tells, on the machine's clock, when the frame with a change has been painted. A
change that only one page has counts as a second. No product's server runs meanwhile: each screen, which in
a hall has a computer of its own, may have a core.
"""

import asyncio
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image
from playwright.sync_api import Page

from tests.bench.loads import Connection, percentile
from tests.bench.sides import LOAD_CORES, SERVER_CORES, Product, fresh_key
from tests.harness.chromium import Pages, running_chromium
from tests.harness.programs import PROJECT
from tests.harness.waiting import wait_until
from tests.signage.contract_server import ContractServer
from tests.signage.programmes import item, medium, programme

SCRIPT = PROJECT / "var" / "assets" / "socket.io.esm.min.js"

BETWEEN_MS = 700
UNDISTURBED_S = 0.15
"""How long a page may paint before it is queried: a query uses the core that it paints on."""
_PAINTED = """
window.painted = {};
window.arrived = {};
const named = /"(?:number|t)":"?([\\w.]+)/;
window.WebSocket = class extends window.WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({ data }) => {
      if (!/^42[^[]*\\["(call[.]announced|bare)"/.test(data)) return;
      window.arrived[named.exec(data)?.[1]] ??= performance.timeOrigin + performance.now();
    });
  }
};
window.afterPaint = (key) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { window.painted[key] ??= performance.timeOrigin + performance.now(); };
  channel.port2.postMessage(null);
});
"""
_WATCH_CARDS = """() => new MutationObserver(() => {
  for (const number of document.querySelectorAll(".card-number")) window.afterPaint(number.textContent);
}).observe(document.getElementById("cards"), {childList: true, subtree: true})"""
_LATER = "(ms) => performance.now() >= ms"
_LISTEN = """async () => {
  const { io } = await import("/socket.io.esm.min.js");
  const small = document.body.appendChild(document.createElement("p"));
  const card = document.body.appendChild(document.createElement("div"));
  const socket = io({ transports: ["websocket"] });
  const made = ({ text, style }, number) => {
    const part = document.createElement("p");
    part.textContent = text ?? number;
    part.style.cssText = style;
    return part;
  };
  window.parts = null;
  socket.on("bare", ({ t }) => {
    const text = String(t);
    if (window.parts) card.replaceChildren(...window.parts.map((part) => made(part, text.slice(-4))));
    else small.textContent = text;
    window.afterPaint(text);
  });
  await new Promise((resolve) => socket.on("connect", resolve));
}"""
_CARD = """() => {
  const card = document.querySelector(".card");
  const isText = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim();
  const texts = [...card.querySelectorAll("*")].filter((one) => [...one.childNodes].some(isText));
  return [card, ...texts].map((one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    const { fontSize, fontWeight, lineHeight } = getComputedStyle(one);
    const words = one === card ? "" : one.textContent;
    return {
      text: one.className === "card-number" ? null : words,
      style:
        `position:fixed;margin:0;left:${left}px;top:${top}px;width:${width}px;height:${height}px;` +
        `font:${fontWeight} ${fontSize}/${lineHeight} sans-serif;background:${words ? "none" : "#eee"}`,
    };
  });
}"""
_WRITE = """(parts) => {
  window.parts = parts;
  document.querySelector("div").replaceChildren();
}"""


@dataclass(frozen=True, slots=True)
class Painted:
    """Milliseconds from a request to its paint, and of these from the message's arrival in the page."""

    asked_ms: float
    arrived_ms: float


def measure_painted(side: Product, bare: int, rounds: int) -> tuple[list[Painted], ...]:
    """Each call, each bare broadcast in a line of text, and each as the same text; the three alternate.

    The loop that fills the queue must not run: Playwright has one of its own.
    """
    with running_chromium() as browser, httpx.Client(trust_env=False) as client:
        pages = Pages(browser)
        screen, reference = pages.open(width=1920, height=1080), pages.open(width=1920, height=1080)
        for page in (screen, reference):
            page.add_init_script(_PAINTED)
        hall = next(site for site in side.served.demonstration["sites"] if site["slug"] == side.hall)
        screen.goto(hall["screens"][0]["url"])
        screen.locator("body:not([data-view=connecting])").wait_for()
        screen.evaluate(_WATCH_CARDS)
        reference.route("**/socket.io.esm.min.js", lambda route: route.fulfill(path=SCRIPT))
        reference.goto(f"http://127.0.0.1:{bare}/hello")
        reference.evaluate(_LISTEN)
        called, emitted, same_text = [], [], []
        for number in range(rounds + 3):
            # the next one comes when it comes, not in the frame in which a row leaves
            _let_pass(screen)
            leg = _called(side, client)
            call = _painted(screen, leg.pop("asked_ms"), str(leg["number"]))
            reference.evaluate(_WRITE, None)
            _let_pass(reference)
            emit = _emitted(reference, client, bare)
            reference.evaluate(_WRITE, screen.evaluate(_CARD))
            _let_pass(reference)
            large = _emitted(reference, client, bare)
            if number >= 3:
                called.append(call)
                emitted.append(emit)
                same_text.append(large)
        pages.close()
    return called, emitted, same_text


def _let_pass(page: Page) -> None:
    """A while in which the page draws nothing of ours."""
    now_ms = page.evaluate("performance.now()")
    page.wait_for_function(_LATER, arg=now_ms + BETWEEN_MS, polling=100)


def _emitted(page: Page, client: httpx.Client, bare: int) -> Painted:
    asked_ms = time.time() * 1_000
    sent = client.post(f"http://127.0.0.1:{bare}/emit?bytes=900").json()["sent_at"]
    return _painted(page, asked_ms, None if sent is None else _as_javascript(sent))


def _as_javascript(value: float) -> str:
    """A number as `String(value)` writes it."""
    return str(int(value)) if value.is_integer() else repr(value)


def _called(side: Product, client: httpx.Client) -> dict[str, Any]:
    body = {"current": side.leg, **({"current_end": "served"} if side.leg else {})}
    asked_ms = time.time() * 1_000
    answer = client.post(
        f"http://127.0.0.1:{side.port}/api/v1/counters/{side.counter}/next",
        json=body,
        headers=side.session | fresh_key(),
    )
    if answer.status_code != 200:
        raise RuntimeError(f"next: {answer.status_code} {answer.text}")
    leg: dict[str, Any] = answer.json()
    side.leg = leg["leg"]
    return leg | {"asked_ms": asked_ms}


def _painted(page: Page, asked_ms: float, key: str | None) -> Painted:
    time.sleep(UNDISTURBED_S)
    # the page's policy forbids what Playwright's own waiting does
    painted = "(key) => window.painted[key] && [window.painted[key], window.arrived[key]]"
    found = wait_until(lambda: page.evaluate(painted, key), f"{key} is painted", every_s=0.02)
    return Painted(found[0] - asked_ms, found[0] - found[1])


async def prepare(side: Product, tickets: int) -> None:
    """Opens the counter and makes a number of people wait."""
    connection = await Connection.open(side.port)
    await side.open_counter(connection)
    await side.fill_queue(connection, tickets)
    connection.close()


def painted(side: Product, bare: int, rounds: int) -> tuple[float, float, float, dict[str, float]]:
    """The medians of the three, in ms, the 95th of 100, and the medians from the message's arrival."""
    asyncio.run(prepare(side, rounds + 3))
    measured = measure_painted(side, bare, rounds)
    more = {}
    for name, found in zip(("product", "reference", "same_text"), measured, strict=True):
        more[f"{name}_p95"] = percentile([each.asked_ms for each in found], 95)
        more[f"{name}_after_arrival"] = statistics.median(each.arrived_ms for each in found)
    called, emitted, same_text = map(_median, measured)
    return called, emitted, same_text, more


def _median(found: list[Painted]) -> float:
    return statistics.median(each.asked_ms for each in found)


# --- together ---------------------------------------------------------------------------------


SLOW = 4
"""How many times slower the processor of a modest player is."""
TURN_MS, BEAT_S, APART_MS, MISSED_MS = 5_000, 5, 3_000, 1_000
LOADS_S = 10
SENTENCE = "<p>Le guichet {n} ouvre à midi. Apportez votre titre et deux photos.</p>"
_KEEP = """
window.changes = [];
window.afterPaint = () => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => window.changes.push(performance.timeOrigin + performance.now());
  channel.port2.postMessage(null);
});
"""
_WATCH = """() => new MutationObserver(window.afterPaint)
  .observe(document.getElementById("slide"), { childList: true })"""
_BARE = """turn => {
  const line = document.body.appendChild(document.createElement("p"));
  const next = () => setTimeout(() => {
    line.textContent = String(Date.now());
    window.afterPaint();
    next();
  }, turn - (Date.now() % turn));
  next();
}"""


def shown(media: Path) -> dict[str, Any]:
    """The programme of both screens; its picture has two megapixels that do not compress well."""
    noise = np.random.default_rng(1).integers(0, 255, (108, 192, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((1920, 1080)).save(media / "noise.webp", quality=90)
    picture = medium("noise.webp", width=1920, height=1080, text="", title="La préfecture")
    words = {"title": "Votre rendez-vous", "html": SENTENCE.format(n=3)}
    long = {"title": "Les guichets", "html": "".join(SENTENCE.format(n=n) for n in range(12))}
    return programme(
        item("words", "text", words, ms=TURN_MS),
        item("picture", "image", picture, ms=TURN_MS),
        item("more", "text", words | {"title": "Horaires"}, ms=TURN_MS),
        item("long", "text", long, ms=TURN_MS),
    )


def measure_together(media: Path, seconds: float, slower: int) -> tuple[list[float], list[float]]:
    """Milliseconds between the two paints of each change: of two screens, and of two bare pages."""
    server = ContractServer(PROJECT / "var" / "assets", media)
    server.screen["programme"] = shown(media)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, SERVER_CORES | LOAD_CORES)
    try:
        with running_chromium() as browser:
            screens = _spreads(browser, f"{server.url}/screen#t=good", _WATCH, seconds, slower, server.beat)
            bare = _spreads(browser, f"{server.url}/assets/tokens.css", _BARE, seconds, slower, lambda: None)
    finally:
        os.sched_setaffinity(0, cores)
        server.stop()
    return screens, bare


def _spreads(
    browser: Any, url: str, begin: str, seconds: float, slower: int, beat: Callable[[], None]
) -> list[float]:
    pages = Pages(browser)
    both = [pages.open(width=1920, height=1080, service_workers="block") for _ in range(2)]
    for page in both:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.add_init_script(_KEEP)
        page.goto(url)
        if begin == _WATCH:
            page.locator("#slide > *").first.wait_for()
        page.evaluate(begin, None if begin == _WATCH else TURN_MS)
        page.wait_for_timeout(APART_MS)
    # what a page does while it loads is not what is measured
    since = time.time() * 1_000 + LOADS_S * 1_000
    until = since + seconds * 1_000
    while time.time() * 1_000 < until:
        beat()
        both[0].wait_for_timeout(BEAT_S * 1_000)
    ours, theirs = (_changes(page, since, until) for page in both)
    pages.close()
    return apart(ours, theirs)


def _changes(page: Page, since: float, until: float) -> list[float]:
    return [at for at in page.evaluate("window.changes") if since <= at <= until]


def apart(ours: list[float], theirs: list[float]) -> list[float]:
    """How far each change is from the nearest one of the other page, in ms; `MISSED_MS` at most."""
    return [
        min([MISSED_MS, *(abs(at - other) for other in others)])
        for some, others in ((ours, theirs), (theirs, ours))
        for at in some
    ]
