"""The way in, the reception desk and the wall, in a real browser on the real server."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, Route

from server.domain.visits.gestures import usual_keys
from tests.conftest import Serve
from tests.harness import working
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, cookies_of, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import close_counters, demonstration_user, issue

SITE = "laon"
SIGNED_IN: dict[tuple[str, str], Any] = {}
"""The cookies of people who have signed in, by server and role."""


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


def sign_in(page: Page, hall: Served, role: str, path: str = "/") -> None:
    """Signs in as a role of Laon and arrives where one wanted to go; by the form the first time only.

    Ten tries a minute are let in from one address.
    """
    known = SIGNED_IN.get((hall.base_url, role))
    if known is not None:
        page.context.add_cookies(known)
        page.goto(f"{hall.base_url}{path}")
        return
    user = next(u for u in hall.demonstration["users"] if u["role"] == role and u["site"] == SITE)
    page.goto(f"{hall.base_url}{path}")
    if path == "/":
        page.goto(f"{hall.base_url}/connexion")
    page.locator("#login").fill(user["login"])
    page.locator("#password").fill(user["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{hall.base_url}{path}")
    SIGNED_IN[hall.base_url, role] = page.context.cookies()


def test_a_wrong_password_is_a_sentence_and_keeps_the_login(hall: Served, page: Page):
    page.goto(f"{hall.base_url}/connexion")
    page.locator("#login").fill("agent")
    page.locator("#password").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("ne convient pas")
    expect(page.locator("#login")).to_have_value("agent")
    expect(page.locator("#password")).to_be_focused()
    assert_accessible(page)


def test_the_demonstration_is_entered_with_one_press(hall: Served, dom_page: DomPage):
    dom_page.goto(hall.base_url)
    dom_page.locator(".accounts button").first.press("Enter")
    expect(dom_page.locator(".sign-out")).to_be_visible()
    dom_page.locator(".sign-out button").press("Enter")
    expect(dom_page.locator("#login")).to_be_visible()
    assert dom_page.url.endswith("/connexion")


def test_a_ticket_is_given_at_the_reception_desk_with_one_key(hall: Served, page: Page):
    sign_in(page, hall, "reception", "/accueil")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    gap = "card => card.nextElementSibling.getBoundingClientRect().top - card.getBoundingClientRect().bottom"
    assert page.locator(".issued").evaluate(gap) > 0
    page.keyboard.press("1")
    number = page.locator("[data-issued] .number")
    expect(number).to_be_visible()
    expect(page.locator('[data-list="waiting"]')).to_contain_text(number.inner_text())
    given = number.inner_text()
    shown = "card => card.getBoundingClientRect().bottom"
    assert page.locator(".issued").evaluate(shown) < 300
    top = page.locator("#main").evaluate("main => main.getBoundingClientRect().top")
    page.get_by_role("button", name=f"Réimprimer {given}").first.press("Enter")
    expect(page.locator("[data-outcome]")).to_contain_text(given)
    again = page.locator('[data-list="last"] button').first
    again.press("Enter")
    expect(page.locator("[data-outcome]")).to_contain_text(given)
    expect(again).to_be_focused()
    cancel = page.get_by_role("button", name=f"Annuler ce ticket {given}")
    cancel.press("Enter")
    assert page.locator("#main").evaluate("main => main.getBoundingClientRect().top") == top
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(cancel).to_be_focused()
    cancel.press("Enter")
    with page.expect_request("**/cancel") as cancelled:
        page.get_by_role("button", name="Ticket pris deux fois").press("Enter")
    assert cancelled.value.post_data_json == {"reason": "double_press"}
    expect(page.locator("[data-outcome]")).to_contain_text(f"{given}\u00a0: ticket annulé")
    expect(page.locator("[data-none]")).to_be_visible()
    page.keyboard.press("s")
    expect(page.locator("[data-outcome]")).to_contain_text("reçu sans ticket")
    assert_accessible(page)
    held = list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/tickets", hold)
    page.keyboard.press("1")
    wait_until(lambda: page.title() and held, "a ticket is on its way")
    undo = page.locator('[data-act="undo-greeting"]')
    undo.press("Enter")  # nothing is sent meanwhile
    held[0].continue_()
    expect(number).to_be_visible()
    expect(undo).to_be_visible()
    undo.press("Enter")
    expect(undo).to_be_hidden()
    expect(page.locator("[data-outcome]")).to_contain_text("annulé")


def test_services_renamed_and_moved_by_a_publication_are_drawn_with_their_keys(
    hall: Served, dom_page: DomPage
):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    buttons = dom_page.locator('[data-list="services"] button')
    expect(buttons.first).to_be_visible()
    last = buttons.last.locator("bdi").inner_text()
    buttons.first.focus()
    first = buttons.first.locator("bdi").inner_text()
    dom_page.change("/menu[?]", "(menu) => ({ ...menu, services: menu.services.reverse() })")
    dom_page.cut()
    expect(buttons.first).to_contain_text(last)
    expect(buttons.filter(has_text=first)).to_be_focused()


def test_keys_of_one_letter_or_digit_are_turned_off_at_the_reception_desk(hall: Served, dom_page: DomPage):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    first = dom_page.locator('[data-list="services"] button').first
    expect(first).to_have_attribute("aria-keyshortcuts", "1")
    dom_page.get_by_label("Utiliser les touches d’une lettre ou d’un chiffre").uncheck()
    dom_page.reload()
    expect(first).to_be_visible()
    expect(first).not_to_have_attribute("aria-keyshortcuts", "1")
    for key in ("1", "s"):
        dom_page.keyboard.press(key)
    assert "POST" not in [each["method"] for each in dom_page.requests()]
    dom_page.locator('[data-list="services"] button').first.press("Enter")
    expect(dom_page.locator('[data-list="last"] tr')).to_have_count(1)
    expect(dom_page.locator('[data-act="undo-greeting"]')).to_be_hidden()
    expect(dom_page.locator("main kbd").filter(visible=True)).to_have_count(0)


def test_a_morning_at_the_reception_desk_by_keyboard(hall: Served, page: Page):
    """A ticket given, found again, its card seen, its service changed, printed again: without a mouse."""
    sign_in(page, hall, "reception", "/accueil")
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    page.keyboard.press("1")
    number = page.locator("[data-issued] .number")
    expect(number).to_be_visible()
    said = number.inner_text()
    found = page.locator('[data-list="found"]')
    page.keyboard.press("f")
    page.keyboard.type(said.lower())
    page.keyboard.press("Enter")
    expect(found.locator("li")).to_have_count(1)
    expect(found.locator("button").first).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(found).to_contain_text("carte vue")
    expect(page.locator("[data-outcome]")).to_contain_text("priorité confirmée")
    found.locator("button").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#change-to")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type("Assoc")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(found).to_contain_text("Associations")
    expect(found.locator("button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-outcome]")).to_contain_text("le premier papier n’est plus valable")
    page.keyboard.press("f")
    page.keyboard.type("nom")
    page.keyboard.press("Enter")
    expect(page.locator("[data-found-note]")).to_contain_text("n’est pas un numéro")


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


def test_needs_are_noted_with_a_ticket_and_corrected_before_the_call_by_keyboard(hall: Served, page: Page):
    sign_in(page, hall, "reception", "/accueil")
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_label("un guichet sans marches")).to_be_focused()
    page.keyboard.press("Space")
    assert_accessible(page)
    page.keyboard.press("1")
    number = page.locator("[data-issued] .number")
    expect(number).to_be_visible()
    said = number.inner_text()
    expect(page.locator("[data-next-needs]")).not_to_have_attribute("open", "")
    expect(page.locator("[data-next-needs] :checked")).to_have_count(0)
    waiting = page.locator('[data-list="waiting"] li', has_text=said)
    expect(waiting.locator(".chip")).to_have_text("sans marches")
    found, outcome = page.locator('[data-list="found"]'), page.locator("[data-outcome]")
    page.keyboard.press("f")
    page.keyboard.type(said)
    page.keyboard.press("Enter")
    button = found.get_by_role("button", name=f"Ce qui aiderait {said}")
    button.press("Enter")
    step_free = found.get_by_label("un guichet sans marches")
    expect(step_free).to_be_focused()
    expect(step_free).to_be_checked()
    page.keyboard.press("Space")
    found.get_by_label("un interprète").press("Space")
    assert_accessible(page)
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text(f"{said}, noté")
    expect(button).to_be_focused()
    expect(found.locator(".chip")).to_have_text("interprète")
    expect(waiting.locator(".chip")).to_have_text("interprète")
    page.keyboard.press("Enter")
    found.get_by_label("un interprète").press("Space")
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("plus rien n’est noté")
    expect(found.locator(".chip")).to_have_count(0)


def test_how_to_book_is_printed_at_the_reception_desk_by_keyboard(hall: Served, page: Page):
    sign_in(page, hall, "reception", "/accueil")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    expect(page.locator('[data-list="services"] button').nth(3)).to_contain_text("sur rendez-vous")
    page.keyboard.press("4")
    sheet = page.get_by_role("button", name="Imprimer la feuille")
    expect(sheet).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("Enter")
    outcome = page.locator("[data-outcome]")
    expect(outcome).to_contain_text("Comment prendre rendez-vous")
    expect(outcome).to_contain_text("imprimé.")
    expect(sheet).to_be_hidden()


def test_two_tickets_are_linked_and_split_at_the_reception_desk_by_keyboard(hall: Served, page: Page):
    sign_in(page, hall, "reception", "/accueil")
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


def test_a_supervisor_looks_after_the_hall_by_keyboard(hall: Served, page: Page, pages: Pages):
    """A session moved to another profile, tickets stopped and seen at the kiosk, given again; the voice."""
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    api = page.request
    opened = api.post(
        f"{hall.base_url}/api/v1/counters/laon-g1/session", data={"take_over": True}, headers=key
    )
    assert opened.ok, opened.text()
    sign_in(page, hall, "supervisor", "/mur")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    counter = page.locator('[data-counter="laon-g1"]')
    expect(counter.locator(".state")).to_contain_text("ouvert")
    expect(page.get_by_text("cette page montre le hall, pas la personne")).to_be_visible()
    assert_accessible(page)
    counter.locator("button").press("Enter")
    profile = page.locator("#profile")
    expect(profile).to_be_focused()
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    outcome = page.locator("[data-outcome]")
    expect(outcome).to_contain_text("guichet 1")
    expect(profile).to_have_count(0)
    expect(counter.locator("button")).to_be_focused()
    service = page.locator('[data-queue="laon-file-associations"]')
    service.focus()
    page.keyboard.press("Enter")
    asked = page.locator("[data-list=queues] .ask")
    expect(asked).to_contain_text("Plus de ticket pour cette démarche aujourd’hui")
    expect(asked).to_be_focused()
    assert_accessible(page)
    asked.get_by_role("button", name="Arrêter").press("Enter")
    expect(service).to_contain_text("Rouvrir")
    expect(service).to_be_focused()
    site = next(site for site in hall.demonstration["sites"] if site["slug"] == SITE)
    kiosk = pages.open(site["kiosk"]["url"], width=1080, height=1920)
    expect(kiosk.locator("main")).to_contain_text("plus de ticket aujourd’hui")
    service.focus()
    page.keyboard.press("Enter")
    expect(outcome).to_contain_text("de nouveau délivrés")
    expect(kiosk.locator("main")).not_to_contain_text("plus de ticket aujourd’hui")
    page.get_by_text("Voix des appels").press("Enter")
    page.get_by_role("button", name="Couper 30 minutes").press("Enter")
    expect(page.locator('[data-text="sound"]')).to_contain_text("Voix coupée jusqu’à")
    assert_accessible(page)
    page.get_by_role("button", name="Rétablir la voix").press("Enter")
    expect(outcome).to_have_text("La voix est rétablie.")
    expect(page.get_by_role("button", name="Couper 15 minutes")).to_be_focused()


@pytest.mark.parametrize(
    ("role", "path"), [("agent", "/console"), ("reception", "/accueil"), ("supervisor", "/mur")]
)
def test_the_question_mark_tells_each_key_that_works_on_a_page(
    hall: Served, dom_page: DomPage, role: str, path: str
):
    dom_page.add_cookies(cookies_of(hall, *demonstration_user(hall, role)))
    dom_page.goto(f"{hall.base_url}{path}")
    expect(dom_page.locator("[data-live=yes]").first).to_be_visible()
    dom_page.keyboard.press("?")
    told = {each.inner_text() for each in dom_page.locator(".keys-help dt").all()} - {"?", "Échap"}
    at_reception = {"1–9", "S", "A", "G", "M", "F", "F2"}
    assert (
        told == {"/console": {*usual_keys().values(), "1–9"}, "/accueil": at_reception, "/mur": {"F"}}[path]
    )
    assert all(each.inner_text().strip() for each in dom_page.locator(".keys-help dd").all())


def test_a_number_typed_on_the_hall_view_gives_its_visit(hall: Served, page: Page):
    number = issue(hall, SITE, "laon-accueil")
    sign_in(page, hall, "supervisor", "/mur")
    expect(page.locator("[data-live=yes]").first).to_be_visible()
    page.keyboard.press("f")
    page.keyboard.type("Z999")
    page.keyboard.press("Enter")
    expect(page.locator("[data-found-note]")).to_contain_text("Aucun")
    page.keyboard.press("Control+a")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    found = page.locator('[data-list="found"] li').first
    expect(found.locator("b")).to_have_text(number)
    found.get_by_role("button", name=f"Parcours {number}").press("Enter")
    expect(found.locator(".history li").first).to_contain_text("ticket délivré")
    assert_accessible(page)


def test_a_call_for_help_and_a_message_reach_a_person(hall: Served, pages: Pages):
    guard, desk = pages.open(width=390, height=844), pages.open()
    sign_in(guard, hall, "security", "/securite")
    sign_in(desk, hall, "reception", "/accueil")
    for page in (guard, desk):
        expect(page.locator("[data-live=yes]")).to_be_visible()
    expect(guard.locator('[data-text="all"]')).to_have_text(re.compile(r"^\d+$"))
    guard.locator("[data-ask]").press("Enter")
    expect(guard.locator("[data-confirm]")).to_be_focused()
    assert_accessible(guard)
    guard.keyboard.press("Enter")
    calls = guard.locator('[data-list="calls"]')
    expect(calls).to_contain_text("personne n’a encore répondu")
    shown = desk.locator(".messages .help")
    expect(shown).to_contain_text("demande de l’aide")
    assert_accessible(desk)
    shown.get_by_role("button", name="J’y vais").press("Enter")
    expect(shown).to_have_count(0)
    expect(calls).to_contain_text("par l’accueil")
    assert_accessible(guard)
    agent = pages.open()
    sign_in(agent, hall, "agent", "/console")
    expect(agent.locator("[data-live=yes]")).to_be_visible()
    agent.click("button[aria-describedby=place-laon-g4]")
    expect(agent.locator("[data-phases=free]").first).to_be_visible()
    desk.keyboard.press("m")
    desk.locator("#say-to").select_option("laon-g4")
    desk.locator("#say-text").fill("dossier bleu")
    desk.keyboard.press("Enter")
    expect(agent.locator(".messages")).to_contain_text("Venez à l’accueil, s’il vous plaît. dossier bleu")
    assert_accessible(agent)
    agent.locator(".messages button").press("Enter")
    expect(agent.locator(".messages li")).to_have_count(0)
    close_counters(agent)


def test_a_service_that_gives_no_ticket_says_why(hall: Served, dom_page: DomPage):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    dom_page.get_by_role("button", name="Titre de séjour").first.press("Enter")
    expect(dom_page.get_by_role("alert").filter(has_text="rendez-vous")).to_be_visible()


def test_two_tickets_with_one_number_are_marked_at_the_desk_and_on_the_wall(hall: Served, dom_page: DomPage):
    kiosk = next(site["kiosk"] for site in hall.demonstration["sites"] if site["slug"] == "vervins")
    at = datetime.now(UTC).isoformat()
    number = {"number": "HA777", "rank": 777, "pressed_at": at, "age_s": 0}
    for incarnation in (str(uuid4()), str(uuid4())):
        press = {"press_id": incarnation, "service": "vervins-accueil", **number}
        brought = httpx.post(
            f"{hall.base_url}/api/v1/kiosks/{kiosk['id']}/presses",
            json={"incarnation": incarnation, "now": at, "presses": [press]},
            headers={"Authorization": f"Bearer {kiosk['token']}"},
            trust_env=False,
        )
        assert brought.status_code == 200, brought.text
    admin = demonstration_user(hall, "administrator", "*")
    working.sign_in(dom_page, hall, *admin, "/accueil?hall=vervins")
    waiting = dom_page.locator('[data-list="waiting"] li').filter(has_text="HA777")
    expect(waiting).to_have_count(2)
    expect(waiting.first).to_contain_text("deux tickets portent ce numéro")
    dom_page.goto(f"{hall.base_url}/mur?hall=vervins")
    expect(dom_page.locator('[data-list="shared-numbers"] li').filter(has_text="HA777")).to_have_count(2)


def test_a_family_of_five_has_linked_tickets_in_three_presses(hall: Served, page: Page):
    sign_in(page, hall, "reception", "/accueil")
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    outcome, given = page.locator("[data-outcome]"), page.locator('[data-list="last"] th')
    for key in "g51":
        page.keyboard.press(key)
    expect(outcome).to_contain_text("Tickets liés donnés")
    expect(given).to_have_count(5)
    told = outcome.inner_text()
    assert all(number in told for number in given.all_inner_texts())
    first = told.partition(": ")[2].partition(",")[0]
    page.keyboard.press("f")
    page.keyboard.type(first)
    page.keyboard.press("Enter")
    expect(page.locator('[data-list="found"] .chip', has_text="avec").first).to_be_visible()
    expect(page.locator("#people")).to_have_value("1")
    page.locator("#people").select_option("3")
    assert_accessible(page)
    page.get_by_role("button", name="Encore 2 tickets").click()
    # six are linked at most: one is given, the next is refused with its reason, nothing is lost
    expect(outcome).to_contain_text("2 tickets sur 3 donnés")
    expect(page.locator("[data-refused]")).to_be_visible()
    expect(page.locator("#people")).to_have_value("2")
    expect(given).to_have_count(6)
