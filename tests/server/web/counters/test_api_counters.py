"""Counters and the verbs on legs: the answer in every state, and when two act at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.live.publication import queue_message
from server.usecases.hall.read_queue import read_queue
from tests.harness.counts import count
from tests.harness.sql import one_row
from tests.server.web.api_site import COUNTER, HALL, SERVICE, ApiSite, accepted, refused

ALLOWED = {
    "waiting": {"transfer", "cancel", "correct-service"},
    "called": {
        *("recall", "start", "finish", "no-show", "transfer", "cancel"),
        *("postpone", "add-service", "correct-service"),
    },
    "in_service": {"finish", "transfer", "cancel", "park", "add-service", "correct-service"},
    "ended": set(),
}
BODIES = {
    **{key: {"service": "laon-permis"} for key in ("transfer", "add-service", "correct-service")},
    "cancel": {"reason": "mistake"},
}
VERBS = sorted({"reinstate"}.union(*ALLOWED.values()))


def leg_in(api: ApiSite, state: str) -> str:
    """The id of a leg in this state."""
    visit = api.ticket()["visit"]
    if state == "waiting":
        waiting = accepted(api.get(f"/halls/{HALL}/queue"))["queues"][0]["legs"]
        return str(next(leg["leg"] for leg in waiting if leg["visit"] == visit))
    leg = str(accepted(api.next())["leg"])
    if state == "in_service":
        accepted(api.verb(leg, "start"))
    if state == "ended":
        accepted(api.verb(leg, "finish"))
    return leg


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_done_where_it_belongs_and_is_409_elsewhere(api: ApiSite, state: str, verb: str):
    api.open()
    leg = leg_in(api, state)
    before = api.count("hall_fact")
    answer = api.verb(leg, verb, BODIES.get(verb))
    if verb in ALLOWED[state]:
        accepted(answer)
    else:
        refused(answer, 409, "wrong_state")
        assert api.count("hall_fact") == before


@pytest.mark.parametrize("verb", ["finish", "park"])
def test_a_verb_whose_body_holds_nothing_needed_is_done_without_one(api: ApiSite, verb: str):
    api.open()
    leg = leg_in(api, "in_service")
    path = f"/legs/{leg}/{verb}"
    refused(api.call("POST", path, data="{half", content_type="application/json"), 400, "bad_request")
    accepted(api.call("POST", path))


def test_next_ends_the_current_visit_and_says_why_the_leg_was_chosen(api: ApiSite):
    api.open()
    one, two = api.ticket(), api.ticket()
    first = accepted(api.next())
    assert (first["number"], first["state"]) == (one["number"], "called")
    assert first["why"]
    accepted(api.verb(first["leg"], "start"))
    assert accepted(api.next(first["leg"]))["number"] == two["number"]
    assert api.count("leg WHERE end_reason = 'served'") == 1


def test_next_is_204_when_nobody_waits_and_still_ends_the_current_visit(api: ApiSite):
    api.open()
    assert api.next().status_code == 204
    api.ticket()
    leg = accepted(api.next())["leg"]
    assert api.next(leg, end="no_show").status_code == 204
    assert api.count("leg WHERE end_reason = 'no_show'") == 1


def test_next_refuses_a_stale_console_and_a_visit_that_was_only_called(api: ApiSite):
    api.open()
    api.ticket(), api.ticket()
    leg = accepted(api.next())["leg"]
    assert refused(api.next(), 409, "stale")["leg"] == leg
    refused(api.next("another-leg"), 409, "stale")
    refused(api.next(leg), 409, "not_started")
    assert api.count("leg WHERE state = 'waiting'") == 1


def test_next_repeated_after_a_lost_answer_calls_one_person(api: ApiSite):
    api.open()
    api.ticket(), api.ticket()
    key = {"Idempotency-Key": "lost"}
    first, again = api.next(headers=key), api.next(headers=key)
    assert accepted(first) == accepted(again)
    assert api.count("hall_fact WHERE kind = 'LegCalled'") == 1


def test_next_without_a_visitor_gives_the_same_answer_when_repeated(api: ApiSite):
    api.open()
    key = {"Idempotency-Key": "nobody"}
    assert api.next(headers=key).status_code == 204
    api.ticket()
    assert api.next(headers=key).status_code == 204
    assert accepted(api.next())["state"] == "called"


@pytest.mark.both_databases
def test_of_two_counters_calling_the_last_visitor_exactly_one_succeeds(api: ApiSite):
    """Without the hall's lock (`FOR UPDATE` taken away) this fails on PostgreSQL.

    Both counters chose the same leg; only the unique journal position refused the second, as a 500.
    """
    api.open("laon-g1")
    api.open("laon-g4")
    with ThreadPoolExecutor(2) as agents:
        for _ in range(count(small=10, large=200)):
            api.ticket()
            answers = list(agents.map(lambda each: api.next(counter=each), ("laon-g1", "laon-g4")))
            assert sorted(answer.status_code for answer in answers) == [200, 204]
            (leg,) = [answer.get_json()["leg"] for answer in answers if answer.status_code == 200]
            accepted(api.verb(leg, "finish"))


type Call = tuple[str, str, dict[str, Any] | None]


def at_the_counter(visit: str) -> list[Call]:
    """Every verb of a counter."""
    at, chosen = f"/counters/{COUNTER}", {"visit": visit, "reason": "other"}
    return [
        ("POST", f"{at}/next", {"current": None}),
        ("POST", f"{at}/call", {"current": None, **chosen}),
        ("POST", f"{at}/call-elsewhere", {"counter": "laon-g2", **chosen}),
        ("POST", f"{at}/presence", {}),
        ("POST", f"{at}/undo", {"fact": "a-fact"}),
        ("PATCH", f"{at}/session", {"pause": {"reason": "break"}}),
        ("DELETE", f"{at}/session", None),
        ("DELETE", f"{at}/place", None),
        ("POST", f"/halls/{HALL}/greetings", {"service": SERVICE, "counter": COUNTER}),
    ]


def on_the_leg(leg: str) -> list[Call]:
    """The verbs on a leg that is called."""
    bodies = BODIES | {"undo": {"fact": "a-fact"}, "resume": {}}
    verbs = {*ALLOWED["called"], *VERBS, *bodies} - {"resume"}
    return [("POST", f"/legs/{leg}/{verb}", bodies.get(verb, {})) for verb in sorted(verbs)]


def test_a_verb_of_a_counter_needs_its_session_and_checks_its_author(api: ApiSite):
    """A person or key with the right to call does so only at their own counter, even with another session's
    id.
    """
    session, stranger = api.open(), api.new_key("call")
    with_id = {"X-Counter-Session": session}
    waiting, called = api.ticket(), api.ticket()
    leg = accepted(api.next())["leg"]
    accepted(api.next(leg, end="served"))
    facts = api.count("hall_fact")
    row = one_row(api.database, "SELECT id FROM leg WHERE visit = :visit", visit=called["visit"])
    for method, path, body in [*at_the_counter(waiting["visit"]), *on_the_leg(row["id"])]:
        unnamed = api.call(method, path, body, headers={"X-Counter-Session": ""})
        refused(unnamed, 409, "no_counter_session")
        answer = api.call(method, path, body, token=stranger, headers=with_id)
        refused(answer, 409, "no_counter_session")
    assert api.count("hall_fact") == facts


def test_only_the_author_of_a_session_reads_its_id(api: ApiSite):
    answer = accepted(api.post(f"/counters/{COUNTER}/session"), 201)
    session, mark = answer["session"], answer["session_mark"]
    assert accepted(api.get(f"/counters/{COUNTER}"))["session"] == session
    stranger, supervisor = api.new_key("read"), api.person("supervisor")
    told = accepted(api.get(f"/counters/{COUNTER}", token=stranger))
    assert (told["session"], told["session_mark"]) == (None, mark)
    queue = api.get(f"/halls/{HALL}/queue")
    message = queue_message(read_queue(api.database, HALL))
    answers = [queue.text, json.dumps(message), supervisor.get(f"/api/v1/halls/{HALL}/wall").text]
    assert all(session not in each and mark in each for each in answers)


def test_a_counter_is_free_again_when_its_console_is_silent_for_a_minute(api: ApiSite):
    api.open()
    api.hands.now += timedelta(seconds=59)
    refused(api.post(f"/counters/{COUNTER}/session"), 409, "counter_taken")
    api.hands.now += timedelta(seconds=2)
    api.open()


def test_a_counter_pauses_resumes_and_closes(api: ApiSite):
    api.open()
    path = f"/counters/{COUNTER}/session"
    assert accepted(api.call("PATCH", path, {"pause": {"reason": "pause"}}))["state"] == "paused"
    refused(api.next(), 409, "wrong_state")
    refused(api.call("PATCH", path, {"pause": {"reason": "pause"}}), 409, "wrong_state")
    assert accepted(api.call("PATCH", path, {"pause": None}))["state"] == "free"
    assert api.call("DELETE", path).status_code == 204
    refused(api.next(), 409, "no_counter_session")
    refused(api.call("DELETE", path), 409, "no_counter_session")


def test_a_counter_with_a_visitor_only_called_does_not_close(api: ApiSite):
    api.open()
    api.ticket()
    accepted(api.next())
    refused(api.call("DELETE", f"/counters/{COUNTER}/session"), 409, "not_started")


def test_a_counter_serves_its_own_services_only(api: ApiSite):
    wanted = {"services": ["laon-naturalisation"]}
    refused(api.post(f"/counters/{COUNTER}/session", wanted), 409, "unknown_service")
    refused(api.post("/counters/none/session"), 404, "unknown_counter")


def test_gestures_are_undone_one_after_the_other(api: ApiSite):
    api.open()
    api.ticket()
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "start"))
    accepted(api.verb(leg, "finish"))
    for state in ("in_service", "called"):
        gesture = accepted(api.get(f"/counters/{COUNTER}"))["last_gesture"]
        after = accepted(api.verb(leg, "undo", {"fact": gesture["fact"]}))
        assert after["leg"]["state"] == state
    gesture = accepted(api.get(f"/counters/{COUNTER}"))["last_gesture"]
    assert accepted(api.verb(leg, "undo", {"fact": gesture["fact"]}))["leg"] is None
    assert api.count("leg WHERE state = 'waiting'") == 1
    refused(api.verb(leg, "undo", {"fact": gesture["fact"], "counter": COUNTER}), 409, "stale")


def test_a_gesture_is_undone_within_five_minutes(api: ApiSite):
    api.open()
    api.ticket()
    leg = accepted(api.next())["leg"]
    gesture = accepted(api.get(f"/counters/{COUNTER}"))["last_gesture"]
    api.hands.now += timedelta(minutes=5, seconds=1)
    refused(api.verb(leg, "undo", {"fact": gesture["fact"]}), 409, "too_late_to_undo")


def test_a_no_show_is_reinstated_twice_at_most(api: ApiSite):
    api.open()
    api.ticket()
    for _ in range(2):
        leg = accepted(api.next())["leg"]
        accepted(api.verb(leg, "no-show"))
        assert accepted(api.verb(leg, "reinstate"))["state"] == "waiting"
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "no-show"))
    refused(api.verb(leg, "reinstate"), 409, "reinstated_too_often")


def test_a_visit_is_sent_to_another_service_with_its_number(api: ApiSite):
    api.open("laon-g1", services=[SERVICE])
    ticket = api.ticket()
    leg = accepted(api.next())["leg"]
    ended = accepted(api.verb(leg, "transfer", {"service": "laon-permis"}))
    assert ended["end_reason"] == "transferred"
    api.open("laon-g4", services=["laon-permis"])
    assert accepted(api.next(counter="laon-g4"))["number"] == ticket["number"]


def test_a_visit_sent_to_a_counter_is_called_there_only(api: ApiSite):
    api.open("laon-g1")
    api.open("laon-g4")
    ticket = api.ticket()
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "transfer", {"counter": "laon-g4"}))
    assert api.next().status_code == 204
    assert accepted(api.next(counter="laon-g4"))["number"] == ticket["number"]


def test_a_transfer_names_its_destination_and_keeps_the_rank_by_arrival(api: ApiSite):
    api.open("laon-g1")
    api.open("laon-g4", services=["laon-permis"])
    first = api.ticket(service="laon-permis")
    arrived_at = api.hands.now
    api.hands.now += timedelta(minutes=4)
    api.ticket(service="laon-permis")
    api.ticket()
    leg = leg_of(api, first["visit"])
    api.hands.now += timedelta(minutes=1)
    sent = accepted(api.verb(leg, "transfer", {"counter": "laon-g3"}))
    assert sent["destination"] == {"service": "laon-permis", "counter": "laon-g3", "is_open": False}
    sent = accepted(api.verb(leg_of(api, first["visit"]), "transfer", {"service": SERVICE}))
    assert sent["destination"] == {"service": SERVICE, "counter": None, "is_open": True}
    sent = accepted(api.verb(leg_of(api, first["visit"]), "transfer", {"service": "laon-permis"}))
    assert sent["destination"]["is_open"]
    [row] = [leg for leg in waiting_legs(api) if leg["visit"] == first["visit"]]
    assert datetime.fromisoformat(row["ranked_from"]) == arrived_at
    assert accepted(api.next(counter="laon-g4"))["number"] == first["number"]


def test_waiting_visitors_of_a_counter_are_listed_in_call_order_with_those_sent_to_it(api: ApiSite):
    api.open("laon-g1")
    api.open("laon-g4", services=["laon-permis"])
    sent, own = api.ticket(), api.ticket(service="laon-permis")
    other = api.ticket()
    accepted(api.verb(leg_of(api, sent["visit"]), "transfer", {"counter": "laon-g4"}))
    accepted(api.verb(leg_of(api, other["visit"]), "transfer", {"counter": "laon-g3"}))
    found = accepted(api.get("/counters/laon-g4/waiting"))
    numbers = [leg["number"] for leg in found["legs"]]
    assert sorted(numbers) == sorted([sent["number"], own["number"]])
    assert found["may_call"] == 2
    assert accepted(api.next(counter="laon-g4"))["number"] == numbers[0]
    assert accepted(api.get("/counters/laon-g3/waiting"))["legs"] == []


def test_a_counter_with_a_visitor_is_taken_over_only_with_take_over(api: ApiSite):
    session = api.open()
    opened_at = api.hands.now
    number = api.ticket()["number"]
    leg = accepted(api.next(headers={"X-Counter-Session": session}))["leg"]
    api.hands.now += timedelta(minutes=2)
    path = f"/counters/{COUNTER}/session"
    problem = refused(api.post(path, {"if_free": True}), 409, "counter_taken")
    assert (problem["number"], problem["opened_by"]) == (number, "tests")
    assert datetime.fromisoformat(problem["since"]) == opened_at
    taken = accepted(api.post(path, {"take_over": True}), 201)["session"]
    refused(api.verb(leg, "start", headers={"X-Counter-Session": session}), 409, "no_counter_session")
    accepted(api.verb(leg, "start", headers={"X-Counter-Session": taken}))


def waiting_legs(api: ApiSite) -> list[dict[str, Any]]:
    """All waiting visits, by queue in call order."""
    queues = accepted(api.get(f"/halls/{HALL}/queue"))["queues"]
    return [leg for queue in queues for leg in queue["legs"]]


def leg_of(api: ApiSite, visit: str) -> str:
    """The id of the leg in which a visit waits."""
    return str(next(leg["leg"] for leg in waiting_legs(api) if leg["visit"] == visit))


def test_a_transfer_says_where_to(api: ApiSite):
    api.open()
    api.ticket()
    leg = accepted(api.next())["leg"]
    refused(api.verb(leg, "transfer"), 400, "bad_request")
    refused(api.verb(leg, "transfer", {"counter": "vervins-g1"}), 404, "unknown_counter")
    refused(api.verb(leg, "transfer", {"service": "vervins-accueil"}), 409, "unknown_service")


def test_a_refusal_says_why(api: ApiSite):
    api.open()
    first, _ = api.ticket(), api.ticket()
    waiting = leg_of(api, first["visit"])
    assert "n’a pas été appelée" in refused(api.verb(waiting, "recall"), 409, "wrong_state")["detail"]
    leg = accepted(api.next())["leg"]
    assert "pas encore au guichet" in refused(api.verb(leg, "park"), 409, "wrong_state")["detail"]
    accepted(api.verb(leg, "finish"))
    assert "déjà terminée" in refused(api.verb(leg, "start"), 409, "wrong_state")["detail"]


def test_a_chosen_call_keeps_its_reason(api: ApiSite):
    api.open()
    api.ticket()
    wanted = api.ticket()
    body = {"current": None, "visit": wanted["visit"], "reason": "mobilité réduite"}
    called = accepted(api.post(f"/counters/{COUNTER}/call", body))
    assert called["number"] == wanted["number"]
    assert "mobilité réduite" in json.dumps(called["why"], ensure_ascii=False)
    refused(api.post(f"/counters/{COUNTER}/call", body | {"current": called["leg"]}), 409, "not_started")


def test_a_call_from_paper_is_entered_and_a_refused_one_says_why_in_words(api: ApiSite):
    visit = api.ticket()["visit"]
    api.open()
    called_at = api.hands.now
    api.hands.now += timedelta(minutes=10)
    ends = {"ended_at": (called_at + timedelta(minutes=5)).isoformat(), "end": "no_show"}
    times = {"called_at": called_at.isoformat(), **ends}
    calls = [{"visit": visit, **times}, {"number": "Z999", **times}]
    answer = accepted(api.post(f"/counters/{COUNTER}/reentered", {"calls": calls}))
    assert [each["visit"] for each in answer["entered"]] == [visit]
    [no] = answer["refused"]
    assert (no["row"], no["code"]) == (1, "number_not_found")
    assert no["detail"].startswith("Aucun ticket")
    for wrong in ({"visit": visit, "number": "A001"}, {"ended_at": None}, {"started_at": times["called_at"]}):
        body = {"calls": [{"visit": visit, **times, **wrong}]}
        refused(api.post(f"/counters/{COUNTER}/reentered", body), 400, "bad_request")
