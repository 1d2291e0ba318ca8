"""A screen's purpose: its layout, its arrow, its one counter, and letters for its farthest reader."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from signage.lettering import TEXT_PX, legible_at_m, text_scale
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, DomPages, Opens, expect
from tests.pages.screen.conftest import MEASURE
from tests.signage.contract_server import ContractServer

NOTICE = {
    "id": "n",
    "title": {"fr": "Fermeture le 24 décembre à midi"},
    "body": {"fr": "L’accueil ferme à midi le 24 décembre."},
    "category": "hours",
}
LETTERS = "(place) => parseFloat(getComputedStyle(document.querySelector(place)).fontSize)"
COUNTER = {"id": "guichet 3", "label": "guichet 3"}


@pytest.fixture
def hall(hall: ContractServer) -> ContractServer:
    hall.screen["notices"] = [NOTICE]
    return hall


def opened[P: (Page, DomPage)](
    pages: Opens[P], hall: ContractServer, size: tuple[int, int] = (1920, 1080), **place: Any
) -> P:
    hall.screen["place"] = {"layout": "hall", "text_scale": 1.0, "arrow": None, "counter": None, **place}
    page = pages.open(f"{hall.url}/screen#t=good", width=size[0], height=size[1])
    expect(page.locator("body")).to_have_attribute("data-place", hall.screen["place"]["layout"])
    scale = hall.screen["place"]["text_scale"]
    expect(page.locator("html")).to_have_attribute("style", re.compile(rf"--s: {scale:g};"))
    return page


def called(
    page: Page | DomPage, hall: ContractServer, number: str = "A042", counter: str = "guichet 3"
) -> None:
    hall.call(number, counter, direction="derrière l’accueil, porte bleue")
    hall.send_board()
    expect(page.locator(".card-number", has_text=number)).to_be_visible()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
@pytest.mark.parametrize("layout", ["hall", "corridor", "calls"])
def test_the_farthest_reader_can_read_the_directions(
    pages: Pages, hall: ContractServer, layout: Any, size: tuple[int, int]
) -> None:
    diagonal_cm, viewing_m = 140, 8
    scale = text_scale(diagonal_cm, viewing_m, layout)
    page = opened(pages, hall, size, layout=layout, text_scale=scale, arrow="left")
    called(page, hall)
    for place in (".card-direction", ".card-arrow"):
        letters_px = page.evaluate(LETTERS, place)
        assert legible_at_m(letters_px, diagonal_cm) >= viewing_m
        assert letters_px >= TEXT_PX * scale - 0.1
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


def test_the_way_from_this_screen_is_shown_by_a_sign_and_in_words(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = opened(dom_pages, hall, layout="corridor", arrow="left")
    called(page, hall)
    expect(page.locator(".card-arrow")).to_have_text("à gauche")
    expect(page.locator(".card-arrow [data-arrow=left]")).to_be_visible()


def test_a_published_change_of_the_arrow_or_the_counter_is_shown_at_once(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = opened(dom_pages, hall, layout="corridor", arrow="left")
    called(page, hall)
    expect(page.locator(".card-arrow")).to_have_text("à gauche")
    hall.screen["place"] = hall.screen["place"] | {"arrow": "right"}
    hall.sockets.emit("programme.changed", {}, namespace="/screen")
    expect(page.locator(".card-arrow")).to_have_text("à droite")
    hall.calls.clear()
    hall.screen["place"] = hall.screen["place"] | {"layout": "counter", "counter": COUNTER, "arrow": None}
    hall.send_board()
    hall.sockets.emit("programme.changed", {}, namespace="/screen")
    expect(page.locator("#state-title")).to_have_text("Guichet 3")
    hall.screen["place"] = hall.screen["place"] | {"counter": COUNTER | {"label": "bureau 3"}}
    hall.sockets.emit("programme.changed", {}, namespace="/screen")
    expect(page.locator("#state-title")).to_have_text("Bureau 3")


def test_a_screen_of_calls_only_has_no_room_for_notices(dom_pages: DomPages, hall: ContractServer) -> None:
    page = opened(dom_pages, hall, layout="calls")
    expect(page.locator("#aside")).to_be_hidden()
    called(page, hall)
    expect(page.locator("#aside")).to_be_hidden()


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_the_screen_of_a_counter_shows_its_own_calls_only(
    pages: Pages, hall: ContractServer, size: tuple[int, int]
) -> None:
    page = opened(pages, hall, size, layout="counter", counter=COUNTER)
    expect(page.locator("#state-title")).to_have_text("Guichet 3")
    hall.call("L008", "bureau 12")
    called(page, hall)
    expect(page.locator(".card")).to_have_count(1)
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)
