"""A blind person takes a ticket alone: by keys, by ear, and by where a finger landed."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from hardware.languages import VISITOR_LANGUAGES, base_of
from kiosk.reading import sentences
from tests.harness.accessible import assert_accessible
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.kiosk.samples import translate
from tests.pages.kiosk.conftest import MISFITS, SITE, expect_ticket, turn_to

SERVICES = {
    "fr": "Accueil et renseignements",
    "en": "Reception and enquiries",
    "ar": "الاستقبال والاستعلامات",
    "fr-x-simple": "Accueil",
}


class Guided:
    """A kiosk's page without a browser, where keys are pressed and readings are noted."""

    def __init__(self, page: DomPage) -> None:
        self.page = page
        page.change("/reading", "(answer, noted) => { noted.said = answer.sentences; return answer; }")

    def readings(self) -> list[list[str]]:
        return [each["said"] for each in self.page.requests() if "said" in each]

    def key(self, name: str) -> list[str]:
        """Presses a key and returns the sentences that follow it."""
        before = len(self.readings())
        self.page.keyboard.press(name)
        self.page.clock.run_for(500)
        wait_until(lambda: len(self.readings()) > before, f"{name} is answered by voice")
        self.page.clock.run_for(500)
        return self.readings()[-1]


def number_of(said: list[str], label: str) -> str:
    [found] = [each.split()[0] for each in said if each.endswith(f": {label}")]
    return found


def needs_of(hall: Served, number: str) -> list[str]:
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    queue = httpx.get(f"{hall.base_url}/api/v1/halls/{SITE}/queue", headers=key, trust_env=False).json()
    [needs] = [leg["needs"] for each in queue["queues"] for leg in each["legs"] if leg["number"] == number]
    return list(needs)


@pytest.mark.parametrize("language", SERVICES)
def test_a_ticket_is_taken_by_keys_and_by_ear_alone(
    at_dom_kiosk: Callable[..., DomPage], hall: Served, language: str
):
    def say(key: str, **values: Any) -> str:
        return translate(key, language, **values).replace("\u00a0", " ")

    start = sentences([say("kiosk.start.title")])
    kiosk = Guided(at_dom_kiosk(before=lambda page: page.clock.install()))
    kiosk.page.clock.run_for(500)
    said = plain(kiosk.key("ArrowDown"))
    assert said[0] == "Guidage vocal."
    assert said[1] == "Les touches sont sous l’écran, à droite."
    assert "Bonjour." in said
    assert plain(kiosk.key("Tab"))[0].startswith("1 sur ")
    if language != "fr":
        own, more = [VISITOR_LANGUAGES[language].name], [translate("kiosk.languages.more", "fr")]
        while (heard := plain(kiosk.key("ArrowUp"))) not in (own, more):
            pass
        if heard == more:
            kiosk.key("Enter")
            while plain(kiosk.key("ArrowDown")) != own:
                pass
        said = plain(kiosk.key("Enter"))
        assert said[: len(start)] == start
        expect(kiosk.page.locator("html")).to_have_attribute("lang", base_of(language))
    assert plain(kiosk.key("-")) == [say("kiosk.spoken.volume", level=4, most=7)]
    assert plain(kiosk.key("*")) == [say("kiosk.spoken.volume", level=4, most=7)]
    label = SERVICES[language]
    sheet = plain(kiosk.key(number_of(plain(kiosk.key("F1")), label)))
    assert sheet[0] == label
    assert any(each.startswith("1 ") and say("kiosk.sheet.take") in each for each in sheet)
    assert plain(kiosk.key("Escape"))[: len(start)] == start
    kiosk.key(number_of(kiosk.readings()[-1], label))
    asked = plain(kiosk.key("1"))
    assert asked[0] == say("kiosk.escort.title")
    assert [each[0] for each in asked[-2:]] == ["1", "2"]
    assert plain(kiosk.key("ArrowDown")) == [say("kiosk.escort.yes")]
    told = plain(kiosk.key("Enter"))
    number = expect_ticket(kiosk.page)
    spelled = say("kiosk.spoken.number", number=", ".join(number))
    assert (told[0], told[-1], told.count(spelled)) == (spelled, spelled, 2)
    assert set(sentences([say("kiosk.spoken.fetched")])) <= set(told)
    assert plain(kiosk.key("Escape")) == told, "nothing lies behind a number"
    assert needs_of(hall, number) == ["blind"]


