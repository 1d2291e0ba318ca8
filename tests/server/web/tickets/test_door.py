"""The code at the door proves that one is there: it opens the services, and a phone gets one ticket."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.usecases.configuration.publication import publish_hall
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, refused

DOOR = f"/porte/{HALL}"


@pytest.fixture
def door(api: ApiSite) -> ApiSite:
    """Laon with the code turned on, and a public address."""
    document = json.loads((HALLS / f"{HALL}.json").read_bytes())
    document["told_before"] = {"has_door_code": True}
    publish_hall(api.database, SYSTEM, json.dumps(document))
    object.__setattr__(api.settings, "public_url", "https://parvis.example")
    return api


def code(api: ApiSite) -> str:
    shown = accepted(api.get("/door-code", token=api.screen))
    assert shown["address"] == f"parvis.example{DOOR}"
    assert shown["picture"].startswith("data:image/svg+xml")
    return str(shown["code"])


def fields(page: Any, **more: str) -> dict[str, str]:
    """The hidden values of the form of a page."""
    found = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return found | more


def test_a_screen_shows_a_code_and_nobody_else_is_told(door: ApiSite):
    shown = code(door)
    assert re.fullmatch("[A-Z0-9]{6}", shown)
    assert code(door) == shown
    door.hands.now += timedelta(minutes=3)
    assert code(door) != shown
    refused(door.get("/door-code", token=None), 401, "not_signed_in")
    assert door.get("/door-code").status_code == 403, door.get("/door-code").text


def test_who_has_read_the_code_gets_one_ticket_however_often_it_is_sent(door: ApiSite):
    phone = door.app.test_client()
    menu = phone.get(f"{DOOR}?c={code(door).lower()}")
    assert menu.status_code == 200
    assert f'value="{SERVICE}"' in menu.text
    form = fields(menu, service=SERVICE)
    first, again = (phone.post(DOOR, data=form) for _ in range(2))
    assert (first.status_code, again.location) == (303, first.location)
    again = phone.post(DOOR, data=fields(phone.get(f"{DOOR}?c={code(door)}"), service=SERVICE))
    assert again.location == first.location, "the same phone, which has scanned once more"
    assert door.count("visit WHERE channel = 'phone'") == 1
    followed = phone.get(first.location)
    assert "A001" in followed.text
    assert followed.status_code == 200


def test_a_code_that_was_replaced_a_while_ago_a_foreign_pass_and_an_old_one_give_nothing(door: ApiSite):
    phone, shown = door.app.test_client(), code(door)
    door.hands.now += timedelta(minutes=3)
    form = fields(phone.get(f"{DOOR}?c={shown}"), service=SERVICE)
    assert form["pass"], "the code before is taken too"
    door.hands.now += timedelta(minutes=3)
    late = door.app.test_client().get(f"{DOOR}?c={shown}")
    assert late.status_code == 403
    assert "toutes les trois minutes" in late.text
    forged = form["pass"].replace("door-", "door-0", 1)
    assert phone.post(DOOR, data=form | {"pass": forged}).status_code == 403
    door.hands.now += timedelta(minutes=15)
    assert phone.post(DOOR, data=form).status_code == 403
    assert door.count("visit") == 0


def test_the_door_is_closed_until_the_site_turns_it_on(api: ApiSite):
    refused(api.get("/door-code", token=api.screen), 404, "no_door_code")
    assert api.app.test_client().get(DOOR).status_code == 404


def test_a_service_that_gives_no_ticket_now_says_why(door: ApiSite):
    phone = door.app.test_client()
    form = fields(phone.get(f"{DOOR}?c={code(door)}"), service="laon-permis")
    door.hands.now += timedelta(minutes=1)
    none = phone.post(DOOR, data=form | {"service": "no-such"})
    assert none.status_code == 409
    assert 'role="alert"' in none.text
    door.hands.now = door.hands.now.replace(hour=22)
    form = fields(phone.get(f"{DOOR}?c={code(door)}"), service=SERVICE)
    closed = phone.post(DOOR, data=form)
    assert closed.status_code == 409
    assert 'role="alert"' in closed.text
