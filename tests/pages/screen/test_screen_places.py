"""A screen's purpose: its layout, its arrow, its one counter, and letters for its farthest reader."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page

from hardware.languages import VISITOR_LANGUAGES
from server.demonstration import create
from signage.lettering import TEXT_PX, legible_at_m, text_scale
from signage.notice_parts import code_to_scan
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


DIRECTION = "derrière l’accueil, porte bleue"


def called(
    page: Page | DomPage,
    hall: ContractServer,
    number: str = "A042",
    counter: str = "guichet 3",
    direction: str = DIRECTION,
) -> None:
    hall.call(number, counter, direction=direction)
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
    letters_px = page.evaluate(LETTERS, ".card-direction")
    assert legible_at_m(letters_px, diagonal_cm) >= viewing_m
    assert letters_px >= TEXT_PX * scale - 0.1
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


def test_an_arrow_points_the_way_before_the_directions_and_is_in_words_without_any(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = opened(dom_pages, hall, layout="corridor", arrow="left")
    called(page, hall)
    expect(page.locator(".card-direction")).to_have_text(DIRECTION)
    sign = page.locator(".card-arrow [data-arrow=left]")
    expect(sign).to_be_visible()
    expect(sign).to_have_attribute("aria-label", "à gauche")
    hall.calls.clear()
    called(page, hall, "A043", "bureau 12", direction="")
    expect(page.locator(".card-direction")).to_have_text("à gauche")


def test_a_published_change_of_the_arrow_or_the_counter_is_shown_at_once(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = opened(dom_pages, hall, layout="corridor", arrow="left")
    called(page, hall)
    expect(page.locator("[data-arrow=left]")).to_be_visible()
    hall.screen["place"] = hall.screen["place"] | {"arrow": "right"}
    hall.sockets.emit("programme.changed", {}, namespace="/screen")
    expect(page.locator("[data-arrow=right]")).to_be_visible()
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


DOOR_CODE = {
    "code": "WMWMWM",
    "address": "accueil.prefecture.example.fr/porte/chateau-thierry",
    "picture": code_to_scan("https://accueil.prefecture.example.fr/porte/chateau-thierry?c=WMWMWM"),
    "changes_at": "2126-12-01T10:00:00Z",
    "words": [
        {
            "language": "fr",
            "title": "Prenez votre ticket sur votre téléphone",
            "hint": "Scannez, ou tapez\u00a0:",
        },
        {"language": "en", "title": "Take your ticket on your phone", "hint": "Scan, or type:"},
        {"language": "es", "title": "Tome su tique en su teléfono", "hint": "Escanee, o escriba:"},
    ],
}
CUT = """() => [...document.querySelectorAll("#door :is(img, .door-code, .door-address)")].filter((each) => {
  const range = document.createRange();
  range.selectNode(each);
  const { left, right, top, bottom } = range.getBoundingClientRect();
  return left < 0 || right > innerWidth || top < 0 || bottom > innerHeight || right - left < 500;
}).map((each) => each.outerHTML.slice(0, 40))"""
TORN = """() => [...document.querySelector(".door-address").childNodes].filter((part) => {
  const range = document.createRange();
  range.selectNodeContents(part);
  return part.nodeType === Node.TEXT_NODE && range.getClientRects().length > 1;
}).map((part) => part.data)"""


def test_a_screen_at_the_door_shows_its_code_whole_and_counts_no_notice(
    pages: Pages, hall: ContractServer
) -> None:
    page = pages.open()
    page.route("**/api/v1/door-code", lambda route: route.fulfill(json=DOOR_CODE))
    hall.screen["place"] = {"layout": "door", "text_scale": 1.0, "arrow": None, "counter": None}
    page.goto(f"{hall.url}/screen#t=good")
    for width, height in ((1920, 1080), (1080, 1920)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("new Promise(requestAnimationFrame)")
        expect(page.locator(".door-code")).to_have_text("WMWMWM")
        page.evaluate("document.querySelector('#door img').decode()")
        assert page.evaluate(CUT) == []
        assert page.evaluate(TORN) == [], "an address goes on after a slash"
        assert page.evaluate(MEASURE) == []
        assert_accessible(page)
        expect(page.locator("#aside")).to_be_hidden()


# --- the card of a call in the visitor's language ---------------------------------------------


PARTS = [".card-number", ".card-place", ".card-direction", ".card-visitor"]
CARD = """(parts) => {
  const card = document.querySelector(".card"), of = (each, text = each) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    const blank = parseFloat(getComputedStyle(each).fontSize) * 0.2;
    return { left, right, top: top + blank, bottom: bottom - blank };
  };
  const there = parts.filter((each) => card.querySelector(each));
  const boxes = there.map((each) => of(card.querySelector(each)));
  const { left, right, top, bottom } = card.getBoundingClientRect(), troubles = [];
  for (const [at, one] of boxes.entries()) {
    if (one.left < left || one.right > right || one.top < top || one.bottom > bottom)
      troubles.push(`${there[at]} leaves its card`);
    for (const [than, other] of boxes.slice(0, at).entries())
      if (Math.max(one.left, other.left) < Math.min(one.right, other.right)
        && Math.max(one.top, other.top) < Math.min(one.bottom, other.bottom))
        troubles.push(`${there[at]} covers ${there[than]}`);
  }
  const own = card.querySelector(".card-visitor"), first = own && of(own, own.firstChild);
  const line = own?.getBoundingClientRect();
  return { troubles, begins: line && [first.left - line.left, line.right - first.right] };
}"""
"""What is cut or covered in the one card, blanks above and under letters apart; and how far the words of its
visitor begin from each end of their line."""


def test_a_card_is_whole_in_every_language_of_visitors(pages: Pages, hall: ContractServer) -> None:
    document = json.loads((create.HALLS / "laon.json").read_text(encoding="utf-8"))
    counter = document["counters"][0]
    page = opened(pages, hall, arrow="left")
    for width, height in ((1920, 1080), (1080, 1920)):
        page.set_viewport_size({"width": width, "height": height})
        for rank, code in enumerate(counter["labels"]):
            direction = VISITOR_LANGUAGES[code].direction
            said = {"label": counter["labels"][code], "direction": counter["directions"][code]}
            visitor = {} if code == "fr" else {"visitor": {"language": code, **said}}
            hall.calls = []
            number = f"A{width // 10 + rank}"
            hall.call(number, counter["labels"]["fr"], direction=counter["directions"]["fr"], **visitor)
            hall.send_board()
            expect(page.locator(".card-number")).to_have_text([number])
            expect(page.locator(".card-place")).to_have_text(counter["labels"]["fr"])
            expect(page.locator(".card-direction")).to_have_text(counter["directions"]["fr"])
            expect(page.locator(".card-arrow [data-arrow=left]")).to_be_visible()
            found = page.evaluate(CARD, PARTS)
            assert found["troubles"] == [], code
            assert page.evaluate(MEASURE) == [], code
            if code == "fr":
                expect(page.locator(".card-visitor")).to_have_count(0)
                continue
            own = page.locator(f".card-visitor[lang={code}][dir={direction}]")
            expect(own).to_have_text(f"{said['label']} {said['direction']}")
            assert found["begins"][direction == "rtl"] < 2, "where its language begins"