def plain(said: list[str]) -> list[str]:
    return [each.replace("\u00a0", " ") for each in said]


def test_a_code_that_is_read_is_typed_whole_while_single_digits_choose(at_dom_kiosk: Callable[..., DomPage]):
    kiosk = Guided(at_dom_kiosk(before=lambda page: page.clock.install()))
    kiosk.page.clock.run_for(500)
    kiosk.key("Tab")
    kiosk.page.keyboard.type("1ab2")
    expect(kiosk.page.locator("main")).to_have_attribute("data-view", "start")
    kiosk.page.keyboard.press("Enter")
    kiosk.page.clock.run_for(500)
    expect(kiosk.page.locator("main")).to_have_attribute("data-view", "escort")
    kiosk.key("2")
    expect(kiosk.page.locator(".code")).to_have_text("1AB2")
    kiosk.page.wait_until_idle()
    assert plain(kiosk.key("7")) == ["7"]
    expect(kiosk.page.locator(".code")).to_have_text("1AB27")


def test_the_whole_way_is_walked_by_keys_in_a_browser_and_each_sentence_is_played(
    at_kiosk: Callable[..., Page],
):
    page = at_kiosk()
    with (
        page.expect_request("**/audio/*") as played,
        page.expect_response("**/reading?*has_keys=true*") as answered,
    ):
        page.keyboard.press("ArrowDown")
    said = answered.value.json()
    assert said["sentences"][0] == "Guidage vocal."
    assert played.value.url.endswith(said["audio"][0])
    expect(page.locator("#listen")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-key=appointment]")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    expect(page.locator("[data-service]").first).to_be_focused()
    for view, selector in (("start", "[data-service]"), ("sheet", "[data-act=take]"), ("escort", "button")):
        expect(page.locator("main")).to_have_attribute("data-view", view)
        if view != "start":
            page.keyboard.press("ArrowDown")
            expect(page.locator(f"main {selector}").first).to_be_focused()
        if view == "escort":
            assert page.evaluate(MISFITS) == []
            assert_accessible(page)
        while page.locator("main").get_attribute("data-view") == view:
            page.keyboard.press("Enter")
    expect_ticket(page)


MARKED = """() => {
  const mark = document.querySelector("#missed");
  window.marked = [];
  new MutationObserver(() => {
    const isShown = mark.checkVisibility();
    if (isShown !== (window.marked.at(-1) ?? false)) window.marked.push(isShown);
  }).observe(mark, { attributes: true });
}"""
"""Keeps each coming and going of the mark, which is there for less than a second."""


def test_a_finger_that_slides_means_where_it_landed_and_a_lost_touch_is_answered(at_kiosk):
    page = at_kiosk()
    turn_to(page, "[data-service=laon-accueil]")
    cm = page.evaluate("innerHeight") / 70.6  # the picture of Laon’s kiosk is so many centimetres high

    def is_taken() -> bool:
        service = page.locator("main[data-view=start] [data-service=laon-accueil]")
        if box := service.is_visible() and service.bounding_box():
            x, y = box["x"] + 40, box["y"] + box["height"] - 8
            page.mouse.move(x, y)
            page.mouse.down()
            page.mouse.move(x, y + 1.9 * cm, steps=4)
            page.mouse.up()
        return bool(page.locator("main").get_attribute("data-view") == "sheet")

    wait_until(is_taken, "the slide counts once the guard against double presses lets it", every_s=0.2)
    page.evaluate(MARKED)
    page.locator("h1").click()
    wait_until(lambda: page.evaluate("window.marked") == [True, False], "a mark comes and goes")
