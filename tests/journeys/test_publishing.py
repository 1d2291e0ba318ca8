"""A configuration published in the browser while people wait: every page shows it in place, and then the
former one again.
"""

import copy
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ServeAt
from tests.harness.accessible import assert_accessible, unreached_by_keyboard
from tests.harness.chromium import Pages
from tests.harness.servers.moved_served import MovedServed
from tests.harness.working import demonstration_user, phase, sign_in, signed_in

API = "/api/v1/configuration/laon"
OLD, NEW = "Accueil et renseignements", "Premiers renseignements"


@pytest.fixture(params=["workers"])
def hall(serve_at: ServeAt, request: pytest.FixtureRequest) -> MovedServed:
    """Laon at 11:40 of a Tuesday, with its real hours: a break from 12:00 to 13:30."""
    return serve_at(11, 40, request.param)


def ticket(hall: MovedServed) -> dict[str, Any]:
    wanted = {"service": "laon-accueil", "press_id": str(uuid4()), "language": "fr"}
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    address = f"{hall.base_url}/api/v1/halls/laon/tickets"
    found: dict[str, Any] = httpx.post(address, json=wanted, headers=key, trust_env=False).json()
    return found


def drafted(browser: httpx.Client) -> None:
    """Another name of a service and label of a counter, and a morning that ends at 11:43."""
    known = browser.get(API).raise_for_status().json()
    content = copy.deepcopy(known["content"])
    service = next(each for each in content["services"] if each["id"] == "laon-accueil")
    counter = next(each for each in content["counters"] if each["id"] == "laon-g1")
    service["names"]["fr"], counter["labels"]["fr"] = NEW, "guichet bleu"
    sites = browser.get("/api/v1/configuration/installation").raise_for_status().json()["content"]["sites"]
    content["calendar"] = next(each["calendar"] for each in sites if each["slug"] == "laon")
    content["calendar"]["week"]["tuesday"] = ["08:30-11:43", "13:30-16:30"]
    body = {"base_revision": known["revision"], "draft_version": None, "content": content}
    browser.put(f"{API}/draft", json=body).raise_for_status()


def confirmed(page: Page, name: str) -> None:
    """The second step, by keyboard."""
    button = page.get_by_role("dialog").get_by_role("button", name=name)
    expect(button).to_be_visible()
    assert_accessible(page)
    button.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()


def shows(pages: dict[str, Page], *, service: str, counter: str, ends: str) -> None:
    expect(pages["kiosk"].get_by_text(service).first).to_be_visible()
    expect(pages["phone"].get_by_text(service).first).to_be_visible()
    expect(pages["screen"].locator("body")).to_contain_text(counter, ignore_case=True)
    console = pages["console"]
    expect(console.locator("[data-text=served]")).to_contain_text(service)
    expect(console.locator("body")).to_contain_text(counter, ignore_case=True)
    expect(console.locator('[data-list="notices"]')).to_contain_text(f"Coupure à {ends}")


def test_hours_a_label_and_a_name_change_while_people_wait_and_change_back(hall: MovedServed, pages: Pages):
    site = next(each for each in hall.demonstration["sites"] if each["slug"] == "laon")
    called, second = ticket(hall), ticket(hall)
    console = sign_in(pages.open(), hall, *demonstration_user(hall, "agent"), path="/console")
    console.locator('[data-list="places"] li').first.locator("button").press("Enter")
    phase(console, "free")
    console.keyboard.press("F9")
    phase(console, "called")
    at = {
        "console": console,
        "phone": pages.open(second["follow_url"], width=390, height=844),
        "screen": pages.open(site["screens"][0]["url"], width=1920, height=1080),
        "kiosk": pages.open(site["kiosk"]["url"], width=1080, height=1920),
    }
    shows(at, service=OLD, counter="guichet 1", ends="12:00")
    loaded = {name: page.evaluate("performance.timeOrigin") for name, page in at.items()}
    with signed_in(hall, "administrator", "*") as browser:
        drafted(browser)
    office = sign_in(pages.open(), hall, *demonstration_user(hall, "administrator"), path="/configuration")
    assert_accessible(office)
    assert unreached_by_keyboard(office) == []
    office.get_by_role("link", name=site["name"]).first.press("Enter")
    draft = office.get_by_role("region", name="Brouillon")
    expect(draft.get_by_role("listitem")).to_have_count(4)
    expect(draft).to_contain_text("12:00, 13:30-16:30 → 08:30-11:43")  # against the hours of the site
    assert_accessible(office)
    assert unreached_by_keyboard(office) == []
    draft.get_by_role("button", name="Publier…").press("Enter")
    confirmed(office, "Publier maintenant")
    expect(office.locator("[data-text=outcome]")).to_contain_text("est publiée")
    for device in (site["screens"][0]["id"], site["kiosk"]["id"]):
        expect(office.locator(f'[data-device="{device}"]')).to_contain_text("À jour")
    shows(at, service=NEW, counter="guichet bleu", ends="11:43")
    hall.at(11, 44)  # open before, closed by the publication
    expect(at["kiosk"].locator("body")).to_contain_text(re.compile(r"13.{0,3}30"))

    newest = office.locator("[data-revision]").first
    expect(newest).to_contain_text("en vigueur")
    office.locator("[data-restore]").first.press("Enter")
    confirmed(office, "Revenir maintenant")
    expect(office.locator("[data-text=outcome]")).to_contain_text("Retour à la révision")
    shows(at, service=OLD, counter="guichet 1", ends="12:00")
    expect(console.locator("body")).to_contain_text(called["number"])
    expect(at["phone"].locator("body")).to_contain_text(second["number"])
    assert {name: page.evaluate("performance.timeOrigin") for name, page in at.items()} == loaded
    author = office.locator("[data-revision]").first
    expect(author).to_contain_text("retour à la révision")
    for page in (office, *at.values()):
        assert_accessible(page)
