"""A served demonstration, its kiosk in a browser, and what visitors do there."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, DomPages, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import run_clock_until, wait_until


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing(public_url="https://accueil.example.fr")


@pytest.fixture
def at_dom_kiosk(hall: Served, dom_pages: DomPages) -> Callable[..., DomPage]:
    """The same without a browser."""

    def opened(*, before: Callable[[DomPage], None] | None = None) -> DomPage:
        page = dom_pages.open(width=1080, height=1920)
        if before:
            before(page)
        page.goto(demonstration_site(hall)["kiosk"]["url"])
        expect(page.locator("main")).to_have_attribute("data-view", "start")
        return page

    return opened


@pytest.fixture
def at_kiosk(hall: Served, pages: Pages) -> Callable[..., Page]:
    """Opens the kiosk of Laon and waits until one may choose; `context` goes to the browser."""

    def opened(
        size: str = "portrait", *, before: Callable[[Page], None] | None = None, **context: Any
    ) -> Page:
        width, height = SIZES[size]
        page = pages.open(width=width, height=height, **context)
        if before:
            before(page)
        page.goto(demonstration_site(hall)["kiosk"]["url"])
        expect(page.locator("main")).to_have_attribute("data-view", "start")
        return page

    return opened


# --- gestures of a visitor at the kiosk's page, and the hall's view of them -------------------


SITE = "laon"
WALK_IN = "laon-accueil"
BOOKED = "laon-naturalisation"
SIZES = {
    "portrait": (1080, 1920),
    "landscape": (1920, 1080),
    "tablet": (1280, 800),
    "upright tablet": (800, 1280),
}
MISFITS = """() => {
  const shown = (each) => each.checkVisibility({ visibilityProperty: true });
  const style = getComputedStyle(document.documentElement), found = [];
  const share = (name) => innerHeight * parseFloat(style.getPropertyValue(name)) / 100;
  const [top, bottom] = [share("--band-top"), innerHeight - share("--band-rest")];
  const boxes = [...document.querySelectorAll("button")].filter(shown)
    .map((each) => [each, each.getBoundingClientRect()]);
  for (const [index, [button, box]] of boxes.entries()) {
    const say = (text) => found.push(`${button.textContent.trim().slice(0, 30)} ${text}`);
    if (Math.min(box.width, box.height) < 83.5) say(`is ${box.width} × ${box.height}`);
    if (box.top < top - 1 || box.bottom > bottom + 1) say("is out of reach");
    if (box.left < -1 || box.right > innerWidth + 1) say("is off the screen");
    const across = button.clientWidth - button.scrollWidth, along = button.clientHeight - button.scrollHeight;
    const spare = Math.min(across, along);
    if (spare < -1) say("is cut");
    for (const [other, next] of boxes.slice(index + 1)) {
      const across = Math.max(box.left - next.right, next.left - box.right);
      const along = Math.max(box.top - next.bottom, next.top - box.bottom);
      if (Math.max(across, along) < 15.4) say(`is too near to ${other.textContent.trim()}`);
    }
  }
  const texts = ".words, .note, .follow, .paged, .top, #languages, .access";
  for (const box of [...document.querySelectorAll(texts)].filter(shown)) {
    if (box.scrollHeight > box.clientHeight + 14) found.push(`${box.className} hides something`);
  }
  const boxOf = (selector) => document.querySelector(selector).getBoundingClientRect();
  const head = boxOf(".top"), words = boxOf(".ticket, h1");
  const isBeside = words.left >= head.right - 1 || words.right <= head.left + 1;
  const isOver = words.top < head.bottom - 1 && !isBeside;
  if (isOver) found.push("the words lie over the head");
  return found;
}"""


def demonstration_site(hall: Served) -> dict[str, Any]:
    return next(site for site in hall.demonstration["sites"] if site["slug"] == SITE)


def received(hall: Served) -> int:
    """How many visits the hall has received today."""
    answer = httpx.get(
        f"{hall.base_url}/api/v1/halls/{SITE}/queue",
        headers={"Authorization": f"Bearer {hall.demonstration['api_key']}"},
        trust_env=False,
    )
    return int(answer.raise_for_status().json()["day"]["received"])


def issue_elsewhere(hall: Served) -> None:
    """Someone else takes a ticket: the menu changes."""
    httpx.post(
        f"{hall.base_url}/api/v1/halls/{SITE}/tickets",
        headers={"Authorization": f"Bearer {hall.demonstration['api_key']}"},
        json={"service": WALK_IN, "press_id": str(uuid.uuid4()), "language": "fr"},
        trust_env=False,
    ).raise_for_status()


LATER = """(() => {
  const now = performance.now.bind(performance);
  performance.now = () => now() + 400;
})()"""
SHOWN = "[document.querySelector('main').dataset.view, document.querySelector('h1').textContent]"


def pass_guard(page: Page | DomPage) -> None:
    """Lets the time pass at once in which the kiosk takes a press for the second one of a double press.

    Its timers and its sockets wait as always.
    """
    page.evaluate(LATER)


def take_at_rest(page: Page) -> None:
    """Takes the chosen ticket on a page whose clock stands: what leaves by itself stays."""
    pass_guard(page)
    page.locator("[data-act=take]").click()
    run_clock_until(page, page.locator(".number").count, "the number")


def press(page: Page | DomPage, selector: str) -> None:
    """Presses a button, again where the view that it needs was still coming, or had gone with the server."""
    _act(page, selector, lambda: page.locator(selector).click())


def by_key(page: Page | DomPage, selector: str) -> None:
    """Presses Enter on a button, again as `press` does."""
    _act(page, selector, lambda: page.locator(selector).first.press("Enter"))


def _act(page: Page | DomPage, selector: str, act: Callable[[], None]) -> None:
    shown = look(page)

    def acted() -> bool:
        if look(page) == shown:
            pass_guard(page)
            act()
        now = look(page)
        return now != shown and now[0] != "away"

    wait_until(acted, f"{selector} acts", every_s=0.1)


def look(page: Page | DomPage) -> list[str]:
    """The name of the view that is up, and its title."""
    found: list[str] = page.evaluate(SHOWN)
    return found


def speak_english(page: Page | DomPage) -> None:
    """Chooses English and waits for its menu: a title that changes later would look like a press."""
    page.locator("[data-language=en]").click()
    expect(page.locator(f"[data-service={WALK_IN}]")).to_contain_text("Reception and enquiries")


def choose(page: Page | DomPage, service: str = WALK_IN) -> None:
    turn_to(page, f"[data-service={service}]")
    press(page, f"[data-service={service}]")
    expect(page.locator("main")).to_have_attribute("data-view", "sheet")


def turn_to(page: Page | DomPage, choice: str) -> None:
    """Turns the pages of a view until a choice is on the one that is up."""

    def is_up() -> bool:
        if page.locator(choice).count() == 0:
            pass_guard(page)
            page.locator("[data-key=next]").click()
        return page.locator(choice).count() > 0

    wait_until(is_up, f"{choice} is turned up", every_s=0.1)


def expect_ticket(page: Page | DomPage) -> str:
    expect(page.locator("main")).to_have_attribute("data-view", "ticket")
    return page.locator(".number").inner_text()


def fits(page: Page) -> None:
    """Fails with what does not fit and, at the first size, with what axe-core and html-validate find.

    Another size can break only what fitting says more strictly: how large buttons are, and how far apart.
    """
    misfits = page.evaluate(MISFITS)
    assert misfits == [], misfits
    width, height = SIZES["portrait"]
    if page.viewport_size == {"width": width, "height": height}:
        assert_accessible(page)


def fits_at_every_size(page: Page) -> None:
    """`fits` at each size of a kiosk, the last one upright as the first."""
    for size in reversed(SIZES):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("new Promise(requestAnimationFrame)")
        fits(page)
