"""Visits that are more than a call and an end: needs, two files, an exceptional reason."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import arrive, phase
from tests.pages.console.conftest import open_counter


def test_the_agent_reads_to_walk_over_and_keeps_the_place_of_a_visitor_without_interpreter(
    console: Page, issue: Callable[..., dict[str, Any]]
):
    ticket = issue(needs=["blind", "interpreter"])
    expect(console.locator('[data-list="waiting"] .chip')).to_have_count(2)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator("[data-advice]")).to_contain_text("allez à sa rencontre")
    assert_accessible(console)
    console.locator('[data-act="hold"]').click()
    phase(console, "free")
    held = console.locator('[data-list="notices"] .notice')
    expect(held).to_contain_text(ticket["number"])
    held.get_by_role("button").click()
    expect(held).to_have_count(0)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator('[data-text="number"]').first).to_have_text(ticket["number"])


def test_a_visit_that_takes_its_time_by_keyboard(console: Page, issue: Callable[[], dict[str, Any]]):
    """Put back in the queue, set aside, resumed, with a service more, ended with an outcome and a note."""
    number = issue()["number"]
    expect(console.locator('[data-text="waiting-count"]')).to_have_text("1 personne")
    console.keyboard.press("F9")
    phase(console, "called")
    console.keyboard.press("f")
    phase(console, "free")
    expect(console.locator('[data-list="waiting"] .chip', has_text="remis en file")).to_be_visible()
    console.keyboard.press("F9")
    phase(console, "called")
    console.keyboard.press("o")
    phase(console, "in_service")
    console.keyboard.press("j")
    expect(console.locator("[data-panel]")).to_be_visible()
    assert_accessible(console)
    console.keyboard.press("2")
    expect(console.locator("[data-person] .chips")).to_contain_text("puis")
    console.keyboard.press("m")
    expect(console.locator("#panel-title")).to_contain_text(number)
    assert_accessible(console)
    console.keyboard.press("2")
    phase(console, "free")
    expect(console.locator('[data-text="parked-count"]')).to_have_text("1 personne mise de côté")
    console.keyboard.press("d")
    expect(console.locator("[data-panel] [data-choice]")).to_contain_text(number)
    console.keyboard.press("1")
    phase(console, "in_service")
    expect(console.locator('[data-text="parked-count"]')).to_be_hidden()
    console.keyboard.press("u")
    assert_accessible(console)
    console.locator("#outcome-note").fill("attestation vue")
    console.keyboard.press("Tab")
    console.keyboard.press("Enter")
    phase(console, "free")
    expect(console.locator("[data-outcome]").first).to_have_text(f"{number} est terminé.")


def test_one_person_with_two_files_by_keyboard(console: Page, issue: Callable[[], dict[str, Any]]):
    """Linked by number, called next before somebody who came earlier, taken back, linked again and split."""
    numbers = [issue()["number"] for _ in range(3)]
    expect(console.locator('[data-text="waiting-count"]')).to_have_text("3 personnes")
    console.keyboard.press("F9")
    phase(console, "called")
    console.keyboard.press("o")
    phase(console, "in_service")
    link(console, numbers[2].lower())
    chips = console.locator("[data-person] .chips")
    expect(chips).to_contain_text(f"avec {numbers[2]}")
    expect(console.locator('[data-text="gesture"]').first).to_contain_text(f"{numbers[0]} lié")
    console.keyboard.press("a")
    expect(chips).not_to_contain_text("avec")
    link(console, numbers[2])
    expect(chips).to_contain_text(f"avec {numbers[2]}")
    waiting = console.locator('[data-list="waiting"]')
    expect(waiting.locator(".chip", has_text=f"avec {numbers[0]}")).to_be_visible()
    assert_accessible(console)
    console.keyboard.press("F9")
    phase(console, "called")
    expect(console.locator('[data-text="number"]').first).to_have_text(numbers[2])
    expect(console.locator('[data-text="why"]')).to_contain_text(f"visite liée à {numbers[0]}")
    link(console, numbers[1])
    expect(chips).to_contain_text(f"avec {numbers[1]}")
    console.keyboard.press("i")
    expect(console.locator("[data-panel]")).to_contain_text(f"Liée à\u00a0: {numbers[1]}")
    assert_accessible(console)
    console.keyboard.press("1")
    expect(console.locator("[data-outcome]").first).to_contain_text("n’est plus lié")
    expect(chips).not_to_contain_text("avec")


def test_a_number_that_cannot_be_linked_gives_a_message(console: Page, issue: Callable[[], dict[str, Any]]):
    number = issue()["number"]
    expect(console.locator('[data-text="waiting-count"]')).to_have_text("1 personne")
    console.keyboard.press("F9")
    phase(console, "called")
    link(console, number)
    refused = console.get_by_role("alert").filter(visible=True)
    expect(refused).to_contain_text("C’est le numéro de cette visite")
    link(console, "nom")
    expect(refused).to_contain_text("n’est pas un numéro")
    assert_accessible(console)


def link(console: Page, number: str) -> None:
    """Links the person here to another visit, from the keyboard."""
    console.keyboard.press("i")
    expect(console.locator("#panel-title")).to_contain_text("Lier")
    console.keyboard.press("Tab")
    console.keyboard.press("Tab")
    expect(console.locator("#link-number")).to_be_focused()
    console.keyboard.type(number)
    console.keyboard.press("Enter")
    expect(console.locator("[data-panel]")).to_be_hidden()


# --- a visitor without an appointment is received for an exceptional reason -------------------


REASON = "Mon titre expire dans moins de 15 jours"


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
    arrive(page, hall, "reception", "/accueil")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    said = receive(page)
    expect(page.locator(".issued .paper")).to_contain_text(said)
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
    arrive(desk, hall, "reception", "/accueil")
    said = receive(desk)
    arrive(page, hall, "agent", "/console")
    open_counter(page)
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
    arrive(desk, hall, "reception", "/accueil")
    receive(desk)
    ask_for_permits(desk)
    expect(desk.get_by_role("button", name="Imprimer la feuille")).to_be_visible()
    arrive(page, hall, "quality", "/qualite/explorer")
    table = page.locator("table.figures", has_text="Sans rendez-vous, pour les démarches")
    cells = table.locator("tbody tr td.number").all_inner_texts()
    demand, received, unmet = (int(re.sub(r"\D", "", text)) for text in cells)
    assert received >= 1
    assert unmet >= 1
    assert demand - received == unmet
    expect(table.locator(".convention")).to_contain_text("la différence, démarche par démarche")
    expect(page.locator("table.exceptional")).to_contain_text(REASON)
    assert_accessible(page)
