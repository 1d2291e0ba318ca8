"""The hall of the demonstration and a console at its first counter, for files without a hall of their own."""

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
from tests.harness.working import demonstration_user
from tests.pages.console.counter_page import empty_queue, open_counter

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
