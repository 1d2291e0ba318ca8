"""The hall screen: how it shows calls."""

import pytest

from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.pages.screen.screen_page import MEASURE, opened, rows
from tests.signage.contract_server import ContractServer, former

SHIFTS = """() => {
  window.shifted = 0;
  const add = (list) => list.getEntries().forEach((entry) => { window.shifted += entry.value; });
  const observer = new PerformanceObserver(add);
  observer.observe({ type: "layout-shift" });
  window.shiftsSoFar = () => { add({ getEntries: () => observer.takeRecords() }); return window.shifted; };
}"""
LARGEST_SHIFT = 0.02


def test_a_call_appears_large_with_its_place_and_screen_readers_announce_it(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = opened(dom_pages, hall)
    hall.call("R042", direction="porte bleue")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator(".card-place")).to_have_text("guichet 3")
    expect(page.locator(".card-direction")).to_have_text("porte bleue")
    expect(page.locator("#spoken")).to_have_text("Numéro R 0 4 2, guichet 3")


def test_a_recall_says_its_rank_with_a_raised_letter(dom_pages: DomPages, hall: ContractServer) -> None:
    page = opened(dom_pages, hall)
    hall.call("R042", rank=2)
    hall.send_board()
    expect(page.locator(".card-recall")).to_have_text("2e appel")
    expect(page.locator(".card-recall sup")).to_have_text("e")


def test_the_card_stays_ten_seconds_after_the_visitor_is_at_the_counter_then_joins_the_last_calls(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = opened(dom_pages, hall)
    page.clock.install()
    hall.call("R042")
    hall.send_board()
    expect(page.locator(".card")).to_have_count(1)
    hall.end("R042")
    hall.send_board()
    page.clock.run_for(8_000)
    expect(page.locator(".card")).to_have_count(1)
    page.clock.run_for(4_000)
    expect(page.locator(".card")).to_have_count(0)
    assert rows(page, ".list") == ["R042 guichet 3"]


def test_a_called_visitor_stays_listed_when_another_is_called(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    hall.call("R041", "guichet 1", ago_s=120)
    page = opened(dom_pages, hall)
    hall.call("R042")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator(".list-still tr")).to_have_count(1)  # a frame after the card
    assert rows(page, ".list-still") == ["R041 guichet 1"]


def test_three_calls_take_the_place_of_notices(pages: Pages, hall: ContractServer) -> None:
    for number, counter in (("R042", "guichet 3"), ("A118", "guichet 1"), ("L009", "bureau 12")):
        hall.call(number, counter)
    page = opened(pages, hall)
    expect(page.locator(".card")).to_have_count(3)
    expect(page.locator("#aside")).to_be_hidden()


def test_reduced_motion_moves_nothing(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall, reduced_motion="reduce")
    hall.call("R042")
    hall.send_board()
    expect(page.locator(".card-new")).to_have_count(1)
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_pointer_is_hidden(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    assert page.evaluate("getComputedStyle(document.documentElement).cursor") == "none"


def test_the_sentences_of_all_languages_reach_the_page(dom_pages: DomPages, hall: ContractServer) -> None:
    page = opened(dom_pages, hall)
    languages = page.evaluate("JSON.parse(document.getElementById('sentences').textContent).languages")
    assert set(languages) == {"fr", "en", "es"}
    assert languages["es"]["sentences"]["recall"] == "{rank}.[a] llamada"


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_a_second_and_a_third_call_move_nothing_and_the_newest_is_first(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    hall.recent = [former(f"C00{n}", f"guichet {n}") for n in range(1, 9)]
    page = opened(pages, hall, size)
    page.evaluate("document.fonts.ready")
    assert 4 <= len(rows(page, ".list")) <= 7  # nobody is called: the last calls stay
    page.evaluate(SHIFTS)
    hall.announce(hall.call("R042", direction="derrière l’accueil, porte bleue"))
    hall.send_board()
    cards = page.locator(".card-number")
    expect(cards).to_have_text(["R042"])
    expect(page.locator("body")).to_have_attribute("data-view", "calls")
    place = cards.first.bounding_box()
    hall.announce(hall.call("A118", "guichet 1", direction="face à l’entrée"))
    hall.send_board()
    expect(cards).to_have_text(["A118", "R042"])
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert cards.last.bounding_box() == place
    second = cards.first.bounding_box()
    hall.announce(hall.call("L009", "bureau 12", direction="premier étage, à droite de l’escalier"))
    hall.send_board()
    expect(cards).to_have_text(["L009", "A118", "R042"])
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert [cards.nth(1).bounding_box(), cards.last.bounding_box()] == [second, place]
    assert page.evaluate("window.shiftsSoFar()") <= LARGEST_SHIFT
    assert page.evaluate(MEASURE) == []
    assert not {row[:4] for row in rows(page, ".list")} & {"A118", "R042", "L009"}


def test_every_awaited_visitor_is_on_the_screen(pages: Pages, hall: ContractServer) -> None:
    for n in range(12):
        hall.call(f"A1{n:02}", f"guichet {n}", ago_s=200 - n)
    page = opened(pages, hall)
    for n in range(12):
        expect(page.locator("#calls")).to_contain_text(f"A1{n:02}")
    expect(page.locator(".list-more")).to_have_count(0)


def test_without_the_server_calls_turn_grey_and_say_when_they_were(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall)
    hall.call("R042", rank=2)
    hall.send_board()
    expect(page.locator(".card-recall")).to_have_text("2e appel")
    yellow = page.locator(".card").evaluate("card => getComputedStyle(card).backgroundColor")
    page.clock.install()
    hall.stop()
    page.context.set_offline(True)
    page.clock.run_for(26_000)
    expect(page.locator(".card-recall")).to_contain_text("appelé à")
    assert page.locator(".card").evaluate("card => getComputedStyle(card).backgroundColor") != yellow
