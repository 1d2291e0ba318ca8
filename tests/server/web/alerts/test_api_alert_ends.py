"""The end of an alert: two people where two are there, on any worker; taken back by mistake."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from server.app import create_app
from server.web.access.cookies import SESSION_COOKIE
from tests.harness.sql import all_rows
from tests.server.web.api_site import ApiSite, accepted, refused
from tests.server.web.test_alerts import ALERTS, guard_name, press

SCRIPT = {"Sec-Fetch-Mode": "cors"}
"""The header that a browser sends for requests of a page's script."""
MINUTE = timedelta(minutes=1)


@pytest.fixture
def other_worker(api: ApiSite) -> Iterator[Any]:
    """A second worker on the same database."""
    app = create_app(api.settings, clock=api.hands.clock(), async_mode="threading")
    database = app.extensions["parvis"].database
    database.subscribers.clear()
    yield app
    database.close()


def alert_with_end_asked_for(browser: Any, header: dict[str, str]) -> str:
    """The path of an alert that a person has raised and whose end they have asked for."""
    raised = accepted(browser.post(ALERTS, json=press("shelter", ["laon"]), headers=header), 201)
    path = f"{ALERTS}/{raised['alert']}"
    accepted(browser.post(f"{path}/ask-end", json={}, headers=header))
    return path


def reasons(site: ApiSite, kind: str = "AlertEnded") -> list[str | None]:
    found = all_rows(site.database, "SELECT * FROM hall_fact ORDER BY position")
    return [json.loads(row["body"]).get("reason") for row in found if row["kind"] == kind]


def test_a_second_person_active_on_another_worker_gives_the_second_confirmation(
    api: ApiSite, other_worker: Any
):
    guard, header = api.writer("security")
    chief, chief_header = api.writer("supervisor")
    elsewhere = other_worker.test_client()
    elsewhere.set_cookie(SESSION_COOKIE, chief.get_cookie(SESSION_COOKIE).value)
    api.hands.now += 10 * MINUTE
    elsewhere.get("/alerte")
    path = alert_with_end_asked_for(guard, header)
    refused(guard.post(f"{path}/end", json={}, headers=header), 409, "second_person_awaited")
    (hall,) = accepted(guard.get(path))["halls"]
    assert (hall["is_end_asked_by_reader"], hall["end_alone_at"] > hall["end_asked_at"]) == (True, True)
    assert accepted(guard.get(f"{ALERTS}/end-asked", headers=SCRIPT))["asked"] == []
    (asked,) = accepted(elsewhere.get(f"{ALERTS}/end-asked", headers=SCRIPT))["asked"]
    assert (asked["asked_by"], [each["hall"] for each in asked["halls"]]) == (guard_name(guard), ["laon"])
    accepted(chief.post(f"{path}/end", json={}, headers=chief_header))
    assert reasons(api) == ["confirmed"]


def test_without_an_answer_in_two_minutes_the_first_ends_it_and_the_journal_says_so(api: ApiSite):
    guard, header = api.writer("security")
    api.person("supervisor").get("/")
    path = alert_with_end_asked_for(guard, header)
    api.hands.now += 2 * MINUTE
    accepted(guard.post(f"{path}/end", json={}, headers=header))
    assert reasons(api) == ["unanswered"]


def test_whose_pages_only_read_by_themselves_is_not_there_to_answer(api: ApiSite):
    chief, _ = api.writer("supervisor")
    elsewhere, _ = api.writer("security", "vervins")
    api.hands.now += 3 * MINUTE
    guard, header = api.writer("security")
    elsewhere.get("/alerte")
    api.person("agent").get("/console")
    accepted(chief.get(ALERTS, headers=SCRIPT))
    path = alert_with_end_asked_for(guard, header)
    accepted(guard.post(f"{path}/end", json={}, headers=header))
    assert reasons(api) == ["confirmed"]


def test_an_agent_takes_back_an_alert_raised_by_mistake_within_a_minute(api: ApiSite):
    agent, header = api.writer("agent")
    guard, guard_header = api.writer("security")
    raised = accepted(agent.post(ALERTS, json=press("evacuate"), headers=header), 201)
    path = f"{ALERTS}/{raised['alert']}/take-back"
    assert raised["may_take_back_until"] is not None
    refused(guard.post(path, json={}, headers=guard_header), 409, "alert_of_another")
    (hall,) = accepted(agent.post(path, json={}, headers=header))["halls"]
    assert (hall["is_in_force"], hall["end_reason"]) == (False, "taken_back")
    assert reasons(api, "AlertTakenBack") == [None]
    board = accepted(api.get("/halls/laon/board"))
    assert (board["alert"], board["alert_taken_back"]["kind"]) == (None, "taken_back")
    api.hands.now += MINUTE
    assert "alert_taken_back" not in accepted(api.get("/halls/laon/board"))
    again = accepted(agent.post(ALERTS, json=press("evacuate"), headers=header), 201)
    api.hands.now += MINUTE
    refused(
        agent.post(f"{ALERTS}/{again['alert']}/take-back", json={}, headers=header),
        409,
        "too_late_to_take_back",
    )
