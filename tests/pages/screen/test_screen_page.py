"""The hall screen in a real browser: what it shows of calls."""

from playwright.sync_api import expect

from tests.harness.chromium import Pages
from tests.pages.screen.screen_page import opened, rows
from tests.signage.contract_server import ContractServer


def test_a_call_appears_large_with_its_place_and_is_told_to_screen_readers(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall)
    hall.call("R042", direction="porte bleue")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text("R042")
    expect(page.locator(".card-place")).to_have_text("guichet 3")
    expect(page.locator(".card-direction")).to_have_text("porte bleue")
    expect(page.locator("#spoken")).to_have_text("Numéro R 0 4 2, guichet 3")


def test_a_recall_says_its_rank_with_a_raised_letter(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    hall.call("R042", rank=2)
    hall.send_board()
    expect(page.locator(".card-recall")).to_have_text("2e appel")
    expect(page.locator(".card-recall sup")).to_have_text("e")


def test_the_card_stays_ten_seconds_after_the_visitor_is_at_the_counter_then_joins_the_last_calls(
    pages: Pages, hall: ContractServer
) -> None:
    page = opened(pages, hall)
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


def test_who_is_called_and_not_at_the_counter_stays_listed_when_another_is_called(
    pages: Pages, hall: ContractServer
) -> None:
    hall.call("R041", "guichet 1", ago_s=120)
    page = opened(pages, hall)
    hall.call("R042")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text("R042")
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


def test_the_sentences_of_all_languages_reach_the_page(pages: Pages, hall: ContractServer) -> None:
    page = opened(pages, hall)
    languages = page.evaluate("JSON.parse(document.getElementById('sentences').textContent).languages")
    assert set(languages) == {"fr", "en", "es"}
    assert languages["es"]["sentences"]["recall"] == "{rank}.[a] llamada"
