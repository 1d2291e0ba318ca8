"""An alert in words of one's own: French alone or with two languages at least, read each in its own."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, sign_in

WORDS = {"fr": "Fuite d’eau", "en": "Water leak", "es": "Fuga de agua"}


@pytest.fixture
def server(standing: Any) -> Served:
    found: Served = standing(voice="false")
    return found


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
