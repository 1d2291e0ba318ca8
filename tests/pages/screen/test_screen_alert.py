"""An alert on the hall's screens in a real browser: whole, legible, in every language, without the server."""

from functools import partial

import pytest
from playwright.sync_api import Page, WebSocketRoute

from hardware.languages import VISITOR_LANGUAGES
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPages, expect
from tests.harness.waiting import wait_until
from tests.pages.screen.conftest import KNOWS_THE_DAY, MEASURE, SIZES
from tests.signage.contract_server import ContractServer, translate

LONG = {
    "title": "Fuite d’eau à l’étage, calme\u00a0!",
    "text": "Restez assis, un agent vient vers vous. " * 3,
}


@pytest.fixture
def hall(hall: ContractServer) -> ContractServer:
    hall.screen |= {"languages": list(VISITOR_LANGUAGES), "has_sound": True}
    return hall


STANDING = "{ const began = Date.now(); window.ahead = 0; Date.now = () => began + window.ahead; }"
"""A script that lets the page's clock stand unless it is put ahead: no language takes its turn by itself."""


def opened(pages: Pages, hall: ContractServer, size: str = "landscape") -> Page:
    width, height = SIZES[size]
    page = pages.open(width=width, height=height)
    page.add_init_script(STANDING)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    return page


OVER_ITS_BAND = """() => [...document.querySelectorAll(".alert-drill")].filter((band) => {
  const pen = document.createElement("canvas").getContext("2d"), style = getComputedStyle(band);
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const ink = pen.measureText(band.textContent);
  // how far letters reach over the middle of a line, where its text stands
  const middle = (ink.fontBoundingBoxAscent - ink.fontBoundingBoxDescent) / 2;
  const reach = Math.max(ink.actualBoundingBoxAscent - middle, ink.actualBoundingBoxDescent + middle);
  return reach > band.clientHeight / 2;
}).map((band) => band.textContent)"""
"""The words of a drill whose letters lie over the edge of their band."""


def title(kind: str, language: str = "fr") -> str:
    return translate(f"signage.alert.{kind}_title", language)


OTHER = """() => {
  const words = document.querySelector(".alert-language:last-child");
  return [words.lang, words.dir, words.querySelector(".alert-other").innerText];
}"""


def drawn_at(page: Page, size: str) -> None:
    """Waits until the alert is drawn anew for another size of the screen."""
    page.evaluate("document.querySelector('.alert-main').dataset.before = ''")
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    expect(page.locator(".alert-main:not([data-before])")).to_be_visible()


def test_an_alert_is_whole_and_large_in_every_language(hall: ContractServer, pages: Pages):
    *_, last = SIZES  # each drawing is then one at another size
    page = opened(pages, hall, last)
    for kind, drill in (("evacuate", False), ("shelter", True), ("medical", True)):
        raised = hall.raise_alert(kind, drill=drill)
        expect(page.locator("body")).to_have_attribute("data-alert", kind)
        seen = set[str]()
        while seen != set(list(VISITOR_LANGUAGES)[1:]):
            measured = set[str]()
            for size in SIZES:
                drawn_at(page, size)
                language, direction, words = page.evaluate(OTHER)
                assert (direction, words) == (VISITOR_LANGUAGES[language].direction, title(kind, language))
                expect(page.locator(".alert-title")).to_have_text(title(kind))  # French, in every turn
                assert page.evaluate(MEASURE) == []
                assert page.evaluate(OVER_ITS_BAND) == []
                expect(page.locator(".alert-drill")).to_have_count(2 if drill else 0)
                measured.add(language)
            if len(measured) == 1:  # otherwise its turn was over meanwhile
                seen |= measured
            page.evaluate("window.ahead += 6000")
        wait_until(partial(hall.shown.__contains__, raised["alert"]), "the screen says so")
    assert_accessible(page)  # nobody touches a screen: another width breaks none of these rules


def test_a_long_message_fits_and_its_words_are_read_out_once(hall: ContractServer, pages: Pages):
    page = opened(pages, hall)
    hall.raise_alert("custom", texts={"fr": LONG, "en": LONG}, drill=True)
    for title_of in (".alert-title", ".alert-other"):
        expect(page.locator(title_of)).to_have_text(LONG["title"])
    assert page.evaluate(MEASURE) == []
    expect(page.locator("#alert [role=alert] p")).to_have_count(2)


def test_calls_and_notices_are_gone_while_an_alert_holds_and_back_after_it(
    hall: ContractServer, dom_pages: DomPages
):
    hall.call("R042")
    page = dom_pages.open(f"{hall.url}/screen#t=good", width=1920, height=1080)
    expect(page.locator(".card")).to_be_visible()
    hall.raise_alert("evacuate")
    expect(page.locator(".alert-title")).to_be_visible()
    for gone in (".card", "#aside", "#foot"):
        expect(page.locator(gone)).not_to_be_visible()
    hall.end_alert()
    expect(page.locator("#alert")).to_be_hidden()
    expect(page.locator(".card")).to_be_visible()


