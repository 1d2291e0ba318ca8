"""The sounds of a hall screen: calls, films, alerts; and the induction loop, which visitors read of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from hardware.speech.sound import RATE_HZ, silence, to_wav
from signage.lettering import text_scale
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, DomPages, Opens, expect
from tests.harness.waiting import wait_until
from tests.pages.screen.conftest import KNOWS_THE_DAY, MEASURE, opened
from tests.signage.contract_server import ContractServer, instant

PLAYED = """
  window.played = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (window.isLocked) return Promise.reject(new DOMException("locked", "NotAllowedError"));
    window.played.push(["start", this.src]);
    this.addEventListener("ended", () => window.played.push(["end", this.src]), { capture: true });
    return play.call(this);
  };
"""


def listening[P: (Page, DomPage)](pages: Opens[P], hall: ContractServer, script: str = "") -> P:
    hall.screen["has_sound"] = True
    page = pages.open(width=1920, height=1080)
    page.add_init_script(PLAYED + script)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).to_have_attribute("data-view", "empty")
    wait_until(lambda: page.evaluate(KNOWS_THE_DAY), "the day")
    return page


def test_announcements_are_played_one_after_the_other_and_once(
    pages: Pages, hall: ContractServer, audio_folder: Path
) -> None:
    (audio_folder / "other.wav").write_bytes(to_wav(silence(12_000 / RATE_HZ)))
    page = listening(pages, hall)
    first, second = hall.call("R042"), hall.call("R043", "guichet 4")
    hall.announce(first)
    hall.announce(first, audio="short.wav")
    hall.announce(second, audio="other.wav")
    hall.announce(first, audio="short.wav")
    wait_until(lambda: page.evaluate("window.played.length") == 4, "both announcements played")
    steps = [(step, url.rpartition("/")[2]) for step, url in page.evaluate("window.played")]
    assert steps == [
        ("start", "short.wav"),
        ("end", "short.wav"),
        ("start", "other.wav"),
        ("end", "other.wav"),
    ]
    expect(page.locator(".card")).to_have_count(2)


def test_a_call_is_not_spoken_again_once_another_waits(
    pages: Pages, hall: ContractServer, audio_folder: Path
) -> None:
    (audio_folder / "twice.wav").write_bytes(to_wav(silence(30.0)))  # long past the next call
    page = listening(pages, hall)
    hall.announce(hall.call("R042"), audio="twice.wav", once_ms={"fr": 1_000})
    wait_until(lambda: page.evaluate("window.played.length") == 1, "the first begins")
    hall.announce(hall.call("R043", "guichet 4"), audio="short.wav")
    wait_until(lambda: page.evaluate("window.played.length") == 3, "the second is over")
    steps = [(step, url.rpartition("/")[2]) for step, url in page.evaluate("window.played")]
    assert steps == [("start", "twice.wav"), ("start", "short.wav"), ("end", "short.wav")]


def test_a_screen_without_sound_and_an_old_announcement_play_nothing(
    dom_pages: DomPages, hall: ContractServer
) -> None:
    page = listening(dom_pages, hall)
    old = hall.call("R042", ago_s=30)
    hall.announce(old, audio="short.wav")
    hall.send_board()
    expect(page.locator(".card")).to_have_count(1)
    assert page.evaluate("window.played") == []


def test_blocked_sound_is_reported_to_supervision_only_and_a_touch_enables_it(
    pages: Pages, hall: ContractServer
) -> None:
    page = listening(pages, hall, "window.isLocked = true;")
    hall.announce(hall.call("R042"), audio="short.wav")
    wait_until(lambda: hall.states[-1:] and hall.states[-1]["sound"] == "blocked", "the server was told")
    expect(page.locator("body")).not_to_contain_text("Son désactivé")
    page.evaluate("window.isLocked = false")
    page.mouse.click(600, 400)
    wait_until(lambda: page.evaluate("window.played.length") == 2, "the announcement played")


# --- the induction loop -----------------------------------------------------------------------


PLAYED_AT = """
  window.played = [];
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    if (this.src.includes("/audio/")) window.played.push([this.src.split("/").pop(), this.volume]);
    return play.call(this);
  };
