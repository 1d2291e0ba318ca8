"""The page of alerts: two steps by keyboard, two confirmations, words of one's own in each language."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, issue, phase, sign_in


@pytest.fixture
def server(standing: Any) -> Served:
    found: Served = standing(voice="false")
    return found


def at_work(pages: Pages, server: Served, role: str, path: str, site: str = "laon") -> Page:
    page = sign_in(pages.open(), server, *demonstration_user(server, role, site), path)
    expect(page.locator("[data-live]").first).to_have_attribute("data-live", "yes")
    return page


def test_a_guard_raises_by_keyboard_sees_each_screen_and_ends_by_two_confirmations(
    server: Served, pages: Pages
):
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    screen = pages.open(laon["screens"][0]["url"], width=1920, height=1080)
    expect(screen.locator("body")).not_to_have_attribute("data-view", "connecting")
    kiosk = pages.open(laon["kiosk"]["url"], width=1080, height=1920)
    expect(kiosk.locator("main")).to_have_attribute("data-view", "start")
    agent = at_work(pages, server, "agent", "/console")
    issue(server, "laon", "laon-accueil")
    agent.locator('[data-list="places"] li').first.locator("button").click()
    phase(agent, "free")
    agent.locator("[data-act=next]").first.click()
    phase(agent, "called")
    outcome, number = (
        agent.locator("[data-outcome]").first,
        agent.locator("[data-text=number]").first.inner_text(),
    )
    expect(outcome).to_have_text(f"{number} est appelé.")
    guard = at_work(pages, server, "security", "/securite")
    guard.locator("button.alarm[popovertarget]").focus()
    guard.keyboard.press("Enter")
    evacuate = guard.locator("[data-raises=evacuate]")
    expect(evacuate).to_be_focused()
    assert_accessible(guard)
    guard.keyboard.press("Enter")
    expect(guard.locator("[data-alert-outcome]")).to_have_text(
        "Pressez encore une fois pour déclencher\u00a0: évacuation."
    )
    expect(screen.locator("#alert")).to_be_hidden()
    guard.keyboard.down("Enter")
    expect(guard.locator("[data-alert-more]")).to_be_focused()
    guard.keyboard.up("Enter")
    guard.keyboard.press("Enter")
    guard.wait_for_url("**/alerte?**")
    expect(guard.locator("[data-live]")).to_have_attribute("data-live", "yes")
    expect(screen.locator(".alert-title")).to_have_text("Évacuez le bâtiment")
    expect(kiosk.locator("#alert h2")).to_have_text("Évacuez le bâtiment")
    expect(kiosk.locator("#alert use")).to_have_attribute("href", "#sign-evacuate")
    red, whole = kiosk.locator("#alert .alert-main").bounding_box(), kiosk.locator("#alert").bounding_box()
    assert red
    assert whole
    assert red["height"] > 0.8 * whole["height"], "the whole kiosk is the alert"
    assert_accessible(kiosk)
    strip = agent.locator(".alert-strip")
    expect(strip).to_contain_text("évacuation")
    expect(strip).to_contain_text("par ")
    expect(outcome).to_have_text(f"{number} n’est plus appelé et attend de nouveau.")
    assert_accessible(agent)
    screens = guard.locator(".in-hall li")
    expect(screens.first).to_have_class("shown")
    expect(screens.nth(1)).to_have_class("not_reached")
    assert_accessible(guard)
    assert unreached_by_keyboard(guard) == []
    guard.locator('[data-end="ask"]').focus()
    for step in ("ask", "first", "second"):
        expect(guard.locator(f'[data-end="{step}"]')).to_be_focused()
        guard.keyboard.press("Enter")
    expect(guard.locator("#now-title")).to_be_focused()
    expect(guard.locator("[data-none]")).to_be_visible()
    expect(guard.locator("[data-past] li").first).to_contain_text("terminée par")
    for over in (screen.locator("#alert"), kiosk.locator("#alert")):
        expect(over).to_be_hidden()
    expect(strip.locator("p")).to_have_count(0)


def test_a_medical_alert_is_shown_on_wall_and_reception_and_ended_by_two_people(server: Served, pages: Pages):
    wall = at_work(pages, server, "supervisor", "/mur")
    desk = at_work(pages, server, "reception", "/accueil")
    agent = at_work(pages, server, "agent", "/alerte")
    agent.locator("input[value=medical]").check()
    agent.locator("[data-lasts] select").select_option("900")
    agent.locator("[name=drill]").check()
    agent.locator("[data-prepare]").click()
    expect(agent.locator("[data-text=sure]")).to_contain_text("EXERCICE")
    agent.keyboard.press("Escape")
    expect(agent.locator("[data-prepare]")).to_be_focused()
    agent.locator("[data-prepare]").click()
    agent.locator("[data-confirm]").click()
    for page in (wall, desk):
        expect(page.locator(".alert-strip")).to_contain_text("EXERCICE · Alerte")
    expect(agent.locator("[data-alert]")).to_contain_text("Se termine à")
    expect(agent.locator("[data-end]:not([data-end=take_back])")).to_have_count(0)
    guard = at_work(pages, server, "security", "/alerte")
    wall.reload()  # the supervisor is there
    for step in ("ask", "first"):
        guard.locator(f'[data-end="{step}"]').click()
    expect(guard.locator("[data-alert] .sure")).to_contain_text("Une autre personne est là")
    asked = wall.locator("[data-end-asked]")
    expect(asked).to_contain_text("demande de confirmer la fin de l’alerte")
    assert_accessible(wall)
    asked.get_by_role("link", name="Répondre").click()
    wall.locator('[data-end="second"]').click()
    expect(wall.locator("[data-none]")).to_be_visible()
    expect(desk.locator(".alert-strip p")).to_have_count(0)


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("agent", "/console"),
        ("reception", "/accueil"),
        ("supervisor", "/mur"),
        ("supervisor", "/supervision"),
        ("agent", "/"),
    ],
)
def test_every_page_of_work_raises_in_two_presses_and_never_in_one(
    server: Served, pages: Pages, role: str, path: str
):
    page = sign_in(pages.open(), server, *demonstration_user(server, role), path)
    page.get_by_role("button", name="Alerte", exact=True).click()
    medical = page.locator("[data-raises=medical]")
    medical.dblclick()
    expect(page.locator("[data-alert-outcome]")).to_contain_text("Pressez encore")
    assert_accessible(page)
    with page.expect_response("**/api/v1/alerts") as answer:
        medical.click(delay=1500)
    expect(page.locator("[data-alert-outcome]")).to_contain_text("Alerte déclenchée")
    alert = answer.value.json()["alert"]
    page.locator("[data-alert-more]").click()
    page.locator(f'[data-end="take_back"][data-of="{alert}"]').click()
    page.locator('[data-end="take_back_sure"]').click()
    expect(page.locator("[data-none]")).to_be_visible()


def test_who_has_several_halls_raises_in_two_presses_in_the_one_of_the_button(server: Served, pages: Pages):
    page = sign_in(pages.open(), server, *demonstration_user(server, "administrator", "*"), "/")
    page.get_by_role("button", name="Alerte", exact=True).click()
    vervins = page.get_by_role("group", name="Sous-préfecture de Vervins")
    medical = vervins.get_by_role("button", name="Urgence médicale")
    medical.click()
    expect(page.locator("[data-alert-outcome]")).to_contain_text("Vervins")
    assert_accessible(page)
    with page.expect_request("**/api/v1/alerts") as raised:
        medical.click(delay=1500)
    assert '"halls":["vervins"]' in (raised.value.post_data or "")
    expect(page.locator("[data-alert-more]")).to_be_focused()
    page.locator("[data-alert-more]").click()
    page.wait_for_url("**/alerte?hall=vervins")
    for step in ("take_back", "take_back_sure"):
        page.locator(f'[data-end="{step}"]').click()
    expect(page.locator("[data-none]")).to_be_visible()


def test_halls_are_ticked_then_removed_in_the_last_step_and_the_alert_is_taken_back(
    server: Served, pages: Pages
):
    page = at_work(pages, server, "administrator", "/alerte?hall=laon", "*")
    expect(page.locator("[name=hall]:checked")).to_have_count(0)
    page.locator("input[value=medical]").check()
    page.locator("[data-prepare]").click()
    expect(page.locator("[data-refused]")).to_contain_text("au moins un hall")
    for hall in ("laon", "vervins"):
        page.locator(f"[name=hall][value={hall}]").check()
    page.locator("[data-prepare]").click()
    chosen = page.locator("#sure-halls b")
    expect(chosen).to_have_count(2)
    size = "each => Number.parseFloat(getComputedStyle(each).fontSize)"
    assert chosen.first.evaluate(size) >= page.locator("[data-confirm]").evaluate(size)
    assert_accessible(page)
    page.get_by_role("button", name="Ne pas alerter\u00a0: Sous-préfecture de Vervins").click()
    page.locator("[data-confirm]").click()
    expect(page.locator(".in-hall > p")).to_have_count(1)
    expect(page.locator(".in-hall > p")).to_contain_text("Laon")
    for step in ("take_back", "take_back_sure"):
        page.locator(f'[data-end="{step}"]').click()
    expect(page.locator("[data-none]")).to_be_visible()
    expect(page.locator("[data-past] li").first).to_contain_text("fausse alerte retirée par")


WORDS = {"fr": "Fuite d’eau", "en": "Water leak", "es": "Fuga de agua"}


@pytest.fixture
def phone(server: Served, pages: Pages) -> Page:
    """A visitor's phone, in English, before anything happens."""
    headers = {"Authorization": f"Bearer {server.demonstration['api_key']}"}
    body = {"service": "laon-accueil", "press_id": str(uuid4()), "language": "en"}
    url = f"{server.base_url}/api/v1/halls/laon/tickets"
    token = httpx.post(url, json=body, headers=headers, trust_env=False).raise_for_status().json()["token"]
    page = pages.open(f"{server.base_url}/t/{token}?lang=en", width=390, height=844)
    expect(page.locator("[data-live=yes]")).to_be_visible()
    return page


