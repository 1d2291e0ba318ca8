"""Part u: from a key at a console to its effect painted in Chromium, with 300 people waiting.

An agent calls, takes the call back, calls again and transfers. The control is a bare page in the same run:
its key posts to the bare route that writes, and the answer is painted in a line of text.
"""

import asyncio
import time
from collections.abc import Mapping

from playwright.sync_api import Page

from tests.bench.loads import Connection
from tests.bench.painted import UNDISTURBED_S
from tests.bench.sides import Product
from tests.harness.chromium import Pages, running_chromium
from tests.harness.waiting import wait_until
from tests.harness.working import demonstration_user, sign_in

WAITING = 300
BETWEEN_S = 0.7
"""How long nobody presses a key: what the last gesture makes the page read has come."""
_WATCH = """
window.watchKey = (key, isDone) => {
  window.keyMs = null;
  let pressed = null;
  const listen = (event) => {
    if (pressed !== null || event.key.toLowerCase() !== key) return;
    pressed = event.timeStamp;
    const look = () => {
      if (!isDone()) return requestAnimationFrame(look);
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { window.keyMs = performance.now() - pressed; };
      channel.port2.postMessage(null);
    };
    requestAnimationFrame(look);
    removeEventListener("keydown", listen, true);
  };
  addEventListener("keydown", listen, true);
};
"""
_PHASE = """([key, phase]) => {
  const first = () => document.querySelector('[data-list="waiting"] b').textContent;
  const called = document.querySelector('[data-person] .number').textContent;
  window.watchKey(key, () => document.body.dataset.phase === phase && (key !== "a" || first() === called));
}"""
_BARE = """(route) => addEventListener("keydown", async () => {
  const line = document.body.appendChild(document.createElement("p"));
  line.textContent = await (await fetch(route, { method: "POST" })).text();
  window.answers = (window.answers ?? 0) + 1;
})"""
_ANSWER = """(key) => {
  const before = window.answers ?? 0;
  window.watchKey(key, () => (window.answers ?? 0) > before);
}"""
GESTURES = {"call": ("F9", "called"), "undo": ("a", "free"), "transfer": ("1", "free")}
"""By gesture, its last key and the phase that follows; one taken back is first of the list again."""
MOST_MS = {50: 100, 95: 200}
"""By percentile."""


def measure_console(side: Product, bare: tuple[int, str], rounds: int) -> Mapping[str, list[float]]:
    """Milliseconds from key to paint of each gesture and of the control, which alternate."""
    asyncio.run(_fill(side))
    taken: dict[str, list[float]] = {name: [] for name in (*GESTURES, "control")}
    with running_chromium() as browser:
        pages = Pages(browser)
        page, reference = pages.open(), pages.open()
        for each in (page, reference):
            each.add_init_script(_WATCH)
        sign_in(page, side.served, *demonstration_user(side.served, "agent", side.hall), path="/console")
        page.locator("body[data-phase=choose] [data-list=places] li").first.wait_for()
        page.keyboard.press("1")
        page.locator("body[data-phase=free]").wait_for()
        reference.goto(f"http://127.0.0.1:{bare[0]}/hello")
        reference.evaluate(_BARE, bare[1])
        for _ in range(rounds):
            for name in ("call", "undo", "call", "transfer"):
                if name == "transfer":
                    page.keyboard.press("r")
                    page.locator('[data-panel] [data-choice="1"]').wait_for()
                taken[name].append(_pressed(page, GESTURES[name][0], _PHASE, GESTURES[name][1]))
            taken["control"].append(_pressed(reference, "x", _ANSWER))
        pages.close()
    return taken


async def _fill(side: Product) -> None:
    connection = await Connection.open(side.port)
    await side.fill_queue(connection, WAITING)
    connection.close()


def _pressed(page: Page, key: str, watch: str, phase: str | None = None) -> float:
    time.sleep(BETWEEN_S)
    named = key.lower()
    page.evaluate(watch, [named, phase] if phase else named)
    page.keyboard.press(key)
    time.sleep(UNDISTURBED_S)
    return float(wait_until(lambda: page.evaluate("window.keyMs"), f"{key} is painted", every_s=0.02))
