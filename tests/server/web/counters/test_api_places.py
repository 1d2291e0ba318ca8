"""A counter session that holds several places: opened, shared, paused, left, taken over and closed as one."""

import csv
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.ids import session_mark
from server.usecases.quality.visits import counters_csv, decide_individual_figures
from tests.harness.counts import count
from tests.server.web.api_site import ApiSite, accepted, refused

ONE, TWO, THREE = "laon-g1", "laon-g4", "laon-g3"


class Session:
    """A session through the API, with its header on every request."""

    def __init__(self, api: ApiSite, session: str, token: str = "") -> None:
        self.api, self.id, self.token = api, session, token
        self.headers = {"X-Counter-Session": session}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        return self.api.call(method, path, body, headers=self.headers, token=self.token)

    def join(self, counter: str, **body: Any) -> Any:
        return self.ask("POST", f"/counters/{counter}/session", body)

    def next(self, counter: str, current: str | None = None) -> Any:
        return self.ask("POST", f"/counters/{counter}/next", {"current": current})

    def verb(self, leg: str, verb: str, body: Any = None, *, at: str | None = None) -> Any:
        headers = self.headers | ({"X-Counter": at} if at else {})
        return self.api.post(f"/legs/{leg}/{verb}", body, headers=headers)

    def pause(self, counter: str, reason: str | None = "break") -> Any:
        return self.ask("PATCH", f"/counters/{counter}/session", {"pause": reason and {"reason": reason}})


def at_two_places(api: ApiSite) -> Session:
    session = Session(api, api.open(ONE))
    accepted(session.join(TWO), 201)
    return session


def counter_of(api: ApiSite, counter: str) -> dict[str, Any]:
    return accepted(api.get(f"/counters/{counter}"))


def test_a_further_counter_joins_the_session_and_each_place_serves_one_visit(api: ApiSite):
    session = Session(api, api.open(ONE))
    joined = accepted(session.join(TWO), 201)
    assert (joined["session"], joined["places"]) == (session.id, [ONE, TWO])
    first, second = api.ticket(), api.ticket()
    called = [accepted(session.next(counter)) for counter in (ONE, TWO)]
    assert [leg["number"] for leg in called] == [first["number"], second["number"]]
    assert [counter_of(api, each)["leg"]["number"] for each in (ONE, TWO)] == [
        first["number"],
        second["number"],
    ]
    refused(session.next(TWO), 409, "stale")
    accepted(session.verb(called[1]["leg"], "start"))
    assert counter_of(api, ONE)["state"] == "called"
    assert counter_of(api, TWO)["places"] == [ONE, TWO]


def test_verbs_are_checked_against_the_session_that_holds_the_place(api: ApiSite):
    session = at_two_places(api)
    other = Session(api, api.open(THREE))
    api.ticket()
    leg = accepted(session.next(TWO))["leg"]
    refused(other.verb(leg, "start"), 409, "no_counter_session")
    refused(other.next(TWO), 409, "no_counter_session")
    accepted(session.verb(leg, "start"))


def test_only_ones_own_open_session_is_joined(api: ApiSite):
    session = Session(api, api.open(ONE))
    stranger = Session(api, session.id, api.new_key("issue", "read", "call"))
    refused(stranger.join(TWO), 409, "no_counter_session")
    refused(Session(api, "long-gone").join(TWO), 409, "no_counter_session")
    refused(session.join("vervins-g1"), 409, "no_counter_session")
    assert counter_of(api, TWO)["session"] is None
    refused(session.join(ONE, take_over=True), 409, "counter_taken")
    accepted(session.pause(ONE))
    refused(session.join(TWO), 409, "wrong_state")


def test_a_counter_of_another_is_joined_only_by_taking_over(api: ApiSite):
    other = Session(api, api.open(TWO), api.new_key("issue", "read", "call"))
    session = Session(api, api.open(ONE))
    assert refused(session.join(TWO), 409, "counter_taken")["since"]
    assert accepted(session.join(TWO, take_over=True), 201)["places"] == [ONE, TWO]
    refused(other.next(TWO), 409, "no_counter_session")
    accepted(session.pause(TWO))


def test_a_session_pauses_with_all_its_places_unless_a_visitor_is_only_called(api: ApiSite):
    session = at_two_places(api)
    api.ticket()
    leg = accepted(session.next(TWO))["leg"]
    assert refused(session.pause(ONE), 409, "place_busy")["counter"] == TWO
    refused(session.pause(TWO), 409, "wrong_state")
    accepted(session.verb(leg, "finish"))
    accepted(session.pause(TWO))
    assert [counter_of(api, each)["state"] for each in (ONE, TWO)] == ["paused", "paused"]
    refused(session.next(ONE), 409, "wrong_state")
    accepted(session.pause(ONE, reason=None))
    assert [counter_of(api, each)["state"] for each in (ONE, TWO)] == ["free", "free"]
    refused(session.pause(ONE, reason=None), 409, "wrong_state")