SPOKEN = """
  window.spoken = 0; window.sounding = new Set(); window.levels = [];
  const { start, stop } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function () {
    window.spoken += 1;
    window.sounding.add(this);
    this.addEventListener("ended", () => window.sounding.delete(this));
    start.call(this);
  };
  AudioBufferSourceNode.prototype.stop = function () { window.sounding.delete(this); stop.call(this); };
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (...to) {
    if (this instanceof GainNode) window.gain = this.gain;
    return connect.apply(this, to);
  };
  let late = 0;
  const now = performance.now.bind(performance);
  performance.now = () => now() + late;
  window.later = (ms) => { late += ms; };
"""


def hearing(pages: Pages, hall: ContractServer) -> Page:
    """A screen whose alert voices are watched, and kept."""
    hall.screen["alert_voices"] = {"medical": "/audio/alert.wav", "shelter": "/audio/long.wav"}
    page = pages.open(width=1920, height=1080)
    page.add_init_script(SPOKEN)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).not_to_have_attribute("data-view", "connecting")
    kept = lambda name: hall.requests.count(f"/audio/{name}.wav")  # noqa: E731
    wait_until(lambda: kept("alert") == kept("long") == 1, "fetched once, before it is needed")
    return page


def test_a_voice_is_kept_and_repeated_every_minute_without_the_server(hall: ContractServer, pages: Pages):
    page = hearing(pages, hall)
    hall.raise_alert("medical", has_voice=True)
    page.wait_for_function("() => window.spoken === 1")
    assert hall.requests.count("/audio/alert.wav") == 1, "what is kept for a reload is what is said"
    hall.stop()
    page.evaluate("window.later(60_000)")
    page.wait_for_function("() => window.spoken === 2")


def test_a_voice_stops_when_an_alert_without_one_takes_its_place(hall: ContractServer, pages: Pages):
    page = hearing(pages, hall)
    hall.raise_alert("shelter", has_voice=True)
    page.wait_for_function("() => window.sounding.size === 1")
    hall.raise_alert("evacuate")
    expect(page.locator("body")).to_have_attribute("data-alert", "evacuate")
    assert page.evaluate("window.sounding.size") == 0
    page.evaluate("window.later(60_000)")
    wait_until(lambda: len(hall.shown) == 2, "some ticks later")
    assert page.evaluate("window.spoken") == 1


def test_an_alert_voice_never_exceeds_the_maximum_and_is_heard_in_a_quiet_hall(
    hall: ContractServer, pages: Pages
):
    hall.screen["sound"] = {
        "most_percent": 40,
        "levels": [{"opens": "00:00", "closes": "23:59", "percent": 0}],
    }
    page = hearing(pages, hall)
    hall.raise_alert("medical", has_voice=True)
    page.wait_for_function("() => window.spoken === 1")
    assert abs(page.evaluate("window.gain.value") - 0.4) < 0.01


def test_a_call_being_spoken_stops_at_once_for_an_alert(hall: ContractServer, pages: Pages):
    page = pages.open(width=1920, height=1080)
    page.add_init_script(
        "window.played = []; const play = HTMLMediaElement.prototype.play;"
        "HTMLMediaElement.prototype.play = function () { window.played.push(this); return play.call(this); };"
    )
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).to_have_attribute("data-view", "empty")
    wait_until(lambda: page.evaluate(KNOWS_THE_DAY), "the page knows that it speaks")
    hall.announce(hall.call("R042"), audio="long.wav")
    hall.announce(hall.call("R043", "guichet 4"), audio="short.wav")
    page.wait_for_function("() => window.played.length === 1 && !window.played[0].paused")
    hall.raise_alert("evacuate")
    expect(page.locator(".alert-title")).to_be_visible()
    assert page.evaluate("window.played.map((audio) => audio.paused)") == [True]
    hall.end_alert()
    expect(page.locator("#alert")).to_be_hidden()
    assert page.evaluate("window.played.length") == 1


def test_a_screen_that_shows_an_alert_says_so_again_until_it_is_answered(hall: ContractServer, pages: Pages):
    page = pages.open(width=1920, height=1080)
    lost: list[str | bytes] = []

    def lose_first(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if "alert.shown" in str(message) and not lost:
                lost.append(message)
            else:
                server.send(message)

        socket.on_message(pass_on)

    page.route_web_socket("**/socket.io/**", lose_first)
    page.goto(f"{hall.url}/screen#t=good")
    expect(page.locator("body")).to_have_attribute("data-view", "empty")
    raised = hall.raise_alert("evacuate")
    expect(page.locator(".alert-title")).to_be_visible()
    now = "performance.now()"  # the page is asked, so that its messages pass
    wait_until(lambda: page.evaluate(now) and lost, "the first is lost")
    assert hall.shown == []
    wait_until(lambda: page.evaluate(now) and hall.shown == [raised["alert"]], "it is said again")
