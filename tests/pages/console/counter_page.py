"""What tests do at a counter's page: take the counter, empty its queue."""

import re

from playwright.sync_api import Page

from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.working import phase


def open_counter(page: Page | DomPage) -> None:
    """Takes the first counter of the hall by keyboard, even if it is held and has a visitor."""
    page.locator('[data-list="places"] li').first.locator("button").focus()
    page.keyboard.press("Enter")
    asked = page.locator("[data-list=places] .ask")
    expect(page.locator("body:not([data-phase=choose]), [data-list=places] .ask").first).to_be_visible()
    if asked.is_visible():
        expect(asked).to_contain_text(re.compile(r"Ouvert par .+ depuis \d\d:\d\d, avec"))
        asked.locator(".sure").press("Enter")
    expect(page.locator("body")).to_have_attribute("data-phase", re.compile("free|called|in_service"))
    while page.locator("body").get_attribute("data-phase") != "free":
        page.keyboard.press("F8")
        phase(page, "free")


def empty_queue(page: Page | DomPage) -> None:
    """Calls and ends until nobody waits for this counter; the list may still show a visitor who has just
    left.
    """
    body, nobody = page.locator("body"), page.locator("[data-nobody]")
    while not nobody.is_visible():
        page.keyboard.press("F9")
        expect(body).not_to_have_class(re.compile(r"\bsending\b"))
        expect(page.locator("body[data-phase=called], [data-nobody]").first).to_be_visible()
        if body.get_attribute("data-phase") == "called":
            page.keyboard.press("F8")
            phase(page, "free")
