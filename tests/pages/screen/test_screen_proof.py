"""What a screen proves of itself: what it showed through an outage, its picture, and that it answers."""

import io
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from hardware.player.agent import Agent, Browser
from tests.conftest import Serve
from tests.harness.chromium import ARGUMENTS, Pages
from tests.harness.programs import program
from tests.harness.waiting import wait_until
from tests.signage.contract_server import ContractServer, former
from tests.signage.programmes import film, item, medium, picture, programme

RECORDER = """
  window.seen = JSON.parse(localStorage.getItem("seen") ?? "[]");
  window.late = Number(localStorage.getItem("late"));
  const slot = { at: Date.now() };
  const look = () => {
    requestAnimationFrame(look);
    note();
  };
  // a busy machine draws few frames: what changed did so between two looks
  const note = () => {
    const slide = document.querySelector("#slide > *"), { view } = document.body?.dataset ?? {};
    const isSeen = slide?.checkVisibility({ visibilityProperty: true }) && view !== "connecting";
    const media = isSeen && slide.querySelector("img, video");
    const text = isSeen && slide.textContent.includes("Le lundi") ? "words" : null;
    const name = media ? new URL(media.src).pathname.split("/").pop().split(".")[0] : text;
    const at = Date.now();
    window.late = Math.min(window.late, JSON.parse(localStorage.getItem("parvis.screen"))?.offset ?? 0);
    if (slot.name) window.seen.at(-1).to = [name === slot.name ? at : slot.at, at];
    if (name && name !== slot.name) window.seen.push({ name, from: [slot.at, at], to: [at, at] });
    Object.assign(slot, { name, at });
  };
  requestAnimationFrame(look);
  addEventListener("pagehide", () => {
    note();
    localStorage.setItem("seen", JSON.stringify(window.seen));
    localStorage.setItem("late", window.late);
  });
"""
"""Writes down what is seen, each beginning and end as the last look before it and the first one after; and
how late the screen took the server's clock to be, as answers came late."""
TOLERANCE_MS = 400


@pytest.fixture
def hall(media_hall: ContractServer) -> ContractServer:
    return media_hall


def ms(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


def in_one(displays: list[Any]) -> list[Any]:
    """Displays of one item that follow without a gap as one: nobody sees where the first of them ends."""
    found: list[Any] = []
    for each in displays:
        if found and (found[-1]["item"], found[-1]["ended_at"]) == (each["item"], each["began_at"]):
            found[-1] = found[-1] | {"ended_at": each["ended_at"]}
        else:
            found.append(each)
    return found


def test_the_proof_equals_a_recorder_in_the_page_through_an_outage_and_a_reload(
    pages: Pages, hall: ContractServer, assets_dir: Path, media: Path
) -> None:
    hall.screen["programme"] = programme(
        picture("upright", "upright.webp"),
        film("film") | {"ms": 1_000},
        item("words", "text", {"title": "Horaires", "text": "Le lundi dès 8 h 30."}),
        picture("gone", "gone.webp"),
    )
    page = pages.open(width=1920, height=1080, service_workers="allow")
    page.add_init_script(RECORDER)
    page.goto(f"{hall.url}/screen#t=good")
    wait_until(lambda: page.evaluate("window.seen.length > 3"), "some turns")
    hall.raise_alert("medical")
    expect(page.locator("#aside")).to_be_hidden()
    hall.end_alert()
    expect(page.locator("#aside")).to_be_visible()
    wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), "the service worker")
    hall.stop()
    page.reload()
    before = page.evaluate("window.seen.length")
    wait_until(lambda: page.evaluate(f"window.seen.length > {before + 2}"), "turns without a server")
    again = ContractServer(assets_dir, media, port=hall.port)
    try:
        again.screen["programme"] = hall.screen["programme"]
        wait_until(lambda: again.displays, "the report")
        told = sorted([*hall.displays.items(), *again.displays.items()])
        seen, late = page.evaluate("[window.seen, window.late]")
    finally:
        again.stop()
    assert len({record for (record, _), _ in told}) == 1
    assert [number for (_, number), _ in told] == list(range(1, len(told) + 1))
    displays = [each for _, each in told if each["outcome"] != "failed"]
    assert {"completed", "cut"} <= {each["outcome"] for each in displays}
    displays = in_one(displays)
    assert any(each["item"] == "gone" for _, each in told)
    assert [each["item"] for each in displays] == [each["name"] for each in seen[: len(displays)]]
    assert len(displays) >= len(seen) - 2, "but for what is being seen"
    for display, recorded in zip(displays, seen, strict=False):
        assert display["notice"] == f"notice-{recorded['name']}"
        for told_at, (least, most) in (
            (display["began_at"], recorded["from"]),
            (display["ended_at"], recorded["to"]),
        ):
            assert least + late - TOLERANCE_MS < ms(told_at) < most + TOLERANCE_MS, (display, recorded)


