"""A busy hall by keyboard: how few keys a task takes, what opens over a page in the dark and small windows.

A family has its tickets in three presses (test_reception_page.py); an alert takes two from every page of work
(test_alert_page.py).
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Serve
from tests.harness.accessible import assert_fits
from tests.harness.chromium import Pages
from tests.harness.counts import record_measurement
from tests.harness.servers.served import Served
from tests.harness.working import at_work, issue, phase

COUNTER = "laon-g1"


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing(voice="false")


def press(page: Page, *keys: str) -> int:
    """Presses keys where the focus is; how many."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def take(page: Page, counter: str) -> None:
    page.locator(f"button[aria-describedby=place-{counter}]").press("Enter")
    phase(page, "free")


def test_tasks_of_a_day_take_few_keys(hall: Served, pages: Pages):
    console = at_work(pages.open(), hall, "agent", "/console")
    take(console, COUNTER)
    close = press(console, "q")
    phase(console, "choose")
    console.reload()
    expect(console.locator(f"button[aria-describedby=place-{COUNTER}]")).to_be_focused()
    counter = press(console, "Enter")
    phase(console, "free")

    desk = at_work(pages.open(), hall, "reception", "/accueil")
    wall = at_work(pages.open(), hall, "supervisor", "/mur")
    expect(desk.locator("[data-list='services'] button").first).to_be_visible()
    press(desk, "1")
    given = desk.locator("[data-issued] .number")
    expect(given).to_be_visible()
    number = given.inner_text()
    typed = re.sub("(?<=[A-Z])0+", "", number).lower()
    finding = []
    for page in (desk, wall):
        finding.append(press(page, "f", *typed, "Enter"))
        expect(page.locator('[data-list="found"] b')).to_have_text(number)
    record_measurement("keys of a day: counter; find; close", counter=counter, find=max(finding), close=close)
    assert counter == close == 1
    assert max(finding) <= 5
    assert_fits(desk, 360, 740)
    press(console, "F9")
    phase(console, "called")
    press(console, "F8")
    phase(console, "free")
    press(console, "q")
    phase(console, "choose")


CONTRASTS = """(selector) => [...document.querySelectorAll(selector)].map((each) => {
  const luminance = (colour) => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = "var(--stone)";
  const [ground, ink] = [getComputedStyle(probe).color, getComputedStyle(each).backgroundColor]
    .map(luminance).sort();
  probe.remove();
  return (ink + 0.05) / (ground + 0.05);
})"""


def test_what_opens_over_a_page_is_whole_in_the_dark_and_in_a_small_window(hall: Served, pages: Pages):
    issue(hall, "laon", "laon-numerique")
    wall = at_work(pages.open(), hall, "supervisor", "/mur", theme="dark")
    expect(wall.locator(".bar.unserved")).not_to_have_count(0)
    assert min(wall.evaluate(CONTRASTS, ".bar .longest")) >= 3
    press(wall, "?")
    keys = wall.locator(".keys-help")
    expect(keys).to_be_visible()
    surface = wall.evaluate("getComputedStyle(document.querySelector('.raise-alert')).backgroundColor")
    expect(keys).to_have_css("background-color", surface)
    press(wall, "Escape")
    for width, height in ((683, 384), (360, 740)):
        wall.set_viewport_size({"width": width, "height": height})
        wall.locator('[data-queue="laon-file-associations"]').press("Enter")
        question = wall.locator(".asked .ask")
        expect(question).to_be_focused()
        for each in (question.locator("p"), *question.locator("button").all()):
            each.scroll_into_view_if_needed()
            expect(each).to_be_in_viewport(ratio=1)
        press(wall, "Escape")
        wall.get_by_role("button", name="Alerte", exact=True).press("Enter")
        expect(wall.locator("[data-raises=evacuate]")).to_be_focused()
        press(wall, "Enter")
        told = wall.locator("[data-alert-outcome]")
        expect(told).to_contain_text("Pressez encore")
        for each in (told, *wall.locator("[data-raises]").all()):
            expect(each).to_be_in_viewport(ratio=1)
        press(wall, "Escape")
