"""The reception desk, in a real browser on the real server."""

import re

import pytest
from playwright.sync_api import Page, Route, ViewportSize

from tests.conftest import Serve
from tests.harness import working
from tests.harness.accessible import assert_accessible
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.waiting import wait_until
from tests.harness.working import arrive, demonstration_user, issue

SITE = "laon"


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


def test_a_ticket_is_given_at_the_reception_desk_with_one_key(hall: Served, page: Page):
    arrive(page, hall, "reception", "/accueil")
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
    assert page.locator(".issued").evaluate(shown) < 170
    top = page.locator("#main").evaluate("main => main.getBoundingClientRect().top")
    page.get_by_role("button", name=f"Réimprimer {given}").first.press("Enter")
    expect(page.locator("[data-outcome]")).to_contain_text(given)
    again = page.locator('[data-list="last"] button').first
    again.press("Enter")
    expect(page.locator("[data-outcome]")).to_contain_text(given)
    expect(again).to_be_focused()
    cancel = page.get_by_role("button", name=f"Annuler {given}", exact=True)
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

    page.route("**/families", hold)
    page.keyboard.press("1")
    wait_until(lambda: page.title() and held, "a ticket is on its way")
    undo = page.locator('[data-act="undo"]')
    expect(undo).to_contain_text("reçu sans ticket")
    undo.press("Enter")  # nothing is sent meanwhile
    held[0].continue_()
    expect(number).to_be_visible()
    expect(undo).to_be_visible()
    undo.press("Enter")
    expect(undo).not_to_contain_text("reçu sans ticket")
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
    expect(dom_page.locator('[data-act="undo"]')).not_to_contain_text("reçu sans ticket")
    expect(dom_page.locator("main kbd").filter(visible=True)).to_have_count(0)


def test_a_morning_at_the_reception_desk_by_keyboard(hall: Served, page: Page):
    """A ticket given, found again, its card seen, its service changed, printed again: without a mouse."""
    arrive(page, hall, "reception", "/accueil")
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
    found.get_by_role("button", name="Carte vue").press("Enter")
    expect(found).to_contain_text("carte vue")
    undo = page.locator('[data-act="undo"]')
    expect(undo).to_contain_text(f"{said}\u00a0: carte vue")
    page.keyboard.press("u")
    expect(page.locator("[data-outcome]")).to_have_text("Le geste est annulé.")
    expect(found).not_to_contain_text("carte vue")
    expect(undo).not_to_contain_text("carte vue")
    found.get_by_role("button", name="Carte vue").press("Enter")
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


def test_needs_are_noted_with_a_ticket_and_corrected_before_the_call_by_keyboard(hall: Served, page: Page):
    arrive(page, hall, "reception", "/accueil")
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
    arrive(page, hall, "reception", "/accueil")
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


def test_a_service_that_gives_no_ticket_says_why(hall: Served, dom_page: DomPage):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    dom_page.get_by_role("button", name="Titre de séjour").first.press("Enter")
    expect(dom_page.get_by_role("alert").filter(has_text="rendez-vous")).to_be_visible()


def test_a_refusal_goes_away_when_its_service_gives_tickets_again(hall: Served, dom_page: DomPage):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    refusal = dom_page.locator("[data-refused]")
    dom_page.get_by_role("button", name="Titre de séjour").first.press("Enter")
    expect(refusal).to_be_visible()
    is_open = """replaceAll(/"state":"[a-z_]+"/g, '"state":"open"')"""
    dom_page.change("/menu[?]", f"(answer) => JSON.parse(JSON.stringify(answer).{is_open})")
    expect(refusal).to_be_visible()
    issue(hall, SITE, "laon-accueil")
    expect(refusal).to_be_hidden()


def test_a_family_of_five_has_linked_tickets_in_three_presses(hall: Served, page: Page):
    arrive(page, hall, "reception", "/accueil")
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
    # six are linked at most: none is given, and why is said
    expect(page.locator("[data-refused]")).to_contain_text("6 visites au plus")
    expect(page.locator("#people")).to_have_value("3")
    expect(given).to_have_count(5)
    page.locator("#people").select_option("2")
    page.get_by_role("button", name="Encore 1 ticket").click()
    expect(outcome).to_contain_text("Tickets liés donnés")
    expect(given).to_have_count(6)