def test_a_real_server_counts_the_displays_of_its_screen_which_plays_on_after_a_reload_without_it(
    serve: Serve, pages: Pages
) -> None:
    server = serve()
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    page = pages.open(width=1920, height=1080, service_workers="allow")
    page.clock.install()
    page.goto(laon["screens"][0]["url"])
    expect(page.locator("#foot")).to_have_attribute("data-state", "calm")
    wait_until(lambda: page.evaluate("navigator.serviceWorker.controller !== null"), "the service worker")
    items = "JSON.parse(localStorage['parvis.screen'] ?? null)?.screen?.programme.items"
    while not page.evaluate(f"{items}?.length"):  # the page's clock stands still between two steps
        page.clock.run_for(1_000)
    for _ in range(15):  # a quarter of a minute of its programme
        page.clock.run_for(1_000)
    page.reload()
    headers = {"Authorization": f"Bearer {server.demonstration['api_key']}"}
    known = set(page.evaluate(f"{items}.map((item) => item.notice)"))

    def counted(notice: str) -> Any:
        url = f"{server.base_url}/api/v1/notices/{notice}/displays"
        return httpx.get(url, headers=headers, trust_env=False).raise_for_status().json()

    wait_until(lambda: any(counted(notice)["shown_s"] > 0 for notice in known), "the report")
    screens = {each["screen"] for notice in known for each in counted(notice)["screens"]}
    assert screens == {laon["screens"][0]["id"]}
    server.stop()
    page.reload()
    expect(page.locator("#slide > *")).to_have_count(1)
    expect(page.locator("#foot")).to_have_attribute("data-state", "stale")


MOST_BYTES = 200_000
NOTICE = (0x1F, 0x6F, 0x6B)
"""The colour of the notice's image."""


def drawn(hall: ContractServer) -> Image.Image:
    """The picture requested now."""
    before = len(hall.pictures)
    hall.sockets.emit("picture.asked", {}, namespace="/screen")
    wait_until(lambda: len(hall.pictures) > before, "the picture")
    assert len(hall.pictures[-1]) < MOST_BYTES
    return Image.open(io.BytesIO(hall.pictures[-1])).convert("RGB")


def difference(page: Page, image: Image.Image) -> float:
    """The mean difference of a picture and what Chromium shows, of 255."""
    with Image.open(io.BytesIO(page.screenshot())) as shown:
        real = shown.convert("RGB").resize(image.size)
    return sum(ImageStat.Stat(ImageChops.difference(real, image)).mean) / 3


@pytest.mark.parametrize(("size", "at"), [((1920, 1080), (0.82, 0.45)), ((1080, 1920), (0.5, 0.75))])
def test_the_picture_matches_the_screen(
    pages: Pages, media_hall: ContractServer, size: tuple[int, int], at: tuple[float, float]
):
    cut = medium(
        "upright.webp", width=600, height=900, text="Une affiche", title="", focus={"x": 50, "y": 50}
    )
    media_hall.screen["programme"] = programme(item("upright", "image", cut, ms=600_000))
    media_hall.call("R041", "guichet 3", direction="Derrière l'accueil, porte bleue", ago_s=60)
    media_hall.recent = [former("A001", "guichet 2"), former("A002", "guichet 3")]
    page = pages.open(width=size[0], height=size[1])
    fonts: set[str] = set()
    page.on("request", lambda sent: fonts.add(sent.url) if "/fonts/" in sent.url else None)
    page.goto(f"{media_hall.url}/screen#t=good")
    expect(page.locator("#slide .picture-media")).to_be_visible()
    expect(page.locator(".card-number")).to_have_text("R041")
    shown_with = set(fonts)
    image = drawn(media_hall)
    assert fonts == shown_with, "a picture fetches no font that the screen does not use"
    assert max(image.size) == 960
    assert difference(page, image) < 3
    middle = image.getpixel((round(image.width * at[0]), round(image.height * at[1])))
    assert isinstance(middle, tuple)
    assert max(abs(one - other) for one, other in zip(middle, NOTICE, strict=True)) < 24, middle


