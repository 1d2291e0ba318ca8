"""How slides of a screen come and go: never an empty frame, a title stays, nothing moves at a call."""

import io
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.harness.chromium import Pages
from tests.harness.waiting import run_clock_until
from tests.pages.screen.conftest import SIZES
from tests.signage.contract_server import ContractServer
from tests.signage.programmes import item, medium, programme

HOLD = """
  window.held = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (...given) {
    const made = animate.apply(this, given);
    if (this.closest(".slide")) {
      made.pause();
      window.held.push(made);
    }
    return made;
  };
"""
"""Changes stand where a test puts them."""
PAPER, TEAL, PLUM = (251, 250, 246), (31, 111, 107), (92, 40, 110)
LONG = "".join(
    f"<p>Le guichet {n} ouvre à midi. Apportez votre titre et {n} photos.</p>" for n in range(2, 16)
)
LONGEST_MS, TURN_MS = 250, 8_000


@pytest.fixture
def hall(media_hall: ContractServer, media: Path) -> ContractServer:
    for name, colour in (("teal", TEAL), ("plum", PLUM)):
        Image.new("RGB", (600, 900), colour).save(media / f"{name}.webp", lossless=True)
    return media_hall


def photograph(colour: str) -> dict[str, Any]:
    content = medium(f"{colour}.webp", width=600, height=900, text="", title="", focus={"x": 50, "y": 50})
    return item(colour, "image", content, ms=TURN_MS)


def words(name: str) -> dict[str, Any]:
    return item(
        name, "text", {"title": f"Horaires {name}", "html": "<p>Le lundi dès 8 h 30.</p>" * 3}, ms=TURN_MS
    )


def opened(
    pages: Pages, hall: ContractServer, *items: dict[str, Any], size: str = "landscape", **context: Any
) -> Page:
    hall.screen["programme"] = programme(*items)
    width, height = SIZES[size]
    page = pages.open(width=width, height=height, **context)
    page.add_init_script(HOLD)
    page.clock.install()
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    page.clock.pause_at(time.time() + 10)  # no turn ends while a change is looked at
    run_until(page, "document.querySelector('#slide > :not(.welcome)')")
    for name in ("teal", "plum"):  # they are there before the page's clock runs to them
        page.evaluate("name => fetch(`/media/${name}.webp`).then((file) => file.blob())", name)
    page.evaluate("document.fonts.ready.then(() => null)")  # a font that comes later moves letters
    page.evaluate("held.splice(0).forEach((one) => one.finish())")
    return page


def pixels(page: Page, selector: str) -> "np.ndarray[Any, Any]":
    return np.asarray(Image.open(io.BytesIO(page.locator(selector).screenshot())).convert("RGB"), dtype=int)


def run_until(page: Page, is_true: str) -> None:
    """Lets the page's clock run until a script answers that something is true, four minutes at most."""
    run_clock_until(page, lambda: page.evaluate(f"Boolean({is_true})"), is_true, step_ms=500)


def held_change(page: Page) -> None:
    """A change that nothing has ended since: a font that comes, another room."""
    run_until(page, "(held = held.filter((one) => one.playState === 'paused')).length")


def at_share(page: Page, share: float) -> None:
    """Puts what moves at a share of its time; it lasts a quarter of a second at most."""
    longest = page.evaluate(
        """share => Math.max(0, ...held.map((one) => {
          const { duration } = one.effect.getTiming();
          one.currentTime = share * duration;
          return duration;
        }))""",
        share,
    )
    assert 0 < longest <= LONGEST_MS


def ends(page: Page) -> None:
    page.evaluate("held.splice(0).forEach((one) => one.finish())")
    expect(page.locator("#leaving > *")).to_have_count(0)


def test_between_two_photographs_every_frame_is_of_both(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall, photograph("teal"), photograph("plum"))
    held_change(page)
    low, high = np.minimum(TEAL, PLUM) - 3, np.maximum(TEAL, PLUM) + 3
    for share in (0, 0.5, 0.99):
        at_share(page, share)
        shown = pixels(page, "#aside")[:-12]
        assert (shown >= low).all(), share
        assert (shown <= high).all(), share
    ends(page)


def test_between_two_texts_something_can_be_read_in_every_frame(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall, words("a"), words("b"))
    held_change(page)
    ink = []
    for share in (0, 0.25, 0.5, 0.75, 0.99):
        at_share(page, share)
        ink.append(int(np.abs(pixels(page, "#aside")[:-12] - PAPER).sum()))
    assert min(ink) > ink[0] / 2, ink
    ends(page)


