"""Part t: how far apart two screens of a hall change what they show, in one real Chromium.

Both play the same programme: texts, one of several pages, and a large picture. The second one is opened
three seconds after the first. The floor is two bare pages that write a line at the same instants, by a timer
of their own. Every page tells, on the machine's clock, when the frame with a change has been painted. A
change that only one page has counts as a second. No product's server runs meanwhile: each screen, which in
a hall has a computer of its own, may have a core.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from tests.bench.sides import LOAD_CORES, SERVER_CORES
from tests.harness.chromium import Pages, running_chromium
from tests.harness.programs import PROJECT
from tests.signage.contract_server import ContractServer
from tests.signage.programmes import item, medium, programme

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
