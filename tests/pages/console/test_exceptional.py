"""A visitor without an appointment is received for an exceptional reason: desk, console, figures."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import phase
from tests.pages.test_work_pages import sign_in

REASON = "Mon titre expire dans moins de 15 jours"


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


def ask_for_permits(page: Page) -> None:
    """Presses the key of the residence permits, which need an appointment."""
    services = page.locator('[data-list="services"] button')
    expect(services.first).to_be_visible()
    at = next(n for n, each in enumerate(services.all_inner_texts()) if "demande ou renouvellement" in each)
    page.keyboard.press(str(at + 1))


def receive(page: Page) -> str:
    """Issues a ticket for the first exceptional reason by keyboard; its number."""
    ask_for_permits(page)
    expect(page.get_by_role("button", name="Imprimer la feuille")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name=REASON)).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Enter")
    number = page.locator("[data-issued] .number")
    expect(number).to_have_text(re.compile(r"A\d{3}"))
    return number.inner_text()


def test_the_desk_receives_by_keyboard_and_the_visit_says_why(hall: Served, page: Page):
    sign_in(page, hall, "reception", "/accueil")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    said = receive(page)
    expect(page.locator("[data-outcome]")).to_contain_text(said)
    expect(page.locator("[data-issued]")).to_contain_text("Accueil et renseignements")
    expect(page.locator("[data-reasons]")).to_be_hidden()
    expect(page.locator("main")).to_be_focused()
    waiting = page.locator('[data-list="waiting"] li', has_text=said)
    expect(waiting.locator(".chip")).to_have_text("sans rendez-vous")
    page.keyboard.press("f")
    page.keyboard.type(said)
    page.keyboard.press("Enter")
    found = page.locator('[data-list="found"]')
    expect(found.locator(".exceptional")).to_contain_text(
        f"Motif exceptionnel\u00a0: {REASON} · Titre de séjour"
    )
    assert_accessible(page)


def test_the_agent_sees_why_when_the_person_is_called(hall: Served, page: Page, pages: Pages):
    desk = pages.open()
    sign_in(desk, hall, "reception", "/accueil")
    said = receive(desk)
    sign_in(page, hall, "agent", "/console")
    page.locator("button[aria-describedby=place-laon-g1]").press("Enter")
    phase(page, "free")
    number = page.locator("[data-person] .number")
    while True:
        page.keyboard.press("F9")
        phase(page, "called")
        if number.inner_text() == said:
            break
        page.keyboard.press("F8")
        phase(page, "free")
    why = page.locator("[data-exceptional]")
    expect(why).to_contain_text(f"Motif exceptionnel\u00a0: {REASON} · Titre de séjour")
    expect(page.locator("[data-person] .chip", has_text="sans rendez-vous")).to_be_visible()
    assert_accessible(page)


def test_the_quality_page_shows_demand_reasons_and_unmet_demand(hall: Served, page: Page, pages: Pages):
    desk = pages.open()
    sign_in(desk, hall, "reception", "/accueil")
    receive(desk)
    ask_for_permits(desk)
    expect(desk.get_by_role("button", name="Imprimer la feuille")).to_be_visible()
    sign_in(page, hall, "quality", "/qualite/explorer")
    table = page.locator("table.figures", has_text="Sans rendez-vous, pour les démarches")
    cells = table.locator("tbody tr td.number").all_inner_texts()
    demand, received, unmet = (int(re.sub(r"\D", "", text)) for text in cells)
    assert received >= 1
    assert unmet >= 1
    assert demand - received == unmet
    expect(table.locator(".convention")).to_contain_text("la différence, démarche par démarche")
    expect(page.locator("table.exceptional")).to_contain_text(REASON)
    assert_accessible(page)
