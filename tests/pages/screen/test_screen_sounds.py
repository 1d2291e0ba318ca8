"""The sounds of a hall screen: calls one after the other, films and alerts as loud as the hour allows."""

from pathlib import Path

from playwright.sync_api import Page

from hardware.speech.sound import RATE_HZ, silence, to_wav
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, DomPages, Opens, expect
from tests.harness.waiting import wait_until
from tests.signage.contract_server import ContractServer

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
    wait_until(
        lambda: page.evaluate("Boolean(localStorage['parvis.screen']?.includes('has_sound'))"), "the day"
    )
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
    (audio_folder / "twice.wav").write_bytes(to_wav(silence(4.0)))
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
