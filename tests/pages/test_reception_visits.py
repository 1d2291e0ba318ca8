"""Visits that the reception desk finds and links, on the real server."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.conftest import Serve
from tests.harness import working
from tests.harness.accessible import assert_accessible
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.working import arrive, demonstration_user, issue

SITE = "laon"


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


def test_a_search_holds_the_buttons_of_the_result_before_and_its_late_answer_is_dropped(
    hall: Served, dom_page: DomPage
):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    first, second = (issue(hall, SITE, "laon-accueil") for _ in range(2))
    number, found = dom_page.locator("#find-number"), dom_page.locator('[data-list="found"]')
    number.fill(first)
    number.press("Enter")
    expect(found.locator("b")).to_have_text(first)
    late = dom_page.hold(f"/visits[?]number={first}", times=1)
    number.press("Enter")
    late.wait()
    expect(found.locator("button").first).to_be_disabled()
    number.fill(second)
    number.press("Enter")
    expect(found.locator("b")).to_have_text(second)
    expect(found.locator("button").first).to_be_enabled()
    late.release()
    dom_page.wait_until_idle()
    expect(found.locator("b")).to_have_text(second)


def of_two_pages(number: str) -> dict[str, Any]:
    """An answer of a search that finds eleven visits; its page has one of them."""
    visit = {"visit": number, "leg": number, "number": number, "service": "laon-accueil", "state": "waiting"}
    of_visit = {"ahead": 0, "issued_at": "2026-11-24T09:00:00Z", "priority": "none", "language": "fr"}
    none: dict[str, Any] = {
        "needs": [],
        "linked": [],
        "exceptional": None,
        "counter": None,
        "end_reason": None,
        "print": None,
    }
    return {"as_of": of_visit["issued_at"], "count": 11, "pages": 2, "visits": [visit | of_visit | none]}


def test_a_lost_ticket_is_found_page_after_page(hall: Served, dom_page: DomPage):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    first, last = "A001", "A011"
    for page, number in enumerate((last, first), 1):
        dom_page.answer(f"/visits[?]service=.*page={page}$", of_two_pages(number))
    dom_page.locator("summary", has_text="Ticket perdu").click()
    dom_page.locator("#lost-service").select_option("laon-accueil")
    dom_page.locator("[data-lost-ticket] button").click()
    found, note = dom_page.locator('[data-list="found"] b'), dom_page.locator("[data-found-note]")
    back, forward = (dom_page.locator(f'[data-turn="{step}"]') for step in (-1, 1))
    expect(note).to_have_text("11 tickets retrouvés · page 1 sur 2")
    expect(found).to_have_text(last)
    expect(back).to_be_disabled()
    forward.click()
    expect(found).to_have_text(first)
    expect(forward).to_be_disabled()
    expect(note).to_contain_text("page 2 sur 2")
    back.click()
    expect(found).to_have_text(last)
    dom_page.locator("[data-find-close]").click()
    expect(forward).to_be_hidden()


def test_a_ticket_is_searched_by_its_counter_unless_few_agents_are_there(hall: Served, dom_page: DomPage):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    expect(dom_page.locator('[data-list="services"] button').first).to_be_visible()
    counter = dom_page.locator("#lost-counter")
    dom_page.locator("summary", has_text="Ticket perdu").click()
    expect(dom_page.locator("#lost-service")).to_be_visible()
    expect(counter).to_be_hidden()
    dom_page.change("/queue$", "answer => ({ ...answer, shows_counters: true })")
    dom_page.reload()
    dom_page.locator("summary", has_text="Ticket perdu").click()
    expect(counter).to_be_visible()
    counter.select_option("laon-g1")
    dom_page.locator("[data-lost-ticket] button").click()
    expect(dom_page.locator("[data-found-note]")).to_contain_text("Moins de trois agents")


def test_two_tickets_are_linked_and_split_at_the_reception_desk_by_keyboard(hall: Served, page: Page):
    arrive(page, hall, "reception", "/accueil")
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    number, said = page.locator("[data-issued] .number"), []
    for count in (1, 2):
        page.keyboard.press("1")
        expect(page.locator('[data-list="last"] tr')).to_have_count(count)
        said.append(number.inner_text())
    found, outcome = page.locator('[data-list="found"]'), page.locator("[data-outcome]")
    page.keyboard.press("f")
    page.keyboard.type(said[0])
    page.keyboard.press("Enter")
    expect(found.locator("button").first).to_be_focused()
    button = found.get_by_role("button", name=f"Lier {said[0]}")
    button.press("Enter")
    expect(page.locator("#link-to")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type(said[0])
    with page.expect_response(re.compile(f"/visits.*{said[0]}")) as read_again:
        issue(hall, "laon", "laon-accueil")
    read_again.value.finished()
    expect(page.locator("#link-to")).to_have_value(said[0])
    expect(page.locator("#link-to")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(visible=True)).to_contain_text("C’est le numéro de cette visite")
    page.locator("#link-to").fill(said[1])
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("au même guichet")
    expect(found.locator(".chip")).to_contain_text(f"avec {said[1]}")
    expect(button).to_be_focused()
    waiting = page.locator('[data-list="waiting"]')
    expect(waiting.locator(".chip", has_text=f"avec {said[0]}")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("n’est plus lié")
    expect(found.locator(".chip")).to_have_count(0)


def test_an_undo_pressed_at_once_takes_back_the_link_that_was_just_made(hall: Served, dom_page: DomPage):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    first, second = (issue(hall, SITE, "laon-accueil") for _ in range(2))
    number, found = dom_page.locator("#find-number"), dom_page.locator('[data-list="found"]')
    outcome = dom_page.locator("[data-outcome]")
    number.fill(first)
    number.press("Enter")
    found.get_by_role("button", name=f"Lier {first}").press("Enter")
    dom_page.keyboard.type(second)
    late = dom_page.hold("/reception$", times=1)
    dom_page.keyboard.press("Enter")
    expect(outcome).to_contain_text("au même guichet")
    late.wait()
    dom_page.keyboard.press("u")
    late.release()
    expect(outcome).to_have_text("Le geste est annulé.")
    expect(found.locator(".chip")).to_have_count(0)


def test_a_number_typed_outside_a_field_finds_its_visit_and_no_key_acts(hall: Served, page: Page):
    arrive(page, hall, "reception", "/accueil")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    number = issue(hall, SITE, "laon-accueil")
    sent = list[str]()
    page.on("request", lambda request: sent.append(request.method))
    page.keyboard.type(number.lower())
    expect(page.locator("#find-number")).to_have_value(number)
    page.keyboard.press("Enter")
    expect(page.locator('[data-list="found"] b').first).to_have_text(number)
    page.locator("[data-find-close]").press("Enter")
    expect(page.locator("[data-next-needs]")).not_to_have_attribute("open", "")
    page.locator("#main").focus()
    page.keyboard.type("s1")  # counts nobody, gives no ticket
    expect(page.locator("#find-number")).to_have_value("S1")
    assert "POST" not in sent
    page.locator("#main").focus()
    page.keyboard.type("f42")
    expect(page.locator("#find-number")).to_have_value("42")
    page.locator("#main").focus()
    page.keyboard.press("a")
    expect(page.get_by_label("un guichet sans marches")).to_be_focused()


def test_an_urgent_case_is_called_first_from_the_last_ticket_or_a_found_visit(hall: Served, page: Page):
    arrive(page, hall, "reception", "/accueil")
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    page.keyboard.press("1")
    number, told = page.locator("[data-issued] .number"), page.locator("[data-outcome]")
    expect(number).to_be_visible()
    given = number.inner_text()
    page.keyboard.press("p")
    reason = page.get_by_role("button", name="Échéance aujourd’hui")
    expect(reason).to_be_visible()
    assert_accessible(page)
    reason.press("Enter")
    expect(told).to_have_text(f"{given}\u00a0: cas urgent, sera appelé en premier.")
    waiting = page.locator('[data-list="waiting"] li').first
    expect(waiting).to_contain_text(given)
    expect(waiting).to_contain_text("cas urgent")
    page.keyboard.press("u")
    expect(waiting).not_to_contain_text("cas urgent")
    page.locator("#find-number").fill(given)
    page.keyboard.press("Enter")
    found = page.locator('[data-list="found"]')
    found.get_by_role("button", name=f"Urgent {given}").press("Enter")
    expect(page.locator("#urgent-why")).to_be_focused()
    assert_accessible(page)
    with page.expect_request("**/declare-urgent") as declared:
        found.get_by_role("button", name="Erreur de notre part").press("Enter")
    assert declared.value.post_data_json == {"reason": "our_mistake"}
    expect(found.get_by_role("button", name=f"Urgent {given}")).to_have_count(0)
    found.get_by_role("button", name=f"Parcours {given}").press("Enter")
    expect(found.locator(".history li").last).to_contain_text("cas urgent\u00a0: Erreur de notre part")
