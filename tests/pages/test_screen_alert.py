"""An alert on the hall's screens in a real browser: whole, legible, in every language, without the server."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from hardware.speech.sound import silence, to_wav
from signage.alert_texts import LANGUAGES
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.waiting import wait_until
from tests.pages.test_screen_page import MEASURE, SIZES
from tests.signage.contract_server import ContractServer, translate

LONG = {
    "title": "Fuite d’eau à l’étage, calme\u00a0!",
    "text": "Restez assis, un agent vient vers vous. " * 3,
}
CLOCK = "() => { const real = Date.now; window.ahead = 0; Date.now = () => real() + window.ahead; }"


@pytest.fixture
def hall(assets_dir: Path, tmp_path: Path) -> Iterator[ContractServer]:
    (tmp_path / "alert.wav").write_bytes(to_wav(silence(0.2)))
    server = ContractServer(assets_dir, tmp_path)
    server.screen |= {"languages": list(LANGUAGES), "has_sound": True}
    yield server
    server.stop()


def opened(pages: Pages, hall: ContractServer, size: str = "landscape") -> Page:
    width, height = SIZES[size]
    page = pages.open(width=width, height=height)
    page.add_init_script(f"({CLOCK})()")
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    return page


def title(kind: str, language: str = "fr") -> str:
    return translate(f"signage.alert.{kind}_title", language)


@pytest.mark.parametrize("size", SIZES)
def test_an_alert_is_whole_and_large_in_every_language(hall: ContractServer, pages: Pages, size: str):
    page = opened(pages, hall, size)
    for kind, drill in (("evacuate", False), ("shelter", True), ("medical", True)):
        raised = hall.raise_alert(kind, drill=drill)
        seen = set[str]()
        while seen != set(LANGUAGES):
            expect(page.locator("body")).to_have_attribute("data-alert", kind)
            language = str(page.locator(".alert-shown").get_attribute("lang"))
            if page.locator(".alert-title").inner_text() != title(kind, language):
                continue  # its turn was over meanwhile
            assert page.evaluate(MEASURE) == []
            is_arabic = language == "ar"
            assert page.locator(".alert-shown").get_attribute("dir") == ("rtl" if is_arabic else "ltr")
            expect(page.locator(".alert-drill")).to_have_count(2 if drill else 0)
            seen.add(language)
            page.evaluate("window.ahead += 6000")
            page.wait_for_function(
                "before => document.querySelector('.alert-shown').lang !== before", arg=language
            )
        wait_until(partial(hall.shown.__contains__, raised["alert"]), "the screen says so", within_s=5)
    assert_accessible(page)


def test_a_long_message_fits_and_its_words_are_read_out_once(hall: ContractServer, pages: Pages):
    page = opened(pages, hall)
    hall.raise_alert("custom", texts={"fr": LONG})
    expect(page.locator(".alert-title")).to_have_text(LONG["title"])
    assert page.evaluate(MEASURE) == []
    expect(page.locator("#alert [role=alert] p")).to_have_count(1)


def test_calls_and_notices_are_gone_while_an_alert_holds_and_back_after_it(
    hall: ContractServer, pages: Pages
):
    hall.call("R042")
    page = opened(pages, hall)
    expect(page.locator(".card")).to_be_visible()
    hall.raise_alert("evacuate")
    expect(page.locator(".alert-title")).to_be_visible()
    for gone in (".card", "#aside", "#foot"):
        expect(page.locator(gone)).not_to_be_visible()
    hall.end_alert()
    expect(page.locator("#alert")).to_be_hidden()
    expect(page.locator(".card")).to_be_visible()


def test_a_voice_is_kept_and_repeated_every_minute_without_the_server(hall: ContractServer, pages: Pages):
    hall.screen["alert_voices"] = {"medical": "/audio/alert.wav"}
    page = pages.open(width=1920, height=1080)
    page.add_init_script(
        "window.spoken = 0; const start = AudioBufferSourceNode.prototype.start;"
        "AudioBufferSourceNode.prototype.start = function () { window.spoken += 1; start.call(this); };"
        "let late = 0; const now = performance.now.bind(performance);"
        "performance.now = () => now() + late; window.later = (ms) => { late += ms; };"
    )
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    kept = lambda: hall.requests.count("/audio/alert.wav")  # noqa: E731
    wait_until(lambda: kept() == 2, "the voice is kept before it is wanted: to be said, and for a reload")
    hall.raise_alert("medical", has_voice=True)
    page.wait_for_function("() => window.spoken === 1")
    assert kept() == 2
    hall.stop()
    page.evaluate("window.later(60_000)")
    page.wait_for_function("() => window.spoken === 2")
