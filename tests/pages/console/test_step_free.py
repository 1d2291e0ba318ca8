"""Who needs a counter without steps is received there by one press; one undo takes it all back."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Serve
from tests.harness.accessible import assert_accessible
from tests.harness.servers.served import Served
from tests.harness.working import demonstration_user, phase, sign_in

UPSTAIRS, BELOW = "laon-g4", "laon-g1"


@pytest.fixture(scope="module")
def hall(standing: Serve) -> Served:
    """Laon with counter 4 upstairs."""

    def move_upstairs(content: dict[str, Any]) -> None:
        for counter in content["counters"]:
            counter["is_step_free"] = counter["id"] != UPSTAIRS and counter["is_step_free"]

    server = standing()
    server.republish("laon", move_upstairs)
    return server


def issue(hall: Served) -> str:
    """A ticket of a visitor who needs a step-free counter."""
    body = {"service": "laon-accueil", "press_id": str(uuid4()), "needs": ["step_free"]}
    key = {"Authorization": f"Bearer {hall.demonstration['api_key']}"}
    url = f"{hall.base_url}/api/v1/halls/laon/tickets"
    return str(httpx.post(url, json=body, headers=key, trust_env=False).raise_for_status().json()["number"])


def test_one_press_moves_to_the_step_free_counter_and_one_undo_moves_back(hall: Served, page: Page):
    sign_in(page, hall, *demonstration_user(hall, "agent"), path="/console")
    page.locator(f"button[aria-describedby=place-{UPSTAIRS}]").press("Enter")
    phase(page, "free")
    number = issue(hall)
    receive = page.get_by_role("button", name="Recevoir").filter(has_text="guichet 1")
    receive.press("Enter")
    phase(page, "called")
    place = page.locator('[data-text="place"]')
    expect(place).to_have_text("Guichet 1")
    expect(page.locator("[data-person] .number")).to_have_text(number)
    expect(page.locator(".undo [data-outcome]")).to_contain_text(number)
    assert_accessible(page)
    page.keyboard.press("a")
    phase(page, "free")
    expect(place).to_have_text("Guichet 4")
    expect(receive).to_be_visible()
    receive.press("Enter")
    phase(page, "called")
    page.keyboard.press("o")
    phase(page, "in_service")
    expect(place).to_have_text("Guichet 1")
