"""The way in, the hall view and calls for help, in a real browser on the real server."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page

from server.domain.visits.gestures import usual_keys
from tests.conftest import Serve
from tests.harness import working
from tests.harness.accessible import assert_accessible
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, cookies_of, expect
from tests.harness.servers.served import Served
from tests.harness.working import arrive, close_counters, demonstration_user, issue

SITE = "laon"
STOP_FOLLOWED_MS = 2_000
"""The delay that reception and kiosk promise."""
SIGNED_IN: dict[tuple[str, str], Any] = {}
"""The cookies of people who have signed in, by server and role."""


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


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


def test_a_supervisor_looks_after_the_hall_by_keyboard(hall: Served, page: Page, pages: Pages):
    """A session moved to another profile, tickets stopped and seen at the kiosk, given again; the voice."""
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    api = page.request
    opened = api.post(
        f"{hall.base_url}/api/v1/counters/laon-g1/session", data={"take_over": True}, headers=key
    )
    assert opened.ok, opened.text()
    arrive(page, hall, "supervisor", "/mur")
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
    expect(asked).to_contain_text("« Panne informatique »")
    expect(asked).to_be_focused()
    assert_accessible(page)
    asked.get_by_role("button", name="panne informatique").press("Enter")
    expect(service).to_contain_text("Rouvrir")
    expect(service).to_be_focused()
    expect(page.locator("tr.stopped")).to_contain_text("panne informatique")
    site = next(site for site in hall.demonstration["sites"] if site["slug"] == SITE)
    kiosk = pages.open(site["kiosk"]["url"], width=1080, height=1920)
    expect(kiosk.locator("main")).to_contain_text("plus de ticket aujourd’hui")
    expect(kiosk.locator("main")).to_contain_text("Panne informatique")
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
    at_reception = {"1–9", "S", "A", "G", "M", "F", "F2", "U", "P", "A042"}
    assert (
        told == {"/console": {*usual_keys().values(), "1–9"}, "/accueil": at_reception, "/mur": {"F"}}[path]
    )
    assert all(each.inner_text().strip() for each in dom_page.locator(".keys-help dd").all())


def test_a_number_typed_on_the_hall_view_gives_its_visit(hall: Served, page: Page):
    number = issue(hall, SITE, "laon-accueil")
    arrive(page, hall, "supervisor", "/mur")
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
    arrive(guard, hall, "security", "/securite")
    arrive(desk, hall, "reception", "/accueil")
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
    arrive(agent, hall, "agent", "/console")
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


def test_reception_and_kiosk_follow_a_stop_and_its_end_within_two_seconds(hall: Served, pages: Pages):
    desk = pages.open(width=1366, height=768)
    arrive(desk, hall, "reception", "/accueil")
    expect(desk.locator("[data-live=yes]")).to_be_visible()
    site = next(site for site in hall.demonstration["sites"] if site["slug"] == SITE)
    kiosk = pages.open(site["kiosk"]["url"], width=1080, height=1920)
    tile = desk.locator("[data-list=services] li, [data-list=services] button").filter(
        has_text="Associations"
    )
    button = kiosk.locator("button").filter(has_text="Associations")
    expect(tile.first).to_be_visible()
    expect(button.first).to_be_visible()
    wall = pages.open(width=1366, height=768)
    arrive(wall, hall, "supervisor", "/mur")
    queue = wall.locator('[data-queue="laon-file-associations"]')
    for is_stopped in (True, False):
        queue.press("Enter")
        if is_stopped:
            wall.locator(".ask").get_by_role("button", name="panne informatique").press("Enter")
        expect(queue).to_contain_text("Rouvrir" if is_stopped else "Arrêter")
        for place in (tile.first, button.first):
            said = expect(place)
            follows = said.to_contain_text if is_stopped else said.not_to_contain_text
            follows("Panne informatique", timeout=STOP_FOLLOWED_MS)


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
