"""The hall of the demonstration and a console at its first counter, for files without a hall of their own."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page

from tests.conftest import Serve
from tests.harness import working
from tests.harness.chromium import Pages
from tests.harness.dom.dom_pages import DomPage, expect
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, phase

SITE, SERVICE = "laon", "laon-accueil"


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    return standing()


@pytest.fixture
def issue(hall: Served) -> Callable[..., dict[str, Any]]:
    """Takes a ticket of the reception service through the API, as a program would."""
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}

    def issued(**more: Any) -> dict[str, Any]:
        body = {"service": SERVICE, "press_id": str(uuid4()), "language": "fr", **more}
        answer = httpx.post(
            f"{hall.base_url}/api/v1/halls/{SITE}/tickets", json=body, headers=key, trust_env=False
        )
        assert answer.status_code == 201, answer.text
        ticket: dict[str, Any] = answer.json()
        return ticket

    return issued


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """Cookies of people who have signed in already, by role: signing in is rate limited."""
    return {}


@pytest.fixture
def sign_in(hall: Served, pages: Pages, sessions: dict[str, Any]) -> Callable[..., Page]:
    """Opens a path as a role of Laon, signing in by keyboard the first time."""

    def signed_in(path: str, role: str = "agent") -> Page:
        page = pages.open()
        page.context.add_cookies(sessions.get(role, []))
        page.goto(f"{hall.base_url}{path}")
        if role not in sessions:
            user = next(u for u in hall.demonstration["users"] if u["role"] == role and u["site"] == SITE)
            expect(page.locator("#login")).to_be_focused()
            page.keyboard.type(user["login"])
            page.keyboard.press("Tab")
            page.keyboard.type(user["password"])
            page.keyboard.press("Enter")
            page.wait_for_url(f"**{path}")
            sessions[role] = page.context.cookies()
        return page

    return signed_in


@pytest.fixture
def dom_console(hall: Served, dom_page: DomPage) -> DomPage:
    """The same without a browser."""
    page = working.sign_in(dom_page, hall, *demonstration_user(hall, "agent"), path="/console")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    open_counter(page)
    empty_queue(page)
    return page


@pytest.fixture
def console(sign_in: Callable[..., Page]) -> Page:
    """A console at the first counter, with nobody waiting."""
    page = sign_in("/console")
    expect(page.locator("[data-live=yes]")).to_be_visible()
    open_counter(page)
    empty_queue(page)
    return page


# --- what tests do at a counter's page: take the counter, empty its queue ---------------------


def open_counter(page: Page | DomPage) -> None:
    """Takes the first counter of the hall by keyboard, even if it is held and has a visitor."""
    page.locator('[data-list="places"] li').first.locator("button").focus()
    page.keyboard.press("Enter")
    asked = page.locator("[data-list=places] .ask")
    expect(page.locator("body:not([data-phase=choose]), [data-list=places] .ask").first).to_be_visible()
    if asked.is_visible():
        expect(asked).to_contain_text(re.compile(r"Ouvert par .+ depuis \d\d:\d\d, avec"))
        asked.locator(".sure").press("Enter")
    expect(page.locator("body")).to_have_attribute("data-phase", re.compile("free|called|in_service"))
    while page.locator("body").get_attribute("data-phase") != "free":
        page.keyboard.press("F8")
        phase(page, "free")


def empty_queue(page: Page | DomPage) -> None:
    """Calls and ends until nobody waits for this counter; the list may still show a visitor who has just
    left.
    """
    body, nobody = page.locator("body"), page.locator("[data-nobody]")
    while not nobody.is_visible():
        page.keyboard.press("F9")
        expect(body).not_to_have_class(re.compile(r"\bsending\b"))
        expect(page.locator("body[data-phase=called], [data-nobody]").first).to_be_visible()
        if body.get_attribute("data-phase") == "called":
            page.keyboard.press("F8")
            phase(page, "free")
