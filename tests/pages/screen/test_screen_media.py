"""A screen's media in a real browser: every kind, no empty frame and no broken image, through calls."""

import io
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page

from tests.harness.accessible import assert_accessible, contrast
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.waiting import wait_until
from tests.pages.screen.conftest import MEASURE, SIZES
from tests.signage.contract_server import ContractServer
from tests.signage.programmes import LAST_ROW, LONGEST_CUT, every_kind, film, item, picture, programme

WATCH = """
  window.frames = []; window.troubles = [];
  const look = () => {
    requestAnimationFrame(look);
    const slide = document.querySelector("#slide"), body = document.body;
    if (!slide || !body || body.dataset.crowded === "yes" || body.dataset.view === "connecting") return;
    const [shown] = slide.children;
    if (!shown) return window.hasBegun && window.troubles.push("nothing stands there");
    window.hasBegun = true;
    const media = shown.querySelector("img, video");
    const isBroken = media?.tagName === "IMG" && !(media.complete && media.naturalWidth);
    if (isBroken) window.troubles.push(`broken ${media.src}`);
    const isEmpty = media?.tagName === "VIDEO" && media.readyState < 2 && !media.seeking;
    if (isEmpty) window.troubles.push(`no frame of ${media.src}`);
    const name = media ? new URL(media.src).pathname : shown.textContent;
    if (window.frames.at(-1) !== name) window.frames.push(name);
  };
  requestAnimationFrame(look);
"""


SMALLEST = """() => {
  const [w, h] = innerWidth > innerHeight ? [1920, 1080] : [1080, 1920];
  const unit = Math.min(innerWidth / w, innerHeight / h);
  const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const texts = [...document.querySelectorAll("#slide *")].filter(hasText);
  return Math.min(999, ...texts.map((one) => parseFloat(getComputedStyle(one).fontSize) / unit)) + 0.01;
}"""


@pytest.fixture
def hall(media_hall: ContractServer) -> ContractServer:
    return media_hall


def size_of(box: Locator) -> tuple[float, float]:
    """Width and height in pixels of the page."""
    found = box.bounding_box()
    assert found is not None
    return found["width"], found["height"]


def opened(
    pages: Pages, hall: ContractServer, *items: dict[str, Any], size: str = "landscape", **context: Any
) -> Page:
    """The screen's page, watched frame by frame from its first one."""
    hall.screen["programme"] = programme(*items)
    width, height = (SIZES | LARGE)[size]
    page = pages.open(width=width, height=height, **context)
    page.add_init_script(WATCH)
    page.add_init_script("Math.random = () => 0")  # asks at once for a new programme
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    return page


LARGE = {"large": (3840, 2160)}


@pytest.mark.parametrize("size", ["landscape", "portrait", "large"])
def test_every_kind_is_shown_whole_in_large_letters(pages: Pages, hall: ContractServer, size: str) -> None:
    kinds = [kind for kind in every_kind() if size != "large" or kind["id"] in MEASURED_IN_PIXELS]
    page = opened(pages, hall, *kinds, size=size, reduced_motion="reduce")  # each stands there at once
    for calls in (False, True):
        if calls:
            hall.call("A12")
            hall.send_board()
            expect(page.locator("body")).to_have_attribute("data-quiet", "no")
        for kind in kinds:
            show(page, hall, kind, waits=calls and kind["id"] in WAITS[size])
            assert page.evaluate(MEASURE) == [], kind["id"]
            assert page.evaluate(SMALLEST) >= (64 if kind["kind"] == "priority_card" else 56), kind["id"]
            if not calls and size == "landscape" and kind["id"] in AXE:
                assert_accessible(page)
    assert page.evaluate("window.troubles") == []


AXE = (
    "rich",
    "upright",
    "delays",
    "date",
    "figure",
    "steps",
    "asked_and_done",
    "hours",
    "countdown",
    "table",
    "code",
)
"""The kinds that axe judges: the others are built as these are, and nobody touches a screen, so that another
width breaks none of its rules."""
MEASURED_IN_PIXELS = ("long", "upright", "film", "page", "poster", "cut")
"""The kinds with media, whose own size does not grow with the screen, and the longest text."""