def test_a_visitor_served_at_one_of_several_places_does_not_prevent_a_pause(api: ApiSite):
    session = at_two_places(api)
    api.ticket(), api.ticket()
    leg = accepted(session.next(TWO))["leg"]
    accepted(session.verb(leg, "start"))
    accepted(session.pause(ONE))
    seen = counter_of(api, TWO)
    assert (counter_of(api, ONE)["state"], seen["state"], seen["is_paused"]) == (
        "paused",
        "in_service",
        True,
    )
    assert api.count("duty WHERE closed_at IS NULL") == 0
    for counter, current in ((ONE, None), (TWO, leg)):
        refused(session.next(counter, current), 409, "wrong_state")
    accepted(session.verb(leg, "finish"))
    assert counter_of(api, TWO)["state"] == "paused"
    accepted(session.pause(TWO, reason=None))
    again = accepted(session.next(TWO))["leg"]
    accepted(session.verb(again, "start"))
    accepted(session.pause(TWO), 200)
    accepted(session.pause(ONE, reason=None))
    assert "is_paused" not in counter_of(api, TWO)


def test_an_agent_with_one_counter_ends_a_service_before_a_pause(api: ApiSite):
    session = Session(api, api.open(ONE))
    api.ticket()
    accepted(session.verb(accepted(session.next(ONE))["leg"], "start"))
    refused(session.pause(ONE), 409, "wrong_state")


def test_a_place_without_a_visitor_can_be_left(api: ApiSite):
    session = at_two_places(api)
    api.ticket()
    leg = accepted(session.next(ONE))["leg"]
    problem = refused(session.ask("DELETE", f"/counters/{ONE}/place"), 409, "place_busy")
    assert problem["counter"] == ONE
    accepted(session.verb(leg, "finish"))
    assert session.ask("DELETE", f"/counters/{ONE}/place").status_code == 204
    refused(session.next(ONE), 409, "no_counter_session")
    assert counter_of(api, TWO)["session"] == session.id, "the session outlives its first place"
    accepted(session.join(ONE), 201)
    for counter in (ONE, TWO):
        assert session.ask("DELETE", f"/counters/{counter}/place").status_code == 204
    refused(session.join(ONE), 409, "no_counter_session")


def test_closing_ends_every_place_unless_a_visitor_is_only_called(api: ApiSite):
    session = at_two_places(api)
    api.ticket(), api.ticket()
    legs = [accepted(session.next(counter))["leg"] for counter in (ONE, TWO)]
    accepted(session.verb(legs[0], "start"))
    path = f"/counters/{ONE}/session"
    assert refused(session.ask("DELETE", path), 409, "not_started")["leg"] == legs[1]
    accepted(session.verb(legs[1], "start"))
    assert session.ask("DELETE", path).status_code == 204
    assert api.count("leg WHERE end_reason = 'served'") == 2
    assert api.count("counter_session WHERE closed_at IS NULL") == 0
    assert api.count("duty WHERE closed_at IS NULL") == 0


def test_a_take_over_takes_every_place_with_its_visitors(api: ApiSite):
    session = at_two_places(api)
    api.ticket()
    called = accepted(session.next(TWO))
    leg = called["leg"]
    free = api.post(f"/counters/{ONE}/session", {"if_free": True})
    assert refused(free, 409, "counter_taken")["number"] == called["number"]
    taken = accepted(api.post(f"/counters/{ONE}/session", {"take_over": True}), 201)
    assert taken["places"] == [ONE, TWO]
    refused(session.verb(leg, "start"), 409, "no_counter_session")
    accepted(Session(api, taken["session"]).verb(leg, "start"))


def test_the_lease_of_all_places_lives_by_a_verb_at_one(api: ApiSite):
    session = at_two_places(api)
    for _ in range(3):
        api.hands.now += timedelta(seconds=45)
        assert session.next(ONE).status_code == 204
    refused(api.post(f"/counters/{TWO}/session"), 409, "counter_taken")
    api.hands.now += timedelta(seconds=61)
    assert api.open(TWO) != session.id


def test_opening_a_place_of_a_forgotten_session_takes_over_its_other_places(api: ApiSite):
    session = at_two_places(api)
    accepted(session.join(THREE), 201)
    api.ticket()
    accepted(session.next(TWO))
    api.hands.now += timedelta(seconds=61)
    taken = accepted(api.post(f"/counters/{ONE}/session"), 201)
    assert taken["places"] == [ONE, TWO]
    assert counter_of(api, THREE)["session"] is None