"""
FILES = {"loop": {"fr": "/audio/loop.wav"}, "loop_once_ms": {"fr": 100}, "once_ms": {"fr": 100}}


@pytest.fixture
def loop_hall(assets_dir: Path, tmp_path: Path) -> Iterator[ContractServer]:
    for name in ("whole", "loop"):
        (tmp_path / f"{name}.wav").write_bytes(to_wav(silence(0.3)))
    server = ContractServer(assets_dir, tmp_path)
    server.screen |= {"has_sound": True, "sound": {"most_percent": 40, "levels": []}}
    yield server
    server.stop()


def listening_to_loop(pages: Pages, loop_hall: ContractServer) -> Page:
    page = pages.open(width=1920, height=1080)
    page.add_init_script(PLAYED_AT)
    page.goto(f"{loop_hall.url}/screen#t=good")
    expect(page.locator("body")).to_have_attribute("data-view", "empty")
    wait_until(lambda: page.evaluate(KNOWS_THE_DAY), "the day")
    return page


def announced(page: Page, loop_hall: ContractServer) -> None:
    call = loop_hall.call("A042")
    loop_hall.send_board()
    expect(page.locator(".card-number", has_text="A042")).to_be_visible()
    loop_hall.announce(call, audio="whole.wav", **FILES)
    loop_hall.announce(
        loop_hall.call("A043")
    )  # comes after it on the same socket: what was to be played has begun
    expect(page.locator(".card-number", has_text="A043")).to_be_visible()


def test_the_loop_plays_calls_without_chime_at_its_own_level_while_the_hall_is_quiet(
    pages: Pages, loop_hall: ContractServer
) -> None:
    loop_hall.screen |= {"output": "loop"}
    loop_hall.quiet_until = instant(ago_s=-600)
    page = listening_to_loop(pages, loop_hall)
    announced(page, loop_hall)
    wait_until(lambda: page.evaluate("window.played") == [["loop.wav", 0.4]], "the loop hears the call")


def test_loudspeakers_are_silent_while_the_hall_is_kept_quiet(
    pages: Pages, loop_hall: ContractServer
) -> None:
    loop_hall.quiet_until = instant(ago_s=-600)
    page = listening_to_loop(pages, loop_hall)
    announced(page, loop_hall)
    assert page.evaluate("window.played") == []
    loop_hall.quiet_until = None
    call = loop_hall.call("A044")
    loop_hall.send_board()
    expect(page.locator(".card-number", has_text="A044")).to_be_visible()
    loop_hall.announce(call, audio="whole.wav", **FILES)
    wait_until(lambda: page.evaluate("window.played") == [["whole.wav", 0.4]], "loudspeakers say the call")


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_a_working_loop_is_shown_by_a_sign_and_in_words(
    pages: Pages, loop_hall: ContractServer, size: tuple[int, int]
) -> None:
    loop_hall.screen |= {"hearing_loop": True}
    page = pages.open(f"{loop_hall.url}/screen#t=good", width=size[0], height=size[1])
    expect(page.locator("#foot-loop")).to_have_text("Boucle magnétique")
    for number, counter in (("A043", "guichet 4"), ("A042", "guichet 3")):
        call = loop_hall.call(number, counter, direction="derrière l’accueil, porte bleue")
        call["counter"]["hearing_loop"] = counter == "guichet 3"
        loop_hall.send_board()
        expect(page.locator(".card-number", has_text=number)).to_be_visible()
    expect(page.locator(".card-loop")).to_have_count(1)
    expect(page.locator(".card", has_text="A042").locator(".card-loop")).to_have_text("Boucle magnétique")
    expect(page.locator(".card-loop use")).to_be_attached()
    assert page.evaluate(MEASURE) == []
    assert_accessible(page)


def test_a_broken_loop_is_shown_nowhere(dom_pages: DomPages, loop_hall: ContractServer) -> None:
    page = dom_pages.open(f"{loop_hall.url}/screen#t=good", width=1920, height=1080)
    loop_hall.call("A042")
    loop_hall.send_board()
    expect(page.locator(".card-number")).to_have_text("A042")
    expect(page.locator("#foot-loop")).to_be_hidden()
    expect(page.locator(".card-loop")).to_have_count(0)


@pytest.mark.parametrize("size", ["landscape", "portrait"])
def test_three_calls_with_hearing_loops_are_all_visible_at_once(
    pages: Pages, loop_hall: ContractServer, size: str
) -> None:
    scale = text_scale(140, 8, "hall") if size == "landscape" else text_scale(109, 5, "hall")
    loop_hall.screen["place"] = {"layout": "hall", "text_scale": scale, "arrow": None, "counter": None}
    page = opened(pages, loop_hall, size)
    for n in range(3):
        call = loop_hall.call(
            f"A04{n}", f"guichet {n}", direction="En face de l’entrée, à droite de la borne"
        )
        call["counter"]["hearing_loop"] = True
    loop_hall.send_board()
    expect(page.locator(".card-number")).to_have_count(3)
    assert page.evaluate(MEASURE) == []