DRAWN_AT = """
  window.drawnAt = [];
  const send = window.fetch;
  window.fetch = (path, ...more) => {
    if (String(path).endsWith("/picture")) window.drawnAt.push(performance.now());
    return send(path, ...more);
  };
  new MutationObserver((_, observer) => {
    if (!document.querySelector(".card-new")) return;
    window.shownAt = performance.now();
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
"""
"""When the page sent each picture, and when it first showed a new call."""


def test_a_picture_shows_a_film_and_none_is_taken_during_a_new_call(pages: Pages, media_hall: ContractServer):
    media_hall.screen["programme"] = programme(film("film") | {"ms": 600_000})
    page = pages.open(width=1280, height=720)
    page.add_init_script(DRAWN_AT)
    page.goto(f"{media_hall.url}/screen#t=good")
    expect(page.locator("#slide video")).to_be_visible()
    image = drawn(media_hall)
    middle = image.getpixel((round(image.width * 0.3), round(image.height * 0.45)))
    assert isinstance(middle, tuple)
    assert 60 < middle[2] < 180, f"a frame of the film, not its ground: {middle}"
    media_hall.call("R042")
    media_hall.send_board()
    expect(page.locator(".card-new")).to_be_visible()
    media_hall.sockets.emit("picture.asked", {}, namespace="/screen")
    page.wait_for_function("() => drawnAt.length > 1")
    assert page.evaluate("drawnAt.at(-1) - shownAt") > 9_000, "once the call has been held"


def test_a_notice_of_words_that_appeared_softly_is_in_the_picture(pages: Pages, media_hall: ContractServer):
    words = item("words", "text", {"title": "Horaires", "text": "Le lundi dès 8 h 30."}, ms=600_000)
    media_hall.screen["programme"] = programme(words)
    page = pages.open(width=1920, height=1080)
    page.goto(f"{media_hall.url}/screen#t=good")
    expect(page.locator("#slide .notice-title")).to_be_visible()
    image = drawn(media_hall).convert("L")
    notice = image.crop((20, 20, image.width - 20, round(image.height * 0.85)))
    darkest = notice.getextrema()[0]
    assert isinstance(darkest, int | float)
    assert darkest < 80, "letters on the notice's ground"


LOOPING = b"<body data-asleep=no><script>setTimeout(() => { for (;;); }, 200)</script>"
WELL = b"<body data-asleep=yes>"


class LoopingOnce(BaseHTTPRequestHandler):
    """A page that loops when it is opened for the first time only."""

    opened = 0

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/screen" else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if self.path == "/screen":
            LoopingOnce.opened += 1
            self.wfile.write(LOOPING if LoopingOnce.opened == 1 else WELL)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the library's own name
        """Nothing is written."""


@pytest.fixture
def address() -> Iterator[str]:
    LoopingOnce.opened = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), LoopingOnce)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/screen"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_browser_whose_page_loops_is_replaced_and_the_next_one_answers(
    pages: Pages, address: str, tmp_path: Path
):
    browser = [program("chromium-headless-shell"), *ARGUMENTS, f"--user-data-dir={tmp_path}"]
    agent = Agent({"address": address, "browser": browser, "loop_s": 2.0})
    try:

        def is_replaced() -> bool:
            agent.step()
            return LoopingOnce.opened == 2

        wait_until(is_replaced, "the browser is replaced")
        wait_until(lambda: agent.ask() is True, "its page says that it is asleep")
    finally:
        agent.close()


def test_what_a_keyboard_opens_over_the_page_is_closed(pages: Pages, address: str, tmp_path: Path):
    LoopingOnce.opened = 1
    started = [program("chromium-headless-shell"), *ARGUMENTS, f"--user-data-dir={tmp_path}"]
    browser = Browser([*started, "--disable-popup-blocking"], address)
    try:
        wait_until(
            lambda: browser.evaluate("document.body?.dataset.asleep", 20) == "yes", "the page is there"
        )
        assert browser.evaluate("(window.other = window.open('about:blank')) !== null", 5) is True
        wait_until(lambda: browser.evaluate("window.other.closed", 5) is True, "the other tab is closed")
    finally:
        browser.end()