LONGEST_PAPER = "A001\u00a0: l’imprimante ne peut pas encore\u00a0: nouvel essai (imprimante injoignable)."
ZOOMED_TO_200: ViewportSize = {"width": 683, "height": 384}


def test_a_row_of_services_stands_in_the_first_view_at_200_percent(hall: Served, page: Page):
    page.set_viewport_size(ZOOMED_TO_200)
    arrive(page, hall, "reception", "/accueil")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    first = page.locator('[data-list="services"] li').first
    expect(first).to_be_visible()

    def place() -> tuple[float, float]:
        edges: dict[str, float] = first.evaluate("row => row.getBoundingClientRect().toJSON()")
        return edges["top"], edges["bottom"]

    top, bottom = place()
    assert bottom <= ZOOMED_TO_200["height"]
    page.keyboard.press("1")
    paper = page.locator(".issued .paper")
    expect(paper).to_have_text(re.compile("imprimé[.]$"))
    assert place()[0] == top
    paper.evaluate("(line, words) => { line.textContent = words; }", LONGEST_PAPER)
    assert place()[0] == top
    page.evaluate("document.querySelector('[data-refused]').hidden = false")
    page.evaluate("document.querySelector('[data-text=refused]').append('Refus')")
    assert place()[0] == top


@pytest.mark.parametrize("width", [390, 683, 900, 1366])
def test_the_longest_service_of_the_last_ticket_stays_beside_its_buttons(
    hall: Served, page: Page, width: int
):
    page.set_viewport_size({"width": width, "height": 768})
    arrive(page, hall, "reception", "/accueil")
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    page.keyboard.press("1")
    service = page.locator(".issued strong")
    expect(service).to_be_visible()
    page.locator("#people").select_option("6")  # one button more
    service.evaluate("name => { name.firstChild.textContent = 'Renouvellement exceptionnel '.repeat(4); }")
    box, gestures = service.bounding_box(), page.locator(".issued .gestures").bounding_box()
    assert box is not None
    assert gestures is not None
    assert box["x"] + box["width"] <= gestures["x"] or box["y"] + box["height"] <= gestures["y"]
    assert box["width"] > 60


def test_a_family_may_have_one_paper_whose_verdict_stands_at_each_ticket(hall: Served, page: Page):
    arrive(page, hall, "reception", "/accueil")
    one_paper = page.get_by_label("Un seul papier pour tous")
    expect(page.locator('[data-list="services"] button').first).to_be_visible()
    expect(one_paper).to_be_hidden()
    page.locator("#people").select_option("3")
    one_paper.check()
    assert_accessible(page)
    page.keyboard.press("1")
    rows = page.locator('[data-list="last"] tr')
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="imprimé")).to_have_count(3)
    first = page.locator("[data-issued] .number")
    expect(rows.first.locator("th")).to_have_text(first.inner_text())


def test_what_is_said_of_a_paper_names_its_ticket_and_follows_its_job(hall: Served, dom_page: DomPage):
    working.sign_in(dom_page, hall, *demonstration_user(hall, "reception"), "/accueil")
    given, paper = dom_page.locator('[data-list="last"] th'), dom_page.locator(".issued .paper")
    outcome = dom_page.locator("[data-outcome]")
    for count in (1, 2):
        dom_page.locator('[data-list="services"] button').first.press("Enter")
        expect(given).to_have_count(count)
    last, first = (given.nth(at).inner_text() for at in range(2))
    expect(paper).to_have_text(f"{last}\u00a0: imprimé.")
    again = dom_page.locator('[data-list="last"] button')
    again.nth(1).press("Enter")
    expect(outcome).to_contain_text(f"{first}\u00a0: imprimé.")
    expect(paper).to_have_text(f"{last}\u00a0: imprimé.")
    dom_page.change("/reprint$", "(answer) => ({ ...answer, state: 'cancelled', verdict: 'refused' })")
    again.nth(1).press("Enter")
    expect(outcome).to_contain_text(f"{first}\u00a0: non imprimé, dites le numéro ou réimprimez.")
    again.first.press("Enter")
    expect(outcome).to_have_text(f"{last}\u00a0: le premier papier n’est plus valable.")
    expect(paper).to_have_text(f"{last}\u00a0: non imprimé, dites le numéro ou réimprimez.")
