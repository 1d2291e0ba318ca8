"""The induction loop: what a screen that feeds it plays, and where visitors read that there is one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from hardware.speech.sound import silence, to_wav
from signage.lettering import text_scale
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.waiting import wait_until
from tests.pages.screen.screen_page import MEASURE, opened
from tests.signage.contract_server import ContractServer, instant

PLAYED = """
  window.played = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (this.src.includes("/audio/")) window.played.push([this.src.split("/").pop(), this.volume]);
    return play.call(this);
  };
"""
FILES = {"loop": {"fr": "/audio/loop.wav"}, "loop_once_ms": {"fr": 100}, "once_ms": {"fr": 100}}


@pytest.fixture
def hall(assets_dir: Path, tmp_path: Path) -> Iterator[ContractServer]:
    for name in ("whole", "loop"):
        (tmp_path / f"{name}.wav").write_bytes(to_wav(silence(0.3)))
    server = ContractServer(assets_dir, tmp_path)
    server.screen |= {"has_sound": True, "sound": {"most_percent": 40, "levels": []}}
    yield server
    server.stop()


def listening(pages: Pages, hall: ContractServer) -> Page:
    page = pages.open(width=1920, height=1080)
    page.add_init_script(PLAYED)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).to_have_attribute("data-view", "empty")
    wait_until(
        lambda: page.evaluate("Boolean(localStorage['parvis.screen']?.includes('has_sound'))"), "the day"
    )
    return page


def announced(page: Page, hall: ContractServer) -> None:
    call = hall.call("A042")
    hall.send_board()
    expect(page.locator(".card-number", has_text="A042")).to_be_visible()
    hall.announce(call, audio="whole.wav", **FILES)
    hall.announce(hall.call("A043"))  # comes after it on the same socket: what was to be played has begun
    expect(page.locator(".card-number", has_text="A043")).to_be_visible()


def test_the_loop_plays_calls_without_chime_at_its_own_level_while_the_hall_is_quiet(
    pages: Pages, hall: ContractServer
) -> None:
    hall.screen |= {"output": "loop"}
    hall.quiet_until = instant(ago_s=-600)
    page = listening(pages, hall)
    announced(page, hall)
    wait_until(lambda: page.evaluate("window.played") == [["loop.wav", 0.4]], "the loop hears the call")


def test_loudspeakers_are_silent_while_the_hall_is_kept_quiet(pages: Pages, hall: ContractServer) -> None:
    hall.quiet_until = instant(ago_s=-600)
    page = listening(pages, hall)
    announced(page, hall)
    assert page.evaluate("window.played") == []
    hall.quiet_until = None
    call = hall.call("A044")
    hall.send_board()
    expect(page.locator(".card-number", has_text="A044")).to_be_visible()
    hall.announce(call, audio="whole.wav", **FILES)
    wait_until(lambda: page.evaluate("window.played") == [["whole.wav", 0.4]], "loudspeakers say the call")


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_a_working_loop_is_shown_by_a_sign_and_in_words(
    pages: Pages, hall: ContractServer, size: tuple[int, int]
) -> None:
    hall.screen |= {"hearing_loop": True}
    page = pages.open(f"{hall.url}/screen#t=good", width=size[0], height=size[1])
    expect(page.locator("#foot-loop")).to_have_text("Boucle magnétique")
    for number, counter in (("A042", "guichet 3"), ("A043", "guichet 4")):
        call = hall.call(number, counter, direction="derrière l’accueil, porte bleue")
        call["counter"]["hearing_loop"] = counter == "guichet 3"
        hall.send_board()
        expect(page.locator(".card-number", has_text=number)).to_be_visible()
    expect(page.locator(".card-loop")).to_have_count(1)
    expect(page.locator(".card", has_text="A042").locator(".card-loop")).to_have_text("Boucle magnétique")
    expect(page.locator(".card-loop use")).to_be_attached()
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


def test_a_broken_loop_is_shown_nowhere(dom_pages: DomPages, hall: ContractServer) -> None:
    page = dom_pages.open(f"{hall.url}/screen#t=good", width=1920, height=1080)
    hall.call("A042")
    hall.send_board()
    expect(page.locator(".card-number")).to_have_text("A042")
    expect(page.locator("#foot-loop")).to_be_hidden()
    expect(page.locator(".card-loop")).to_have_count(0)


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_three_calls_with_hearing_loops_are_all_visible_at_once(
    pages: Pages, hall: ContractServer, size: str
) -> None:
    scale = text_scale(140, 8, "hall") if size == "landscape" else text_scale(109, 5, "hall")
    hall.screen["place"] = {"layout": "hall", "text_scale": scale, "arrow": None, "counter": None}
    page = opened(pages, hall, size)
    for n in range(3):
        call = hall.call(f"A04{n}", f"guichet {n}", direction="En face de l’entrée, à droite de la borne")
        call["counter"]["hearing_loop"] = True
    hall.send_board()
    expect(page.locator(".card-number")).to_have_count(3)
    assert page.evaluate(MEASURE) == []