STANDS = """() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector("#slide .notice-title").firstChild);
  return [...range.getClientRects()].map(({ left, top, width, height }) => [left, top, width, height]);
}"""
"""Where the letters of a title stand."""


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_the_title_stands_still_while_pages_turn(pages: Pages, hall: ContractServer, size: str) -> None:
    long = item("long", "text", {"title": "Un long texte, et sa suite", "html": LONG})
    page = opened(pages, hall, long, words("b"), size=size)
    run_until(page, "document.querySelector('#slide > [data-page=\"1\"]')")
    page.evaluate("held.splice(0).forEach((one) => one.finish())")
    stood, letters = [], []
    for _ in range(3):  # the page's clock runs ahead of the server's: later it would count as not live
        stood.append(page.evaluate(STANDS))
        letters.append(pixels(page, "#slide .notice-title"))
        held_change(page)
        moving = page.evaluate("held.map((one) => one.effect.target.className)")
        if moving != ["notice-body"]:
            break
        ends(page)
    assert len(stood) >= 2
    assert stood == [stood[0]] * len(stood)
    assert all(np.array_equal(each, letters[0]) for each in letters)


@pytest.mark.parametrize(
    ("urgent", "sign"), [("call", ".card"), ("alert", ".alert-title"), ("break", "body[data-view=break]")]
)
def test_nothing_moves_once_a_call_an_alert_or_a_break_has_come(
    pages: Pages, hall: ContractServer, urgent: str, sign: str
) -> None:
    page = opened(pages, hall, photograph("teal"), words("b"), photograph("plum"))
    held_change(page)
    expect(page.locator("#leaving > *")).to_have_count(1)
    expect(page.locator(".progress")).to_be_visible()
    if urgent == "call":
        hall.announce(hall.call("A12"))
    elif urgent == "alert":
        hall.raise_alert("evacuate")
    else:
        hall.in_break = {"begins_at": hall.instant(ago_s=60), "resumes_at": hall.instant(ago_s=-3_600)}
    hall.send_board()
    expect(page.locator(sign).first).to_be_visible()
    assert page.evaluate("held.splice(0).every((one) => one.playState === 'idle')")
    expect(page.locator("#leaving > *")).to_have_count(0)
    if urgent == "call":  # nor beside it, while it is new
        expect(page.locator(".progress")).to_be_hidden()
        page.evaluate("window.stood = document.querySelector('#slide').firstChild")
        run_until(page, "document.querySelector('#slide').firstChild !== window.stood")
        assert page.evaluate("held.length") == 0


def test_less_motion_changes_at_once_and_shortens_the_line_by_steps(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall, photograph("teal"), words("b"), reduced_motion="reduce")
    run_until(page, "document.querySelector('#slide > .notice')")
    run_until(page, "document.querySelector('#slide > .picture')")
    assert page.evaluate("held.length") == 0
    shown = page.evaluate("document.querySelector('#progress-line').style.transform")
    assert shown in {f"scaleX({share / 8:g})" for share in range(8)}


def test_while_a_notice_stands_only_its_line_is_written_four_times_a_second(
    pages: Pages, hall: ContractServer
) -> None:
    """An animation would draw sixty frames a second, without a graphics card a quarter of a core."""
    page = opened(pages, hall, photograph("teal"), words("b"))
    run_until(page, "document.querySelector('#slide > .picture')")
    run_until(page, "document.querySelector('#slide > .notice')")
    page.clock.run_for(1_000)
    page.evaluate("""() => {
        window.written = [];
        const watch = new MutationObserver((all) => written.push(...all.map(({ target }) => target.id)));
        watch.observe(document.querySelector("#aside"), { attributes: true, childList: true, subtree: true });
    }""")
    page.clock.run_for(2_000)
    assert page.evaluate("document.querySelector('#progress-line').getAnimations().length") == 0
    assert page.evaluate("written") == ["progress-line"] * 8


def test_a_reload_shows_a_notice_before_the_programme_is_measured_again(
    pages: Pages, hall: ContractServer
) -> None:
    texts = [item(name, "text", {"title": name, "text": "Un mot. " * 40}, ms=60_000) for name in ("a", "b")]
    hall.screen["programme"] = programme(*texts)
    page = pages.open(width=1920, height=1080)
    page.clock.install()
    page.goto(f"{hall.url}/screen#t=good")
    title = page.locator("#slide .notice-title")
    expect(title).to_have_count(1)
    # nothing is measured while no time passes
    page.clock.pause_at(page.evaluate("Date.now() + 1_000"))
    page.reload()
    expect(title).to_have_count(1)
    expect(title).to_be_visible()