WAITS = {
    "landscape": ("long", "film", "page", "busy"),
    "portrait": ("long",),
    "large": ("long", "film", "page"),
}
"""The kinds that are no whole thought beside calls: they wait for the whole screen, and the welcome stands
there. Each comes after one that does not wait, so that this welcome is its own."""


def show(page: Page, hall: ContractServer, kind: dict[str, Any], *, waits: bool = False) -> None:
    """Makes a kind the whole programme, and waits until it is on the screen; the welcome where it waits."""
    if waits:
        expect(page.locator("#slide .welcome")).to_have_count(0)  # this one is still to come
    hall.screen["programme"] = programme(kind | {"ms": 60_000})
    hall.sockets.emit("programme.changed", {}, namespace="/screen")
    content = kind["content"]
    shown = f"[src='{content['url']}']" if "url" in content else f':has-text("{content["title"]}")'
    shown = ".welcome" if waits else shown
    expect(page.locator(f"#slide {shown}").first).to_be_visible()


@pytest.mark.parametrize("size", [*SIZES, "large"])
def test_a_photograph_fills_its_room_and_its_words_stand_out_on_white(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    page = opened(pages, hall, item("cut", "image", LONGEST_CUT, ms=60_000), size=size)
    media, title = page.locator(".picture-media"), page.locator(".picture-title")
    for calls in (False, True):
        if calls:
            hall.announce(hall.call("A12"))
            hall.send_board()
            expect(page.locator("body")).to_have_attribute("data-quiet", "no")
        expect(media).to_be_visible()
        assert size_of(media) == pytest.approx(size_of(page.locator("#aside")), abs=1)
        assert page.evaluate(MEASURE) == []
        if title.is_visible():  # beside calls it is left out where it is not whole
            assert contrast(Image.open(io.BytesIO(title.screenshot()))) >= 7
        else:
            assert calls
    assert_accessible(page)


def test_words_over_a_white_picture_stand_out_and_one_beside_them_follows_their_language(
    pages: Pages, hall: ContractServer
) -> None:
    white = {"url": "/media/white.webp", "width": 900, "height": 600, "text": "La place", "focus": None}
    words = {
        "title": "Le marché est ouvert",
        "html": "<p>Le mercredi, à midi.</p>",
        "credit": "",
        "code": None,
    }
    behind = item("behind", "text", {**words, "picture": white | {"composition": "behind"}}, ms=60_000)
    page = opened(pages, hall, behind)
    for part in (".notice-title", ".notice-body"):
        expect(page.locator(f"#slide {part}")).to_be_visible()
        assert contrast(Image.open(io.BytesIO(page.locator(f"#slide {part}").screenshot()))) >= 7
    assert_accessible(page)
    beside = {**words, "picture": white | {"composition": "left", "focus": {"x": 50, "y": 50}}}
    for language, is_right in (("fr", False), ("ar", True)):
        show(page, hall, item(language, "text", beside | {"title": language}, language=language))
        at = page.locator("#slide .pictured-media").bounding_box()
        assert at is not None
        assert (at["x"] > 0) == is_right
        assert page.evaluate(MEASURE) == []


def test_no_pixel_of_a_poster_is_lost_and_it_lies_on_the_colour_of_its_edges(
    pages: Pages, hall: ContractServer
) -> None:
    last_row = item("row", "document", LAST_ROW, ms=60_000)
    page = opened(pages, hall, last_row)
    aside, media = page.locator("#aside"), page.locator(".picture-media")
    expect(media).to_be_visible()
    assert page.locator(".picture-title").count() == 0, "it carries its own title"
    seen = Image.open(io.BytesIO(aside.screenshot())).convert("RGB")
    red = [at for at in range(seen.height) if _is_red(seen.getpixel((seen.width // 2, at)))]
    assert red, "its last row"
    assert seen.height - red[0] < 12
    for x in (4, seen.width - 5):
        assert seen.getpixel((x, seen.height // 2)) == pytest.approx((31, 111, 107), abs=6)


def _is_red(pixel: Any) -> bool:
    red, green, blue = pixel[:3]
    return bool(red > 150 and green < 90 and blue < 90)


def test_a_notice_brings_only_text_to_the_screen(dom_pages: DomPages, hall: ContractServer) -> None:
    hall.screen["programme"] = programme(every_kind()[0])
    page = dom_pages.open(f"{hall.url}/screen#t=good")
    expect(page.locator("#slide li")).to_have_count(2)
    expect(page.locator("#slide script, #slide a")).to_have_count(0)
    expect(page.locator("#slide")).to_contain_text("Le site")


def test_media_follow_each_other_without_an_empty_frame_and_broken_ones_are_left_out(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(
        pages,
        hall,
        picture("upright", "upright.webp"),
        picture("gone", "not-there.webp"),
        film("film") | {"ms": 1_000},
        picture("broken", "broken.webp"),
        film("no-film", "broken.webm") | {"ms": 1_000},
        item("words", "text", {"title": "Horaires", "text": "Le lundi dès 8 h 30."}),
    )
    good = {"/media/upright.webp", "/media/film.webm"}
    wait_until(lambda: good <= set(page.evaluate("window.frames.slice(1)")), "all that can be shown")
    wait_until(lambda: page.evaluate("window.frames.length") >= 5, "another round")
    seen = page.evaluate("window.frames")
    assert not any("broken" in name or "not-there" in name for name in seen)
    assert page.evaluate("window.troubles") == []


SLOWLY = """() => {
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    this.playbackRate = 0.1;
    return play.call(this);
  };
}"""
"""A film of two seconds lasts twenty."""


def test_a_film_waits_while_somebody_is_called_and_stops_under_an_alert(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall, film("film") | {"ms": 60_000})
    video = page.locator("#slide video")
    wait_until(lambda: video.evaluate("film => film.currentTime > 0.2 || film.ended"), "the film")
    caption = page.locator("#slide .picture-caption")
    expect(caption).to_have_text("Nous ouvrons le samedi matin jusqu’à midi")
    expect(caption).to_be_visible()
    assert contrast(Image.open(io.BytesIO(caption.screenshot()))) >= 7
    assert page.evaluate(SMALLEST) >= 56

    hall.call("R040", "guichet 1")
    hall.send_board()  # too wide to be large beside a call
    expect(page.locator("#slide .welcome")).to_be_visible()
    expect(video).to_have_count(0)
    page.evaluate(SLOWLY)  # it lasts until the alert
    hall.calls.clear()
    hall.send_board()
    wait_until(lambda: video.evaluate("film => film.played.length"), "it comes again")
    assert video.evaluate("film => film.played.start(0)") < 1, "from its beginning"

    hall.raise_alert("evacuate")
    expect(page.locator("#aside")).to_be_hidden()
    paused_at = "film => film.paused && !film.ended && film.currentTime"
    stood = wait_until(lambda: video.evaluate(paused_at), "it stops")
    hall.end_alert()
    expect(page.locator("#aside")).to_be_visible()
    wait_until(lambda: not video.evaluate("film => film.paused"), "it goes on")
    assert stood <= video.evaluate("film => film.currentTime") < stood + 1, "from there"
    video.evaluate("film => { film.playbackRate = 8; }")
    wait_until(lambda: video.evaluate("film => film.ended"), "its end: the last picture stays")
    frames = page.evaluate("window.frames")
    first = next(at for at, name in enumerate(frames) if name.endswith(".webm"))  # a greeting may come before
    assert len(frames[first:]) == 3, "film, welcome, film"
    assert page.evaluate("window.troubles") == []


KEPT = "navigator.serviceWorker.ready.then(() => document.body.dataset.media === 'up to date')"


def test_a_reload_without_server_plays_on_and_a_new_release_replaces_the_old(
    pages: Pages, hall: ContractServer, assets_dir: Path, media: Path
) -> None:
    items = [picture("upright", "upright.webp"), film("film") | {"ms": 1_000}]
    page = opened(pages, hall, *items, service_workers="allow")
    wait_until(lambda: page.evaluate(KEPT), "everything is kept")
    port = hall.port
    hall.stop()
    page.reload()
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    both = "new Set(window.frames).size >= 2"
    wait_until(lambda: page.evaluate(both), "both are played without a server")
    expect(page.locator("body")).to_have_attribute("data-media", "possibly outdated")
    expect(page.locator("#foot-stale")).to_contain_text("Pas en direct depuis")
    assert page.evaluate("window.troubles") == []
    again = ContractServer(assets_dir, media, port=port, is_demonstration=True)
    again.fails_once.add("/static/signage/stage.js")  # of the new release: it is asked for again
    try:
        again.screen["programme"] = programme(item("new", "text", {"title": "De retour", "text": ""}))
        expect(page.locator("#slide")).to_contain_text("De retour")
        expect(page.locator("body")).to_have_attribute("data-demonstration", "yes")  # the new release
        assert page.evaluate("window.troubles") == []
    finally:
        again.stop()


def test_a_new_release_waits_for_the_end_of_an_alert(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall, picture("upright", "upright.webp"), service_workers="allow")
    # this page began without a service worker: its first one is no new release
    wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), "the service worker")
    hall.raise_alert("evacuate")
    expect(page.locator(".alert-title")).to_be_visible()
    page.evaluate("navigator.serviceWorker.dispatchEvent(new Event('controllerchange'))")
    # the page looks every half second
    page.evaluate("window.ticks = 0; setInterval(() => { window.ticks += 1; }, 500)")
    wait_until(lambda: page.evaluate("window.ticks > 2"), "some looks of the very page")
    with page.expect_navigation():
        hall.end_alert()
    expect(page.locator("#slide .picture-media")).to_be_visible()


def test_a_film_is_as_loud_as_the_hour_allows_and_silent_while_the_hall_is_quiet(
    pages: Pages, hall: ContractServer
) -> None:
    hall.screen |= {"has_sound": True, "sound": {"most_percent": 40, "levels": []}}
    loud = film("film") | {"ms": 60_000}
    loud["content"]["has_sound"] = True
    page = opened(pages, hall, loud)
    heard = "(film) => [film.muted, Math.round(film.volume * 100)]"
    video = page.locator("#slide video")
    wait_until(lambda: video.evaluate(heard) == [False, 40], "the most at commissioning")
    hall.quiet_until = "2126-11-26T10:00:00+01:00"
    hall.send_board()
    wait_until(lambda: video.evaluate(heard) == [True, 0], "the hall is kept quiet")


def test_a_frozen_page_is_reloaded(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall, picture("upright", "upright.webp"), service_workers="allow")
    wait_until(lambda: page.evaluate(KEPT), "the service worker")
    with page.expect_navigation():
        page.evaluate("new Worker('/screen/watch.js').postMessage({limit_s: 1})")  # nobody tells it of frames
    expect(page.locator("#slide .picture-media")).to_be_visible()


@pytest.mark.parametrize("days", [-1, 1])
def test_windows_follow_the_servers_clock_not_the_screens(
    dom_pages: DomPages, hall: ContractServer, days: int
) -> None:
    now_ms, day_ms = int(time.time() * 1000), 86_400_000
    today = [[now_ms - 3_600_000, now_ms + 3_600_000]]
    other = [[start + days * day_ms for start in today[0]]]
    hall.screen["programme"] = programme(
        item("today", "text", {"title": "Aujourd’hui", "text": ""}, windows=today),
        item("other", "text", {"title": "Un autre jour", "text": ""}, windows=other),
    )
    page = dom_pages.open(width=1920, height=1080)
    page.clock.install(time=time.time() + days * 86_400)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("#slide")).to_contain_text("Aujourd’hui")
