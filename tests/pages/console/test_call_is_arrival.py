"""The console of a service whose call counts as the arrival: no question, and nobody came is one key away."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, issue, phase, sign_in

COUNTER, SERVICE = "laon-g1", "laon-accueil"


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    """Laon, where a call of the reception service counts as the arrival."""

    def begins_with_the_call(content: dict[str, Any]) -> None:
        service = next(each for each in content["services"] if each["id"] == SERVICE)
        service["confirmation"] = "call"

    server = standing()
    server.republish("laon", begins_with_the_call)
    return server


def test_a_call_starts_the_service_without_a_question(hall: Served, page: Page):
    sign_in(page, hall, *demonstration_user(hall, "agent"), path="/console")
    page.locator(f"button[aria-describedby=place-{COUNTER}]").press("Enter")
    phase(page, "free")
    first, second = issue(hall, "laon", SERVICE), issue(hall, "laon", SERVICE)
    number, timer = page.locator("[data-person] .number"), page.locator('[data-text="timer-of"]')
    nobody_came = page.get_by_role("button", name="Personne absente")
    gesture = page.locator('[data-text="gesture"]')

    page.keyboard.press("F9")
    phase(page, "in_service")
    expect(number).to_have_text(first)
    expect(timer).to_have_text("depuis l’appel")
    expect(page.get_by_text("La personne est-elle venue")).to_be_hidden()
    expect(nobody_came).to_be_visible()
    expect(page.get_by_role("button", name="Remettre en file")).to_be_enabled()
    assert_accessible(page)
    assert unreached_by_keyboard(page) == []

    page.keyboard.press("l")
    expect(timer).to_have_text("2e appel")
    phase(page, "in_service")
    page.keyboard.press("n")
    phase(page, "free")
    expect(gesture).to_contain_text(first)
    page.keyboard.press("a")
    phase(page, "in_service")
    page.keyboard.press("a")
    expect(timer).to_have_text("depuis l’appel")
    phase(page, "in_service")
    page.keyboard.press("a")  # the call and its start, as one
    phase(page, "free")
    expect(page.locator('[data-list="waiting"]')).to_contain_text(first)

    page.keyboard.press("F9")
    phase(page, "in_service")
    page.keyboard.press("m")
    page.locator("[data-panel] button").nth(1).press("Enter")
    phase(page, "free")
    page.keyboard.press("F9")
    phase(page, "in_service")
    expect(number).to_have_text(second)
    page.keyboard.press("F8")
    phase(page, "free")
    page.keyboard.press("d")
    page.locator("[data-panel] button").filter(has_text=first).press("Enter")
    phase(page, "in_service")
    expect(timer).to_have_text("au guichet")
    expect(nobody_came).to_be_hidden()
    expect(page.get_by_role("button", name="Rappeler")).to_be_disabled()
    page.keyboard.press("F8")
    phase(page, "free")


def test_the_compact_bar_offers_the_same(hall: Served, page: Page):
    page.set_viewport_size({"width": 1366, "height": 48})
    sign_in(page, hall, *demonstration_user(hall, "agent"), path="/console/barre?hall=laon")
    page.locator("#bar-place").select_option(COUNTER)
    page.locator("[data-choose-form] button").press("Enter")
    phase(page, "free")
    issue(hall, "laon", SERVICE)
    page.keyboard.press("F9")
    phase(page, "in_service")
    expect(page.get_by_role("button", name="Personne absente")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Rappeler")).to_be_in_viewport()
    assert_accessible(page)
    page.get_by_role("button", name="Personne absente").press("Enter")
    phase(page, "free")