def test_words_in_three_languages_are_typed_and_read_each_in_its_own(
    server: Served, pages: Pages, phone: Page
):
    laon = next(site for site in server.demonstration["sites"] if site["slug"] == "laon")
    kiosk = pages.open(laon["kiosk"]["url"], width=1080, height=1920)
    expect(kiosk.locator("main")).to_have_attribute("data-view", "start")
    guard = sign_in(pages.open(), server, *demonstration_user(server, "security"), "/alerte")
    guard.locator("input[value=custom]").check()
    guard.locator("#words-title").fill(WORDS["fr"])
    guard.locator("[data-others] summary").press("Enter")
    guard.locator("#title-en").fill(WORDS["en"])
    guard.locator("[data-prepare]").click()
    refused = guard.locator("[data-refused]")
    expect(refused).to_contain_text("au moins deux autres langues")
    expect(refused).to_be_in_viewport()
    assert_accessible(guard)
    assert unreached_by_keyboard(guard) == []
    guard.locator("#text-es").fill("Quédense sentados.")
    guard.locator("[data-prepare]").click()
    expect(refused).to_contain_text("Il manque le message en Español")
    guard.locator("#title-es").fill(WORDS["es"])
    guard.locator("[data-prepare]").click()
    guard.locator("[data-confirm]").click()
    said = phone.locator("[data-alert-part=words] > div")
    expect(said.locator("h1, h2")).to_have_text([WORDS["en"], WORDS["fr"], WORDS["es"]])
    assert [each.get_attribute("lang") for each in said.all()] == ["en", "fr", "es"]
    expect(said.last.locator("p")).to_have_text("Quédense sentados.")
    expect(phone.locator("[data-ticket]")).to_be_hidden()
    expect(phone.locator("[data-alert-part=around] p").last).to_contain_text("Votre rang est gardé.")
    assert_accessible(phone)
    first, other = kiosk.locator("#alert h2"), kiosk.locator("#alert h3")
    for language in ("en", "es"):
        expect(other.and_(kiosk.locator(f"[lang={language}][dir=ltr]"))).to_have_text(WORDS[language])
        expect(first).to_have_text(WORDS["fr"])
    guard.locator("input[value=custom]").check()
    guard.locator("#words-title").fill(WORDS["fr"])
    for language in ("en", "es"):
        guard.locator(f"#title-{language}").fill(WORDS[language])
    guard.locator("#text-es").fill("Quédense sentados.")
    guard.locator("[data-prepare]").click()
    guard.locator("[data-confirm]").click()
    expect(refused).to_contain_text("Déjà en cours")
    expect(guard.locator("[data-alert]")).to_have_count(1)
