"""The picture that a screen draws of itself in Chromium, with its texts, fonts, images and films."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from tests.harness.chromium import Pages
from tests.harness.waiting import wait_until
from tests.signage.contract_server import ContractServer, former
from tests.signage.programmes import film, item, medium, programme

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


def test_a_picture_shows_a_film_and_none_is_taken_during_a_new_call(pages: Pages, media_hall: ContractServer):
    media_hall.screen["programme"] = programme(film("film") | {"ms": 600_000})
    page = pages.open(width=1280, height=720)
    page.goto(f"{media_hall.url}/screen#t=good")
    expect(page.locator("#slide video")).to_be_visible()
    image = drawn(media_hall)
    middle = image.getpixel((round(image.width * 0.3), round(image.height * 0.45)))
    assert isinstance(middle, tuple)
    assert 60 < middle[2] < 180, f"a frame of the film, not its ground: {middle}"
    media_hall.call("R042")
    media_hall.send_board()
    expect(page.locator(".card-new")).to_be_visible()
    before = len(media_hall.pictures)
    shown = page.evaluate("performance.now()")
    media_hall.sockets.emit("picture.asked", {}, namespace="/screen")
    wait_until(lambda: len(media_hall.pictures) > before, "the picture after the call has held")
    assert page.evaluate("performance.now()") - shown > 8_000


def test_a_notice_of_words_that_appeared_softly_is_in_the_picture(pages: Pages, media_hall: ContractServer):
    words = item("words", "text", {"title": "Horaires", "text": "Le lundi dès 8 h 30."}, ms=600_000)
    media_hall.screen["programme"] = programme(words)
    page = pages.open(width=1920, height=1080)
    page.goto(f"{media_hall.url}/screen#t=good")
    expect(page.locator("#slide .notice-title")).to_be_visible()
    image = drawn(media_hall).convert("L")
    aside = image.crop((round(image.width * 0.68), 20, round(image.width * 0.98), round(image.height * 0.6)))
    darkest = aside.getextrema()[0]
    assert isinstance(darkest, int | float)
    assert darkest < 80, "letters on the notice's ground"