def test_each_place_undoes_its_own_last_gesture(api: ApiSite):
    session = at_two_places(api)
    api.ticket(), api.ticket()
    legs = [accepted(session.next(counter))["leg"] for counter in (ONE, TWO)]
    accepted(session.verb(legs[1], "start"))
    gesture = counter_of(api, ONE)["last_gesture"]
    assert gesture["leg"] == legs[0]
    accepted(session.ask("POST", f"/counters/{ONE}/undo", {"fact": gesture["fact"]}))
    assert (counter_of(api, ONE)["leg"], counter_of(api, TWO)["state"]) == (None, "in_service")


def test_a_gesture_on_a_visitor_at_no_counter_belongs_to_the_place_it_was_made_from(api: ApiSite):
    session = at_two_places(api)
    api.ticket()
    leg = accepted(session.next(ONE))["leg"]
    accepted(session.verb(leg, "no-show"))
    back = accepted(session.verb(leg, "reinstate", at=TWO))["leg"]
    assert counter_of(api, TWO)["last_gesture"]["verb"] == "VisitReinstated"
    accepted(session.verb(back, "transfer", {"service": "laon-permis"}, at="vervins-g1"))
    assert counter_of(api, ONE)["last_gesture"]["verb"] == "LegTransferred", (
        "a counter it does not hold: its first"
    )


def test_a_parked_visitor_resumes_at_the_given_counter(api: ApiSite):
    session = at_two_places(api)
    api.ticket()
    leg = accepted(session.next(ONE))["leg"]
    accepted(session.verb(leg, "start"))
    accepted(session.verb(leg, "park"))
    accepted(session.verb(leg, "resume", at=TWO))
    assert counter_of(api, TWO)["leg"]["leg"] == leg


def test_each_place_calls_by_its_own_profile(api: ApiSite):
    profile = api.database.configuration("laon").profiles
    session = Session(api, accepted(api.post(f"/counters/{ONE}/session", {}), 201)["session"])
    joined = accepted(session.join(TWO, profile=next(iter(profile))), 201)
    body = {"profile": None}
    assert accepted(session.ask("PATCH", f"/counters/{ONE}/session", body))["session"] == session.id
    assert joined["profile"] == next(iter(profile))
    assert counter_of(api, ONE)["services"] != joined["services"]


@pytest.mark.both_databases
def test_of_two_agents_opening_one_further_counter_exactly_one_holds_it(api: ApiSite):
    key = api.new_key("call")
    other = accepted(api.post(f"/counters/{THREE}/session", token=key), 201)["session"]
    sessions = [Session(api, api.open(ONE)), Session(api, other, key)]
    for _ in range(count(small=5, large=100)):
        with ThreadPoolExecutor(2) as agents:
            answers = list(agents.map(lambda each: each.join(TWO), sessions))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        holder = sessions[0 if answers[0].status_code == 201 else 1]
        assert accepted(holder.ask("GET", f"/counters/{TWO}"))["session"] == holder.id
        assert holder.ask("DELETE", f"/counters/{TWO}/place").status_code == 204


def test_the_places_of_a_session_are_exported_under_one_session(api: ApiSite):
    session = at_two_places(api)
    session.ask("DELETE", f"/counters/{ONE}/session")
    days = (date(2026, 11, 24), date(2026, 11, 25))

    def exported() -> list[dict[str, str]]:
        return list(csv.DictReader("".join(counters_csv(api.database, ["laon"], days)).splitlines()))

    assert len({line["session"] for line in exported()}) == 1
    assert len({line["counter"] for line in exported()}) == 2
    decide_individual_figures(api.database, SYSTEM, "laon", is_on=True, sites=None)
    counter_of = {(line["counter"], line["session"]) for line in exported()}
    assert counter_of == {(ONE, session_mark(session.id)), (TWO, session_mark(session.id))}


def test_a_visit_is_called_at_another_counter_and_undone_as_one(api: ApiSite):
    session = Session(api, api.open(ONE))
    ticket = api.ticket()
    body = {"counter": TWO, "visit": ticket["visit"], "reason": "step_free"}
    called = accepted(session.ask("POST", f"/counters/{ONE}/call-elsewhere", body))
    assert (called["number"], called["counter"], called["state"]) == (ticket["number"], TWO, "called")
    assert (counter_of(api, ONE)["session"], counter_of(api, TWO)["session"]) == (None, session.id)
    refused(session.ask("POST", f"/counters/{ONE}/call-elsewhere", body), 409, "no_counter_session")
    fact = counter_of(api, TWO)["last_gesture"]["fact"]
    back = accepted(session.ask("POST", f"/counters/{TWO}/undo", {"fact": fact}))
    assert (back["counter"], back["session"], back["state"]) == (ONE, session.id, "free")
    assert counter_of(api, TWO)["session"] is None
    staying = accepted(session.ask("POST", f"/counters/{ONE}/call-elsewhere", body | {"stays": True}))
    assert counter_of(api, ONE)["places"] == [ONE, TWO]
    assert accepted(session.verb(staying["leg"], "start"))["counter"] == TWO
