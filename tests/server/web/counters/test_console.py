"""Forgotten counters and wrap-up through the API: the answers for a console, a wall and a supervisor."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.domain.waits.estimate import WaitRange
from server.jobs.rounds import Rounds
from server.store.journal.chain import Anchors
from server.store.visits.legs import last_leg
from server.usecases.configuration.publication import publish_hall
from server.usecases.waits import Estimates
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import COUNTER, HALL, ApiSite, accepted, refused

OTHER = "laon-g4"


def counter_of(api: ApiSite, counter: str = COUNTER) -> dict[str, Any]:
    return accepted(api.get(f"/counters/{counter}"))


def wall(api: ApiSite, browser: Any) -> dict[str, Any]:
    return accepted(browser.get(f"/api/v1/halls/{HALL}/wall"))


def on_wall(found: dict[str, Any], counter: str = COUNTER) -> dict[str, Any]:
    return next(each for each in found["counters"] if each["counter"] == counter)


def a_round(api: ApiSite, folder: Path) -> None:
    rounds = Rounds(api.database, Anchors(folder))
    rounds.make()
    assert rounds.failures == 0


def limits(api: ApiSite, **changes: int) -> None:
    document = json.loads((HALLS / f"{HALL}.json").read_text(encoding="utf-8"))
    document["limits"] |= changes
    publish_hall(api.database, SYSTEM, json.dumps(document))


def test_the_instant_of_the_question_is_given_and_an_answer_moves_it(api: ApiSite, tmp_path: Path):
    session = api.open()
    api.ticket()
    called = accepted(api.next())
    presence = counter_of(api)["presence"]
    asks_at = datetime.fromisoformat(presence["asks_at"])
    assert asks_at == datetime.fromisoformat(called["last_called_at"]) + timedelta(minutes=5)
    assert datetime.fromisoformat(presence["gives_back_at"]) == asks_at + timedelta(minutes=2)
    api.hands.now = asks_at + timedelta(seconds=100)
    headers = {"X-Counter-Session": session}
    answered = accepted(api.post(f"/counters/{COUNTER}/presence", headers=headers))
    again = datetime.fromisoformat(answered["presence"]["asks_at"])
    assert again == api.hands.now + timedelta(minutes=5)
    api.hands.now = again
    a_round(api, tmp_path)
    assert counter_of(api)["leg"]["number"] == called["number"]
    refused(
        api.post(f"/counters/{COUNTER}/presence", headers={"X-Counter-Session": "another"}),
        409,
        "no_counter_session",
    )


def test_the_delays_are_those_of_the_hall(api: ApiSite, tmp_path: Path):
    limits(api, forgotten_after_s=60, forgotten_answer_s=30)
    api.open()
    api.ticket()
    accepted(api.next())
    api.hands.now += timedelta(seconds=90)
    a_round(api, tmp_path)
    assert (counter_of(api)["state"], counter_of(api)["pause_reason"]) == ("paused", "forgotten")


def test_a_press_too_late_is_refused_in_words_and_changes_nothing(api: ApiSite, tmp_path: Path):
    api.open()
    api.ticket()
    leg = accepted(api.next())["leg"]
    api.hands.now += timedelta(minutes=8)
    a_round(api, tmp_path)
    for verb in ("start", "recall", "finish", "no-show"):
        refused(api.verb(leg, verb), 409, "wrong_state")
    assert counter_of(api)["state"] == "paused"
    accepted(api.call("PATCH", f"/counters/{COUNTER}/session", {"pause": None}))
    assert accepted(api.next())["leg"] == leg


def test_no_figure_counts_a_no_show_and_the_wait_is_that_to_the_first_call(api: ApiSite, tmp_path: Path):
    api.open()
    api.ticket()
    api.hands.now += timedelta(minutes=3)
    accepted(api.next())
    api.hands.now += timedelta(minutes=8)
    a_round(api, tmp_path)
    accepted(api.call("PATCH", f"/counters/{COUNTER}/session", {"pause": None}))
    api.hands.now += timedelta(minutes=10)
    accepted(api.next())
    day = accepted(api.get(f"/halls/{HALL}/queue"))["day"]
    assert (day["received"], day["no_shows"], day["median_wait_s"]) == (1, 0, 180)


def test_no_agent_may_pause_for_the_reason_of_the_hall(api: ApiSite):
    api.open()
    body = {"pause": {"reason": "forgotten"}}
    refused(api.call("PATCH", f"/counters/{COUNTER}/session", body), 400, "bad_request")
    assert counter_of(api)["state"] == "free"


@pytest.mark.both_databases
def test_the_wall_says_that_a_counter_is_forgotten(api: ApiSite, tmp_path: Path):
    supervisor = api.person("supervisor")
    api.open()
    api.ticket()
    accepted(api.next())
    api.hands.now += timedelta(minutes=8)
    a_round(api, tmp_path)
    few = wall(api, supervisor)
    assert (few["shows_counters"], few["counted"]["forgotten"]) == (False, 1)
    for counter in (OTHER, "laon-g3"):
        browser, headers = api.writer("agent")
        accepted(browser.post(f"/api/v1/counters/{counter}/session", json={}, headers=headers), 201)
    seen = on_wall(wall(api, supervisor))
    assert (seen["state"], seen["number"]) == ("forgotten", None)
    assert datetime.fromisoformat(seen["since"]) == api.hands.now


@pytest.fixture
def wrapping(api: ApiSite) -> ApiSite:
    api.publish(laon_accueil={"wrap_up_s": 30})
    api.open()
    return api


def served(api: ApiSite) -> str:
    api.ticket()
    leg = str(accepted(api.next())["leg"])
    accepted(api.verb(leg, "start"))
    return leg


def test_a_counter_wraps_up_after_a_service_and_next_cuts_it_short(wrapping: ApiSite):
    assert counter_of(wrapping)["wrap_up_until"] is None
    accepted(wrapping.verb(served(wrapping), "finish"))
    until = datetime.fromisoformat(counter_of(wrapping)["wrap_up_until"])
    assert until == wrapping.hands.now + timedelta(seconds=30)
    wrapping.ticket()
    wrapping.hands.now += timedelta(seconds=10)
    accepted(wrapping.next())
    assert counter_of(wrapping)["wrap_up_until"] is None


def test_a_wrap_up_ends_by_itself_with_a_pause_and_with_an_undo(wrapping: ApiSite):
    leg = served(wrapping)
    accepted(wrapping.verb(leg, "finish"))
    accepted(wrapping.verb(leg, "undo", {"fact": counter_of(wrapping)["last_gesture"]["fact"]}))
    assert counter_of(wrapping)["wrap_up_until"] is None
    accepted(wrapping.verb(leg, "finish"))
    path = f"/counters/{COUNTER}/session"
    assert accepted(wrapping.call("PATCH", path, {"pause": {"reason": "break"}}))["wrap_up_until"] is None
    assert accepted(wrapping.call("PATCH", path, {"pause": None}))["wrap_up_until"] is not None
    wrapping.hands.now += timedelta(seconds=30)
    assert counter_of(wrapping)["wrap_up_until"] is None


def test_no_shows_and_parked_visitors_leave_no_wrap_up(wrapping: ApiSite):
    accepted(wrapping.verb(served(wrapping), "park", {}))
    assert counter_of(wrapping)["wrap_up_until"] is None
    wrapping.ticket()
    accepted(wrapping.verb(accepted(wrapping.next())["leg"], "no-show"))
    assert counter_of(wrapping)["wrap_up_until"] is None


def test_a_session_has_no_wrap_up_for_a_service_ended_by_another(wrapping: ApiSite):
    accepted(wrapping.verb(served(wrapping), "finish"))
    wrapping.hands.now += timedelta(seconds=5)
    answer = wrapping.call("DELETE", f"/counters/{COUNTER}/session")
    assert answer.status_code == 204
    wrapping.open()
    assert counter_of(wrapping)["wrap_up_until"] is None


def test_the_wall_shows_wrap_up_where_it_shows_counters(wrapping: ApiSite):
    supervisor = wrapping.person("supervisor")
    accepted(wrapping.verb(served(wrapping), "finish"))
    assert on_wall(wall(wrapping, supervisor))["wrap_up_until"] is None
    for counter in (OTHER, "laon-g3"):
        browser, headers = wrapping.writer("agent")
        accepted(browser.post(f"/api/v1/counters/{counter}/session", json={}, headers=headers), 201)
    seen = on_wall(wall(wrapping, supervisor))
    assert (seen["state"], seen["wrap_up_until"]) == ("free", counter_of(wrapping)["wrap_up_until"])


def test_the_estimate_of_waits_counts_the_wrap_up(api: ApiSite):
    api.open()
    tickets = [api.ticket() for _ in range(4)]
    with api.database.read() as rows:
        last = last_leg(rows, tickets[-1]["visit"])
    assert last is not None
    leg = replace(last, visit="somebody")
    before = Estimates(api.database).remaining(leg, 4)
    api.publish(laon_accueil={"wrap_up_s": 300})
    after = Estimates(api.database).remaining(leg, 4)
    assert isinstance(before, WaitRange)
    assert isinstance(after, WaitRange)
    assert after.high_s > before.high_s + 4 * 60
