"""The console beside its verbs: forgotten counters, wrap-up, messages, the sentences of gestures."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.author import SYSTEM
from server.domain.visits.gestures import GESTURES, OTHER_KEYS
from server.domain.visits.transitions import GestureKind
from server.domain.waits.estimate import WaitRange
from server.jobs.rounds import Rounds
from server.store.journal.chain import Anchors
from server.store.visits.legs import last_leg
from server.usecases.configuration.publication import publish_hall
from server.usecases.journal.maintenance import purge
from server.usecases.waits import Estimates
from tests.harness.sources import assert_faultless, catalogues
from tests.server.usecases.quality.figures_history import HALLS
from tests.server.web.api_site import COUNTER, HALL, ApiSite, accepted, refused

# --- forgotten counters and wrap-up ---------------------------------------------------------------


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


# --- messages between pages of work; people in the hall are only counted --------------------------


MESSAGES = f"/halls/{HALL}/messages"


class People:
    """People of Laon with several roles, signed in."""

    def __init__(self, site: ApiSite) -> None:
        self.site = site
        self.signed_in = {
            role: site.writer(role)
            for role in ("reception", "agent", "security", "supervisor", "quality", "administrator")
        }

    def post(self, role: str, path: str, body: Any = None) -> Any:
        browser, headers = self.signed_in[role]
        return browser.post(f"/api/v1{path}", json=body or {}, headers=headers)

    def get(self, role: str, path: str) -> Any:
        return self.signed_in[role][0].get(f"/api/v1{path}")

    def say(self, **body: str) -> Any:
        return self.post("reception", MESSAGES, {"counter": COUNTER, **body})

    def at_counter(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = accepted(self.get("agent", f"/counters/{COUNTER}/messages"))["messages"]
        return found

    def calls(self, role: str = "security") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = accepted(self.get(role, MESSAGES))["messages"]
        return found


@pytest.fixture
def people(api: ApiSite) -> People:
    return People(api)


def test_a_message_is_shown_at_its_counter_until_it_is_read(people: People):
    accepted(people.say(phrase="come"), 201)
    people.site.hands.now += timedelta(seconds=5)
    accepted(people.say(text="  le dossier bleu  "), 201)
    shown = people.at_counter()
    assert [(each["phrase"], each["text"]) for each in shown] == [("come", None), (None, "le dossier bleu")]
    assert shown[0]["sent_from"] == "reception"
    assert accepted(people.get("agent", "/counters/laon-g2/messages"))["messages"] == []
    accepted(people.post("agent", f"/messages/{shown[1]['message']}/seen"))
    assert [each["phrase"] for each in people.at_counter()] == ["come"]
    assert people.site.count("message WHERE text IS NOT NULL") == 0, "the words go when they were seen"
    accepted(people.post("administrator", MESSAGES, {"counter": COUNTER, "phrase": "come"}), 201)
    [_, last] = people.at_counter()
    assert last["sent_from"] == "administrator", "the name of every role fits"
    accepted(people.post("administrator", f"/messages/{last['message']}/seen"))


def test_no_word_of_a_message_is_kept(people: People):
    facts = people.site.count("hall_fact")
    accepted(people.say(text="personne de Mme X"), 201)
    people.site.hands.now += timedelta(minutes=31)
    assert people.at_counter() == []
    purge(people.site.database)
    assert people.site.count("message") == 0
    assert people.site.count("hall_fact") == facts


def test_a_message_says_something_to_a_counter_that_exists(people: People):
    refused(people.say(text="   "), 400, "nothing_to_say")
    refused(people.say(phrase="shout"), 400, "unknown_phrase")
    refused(people.say(text="x" * 121), 400, "bad_request")
    refused(people.post("reception", MESSAGES, {"counter": "g99", "phrase": "come"}), 404, "unknown_counter")


def test_a_call_for_help_is_confirmed_by_a_person_and_the_guard_sees_it(people: People):
    accepted(people.post("security", MESSAGES), 201)
    for role in ("reception", "supervisor"):
        assert [(each["seen_at"], each["sent_from"]) for each in people.calls(role)] == [(None, "security")]
    message = people.calls()[0]["message"]
    refused(people.post("security", f"/messages/{message}/seen"), 403, "forbidden")
    people.site.hands.now += timedelta(seconds=40)
    accepted(people.post("supervisor", f"/messages/{message}/seen"))
    first = people.calls()[0]
    assert (first["seen_from"], first["seen_at"] > first["sent_at"]) == ("supervisor", True)
    people.site.hands.now += timedelta(seconds=40)
    accepted(people.post("reception", f"/messages/{message}/seen"))
    assert people.calls()[0] == first, "who came first stays"
    people.site.hands.now += timedelta(minutes=61)
    assert people.calls() == []


def test_permissions_to_send_and_read(people: People):
    refused(people.post("quality", MESSAGES), 403, "forbidden")
    refused(people.post("reception", MESSAGES), 403, "forbidden")
    refused(people.post("security", MESSAGES, {"counter": COUNTER, "phrase": "come"}), 403, "forbidden")
    refused(people.get("security", f"/counters/{COUNTER}/messages"), 403, "forbidden")
    refused(people.get("quality", MESSAGES), 403, "forbidden")
    refused(people.post("agent", "/messages/none/seen"), 404, "unknown_message")


def test_the_guard_knows_how_many_people_are_in_the_hall_and_nothing_of_them(people: People):
    people.site.ticket()
    people.site.ticket()
    people.site.open()
    accepted(people.site.next())
    told = accepted(people.get("security", f"/halls/{HALL}/people"))
    assert told["people"] == {"waiting": 1, "called": 1, "in_service": 0, "parked": 0, "all": 2, "linked": 0}
    assert set(told) == {"hall", "epoch", "version", "as_of", "people"}
    for path in (f"/halls/{HALL}/queue", f"/halls/{HALL}/wall", f"/halls/{HALL}/visits?number=1"):
        refused(people.get("security", path), 403, "forbidden")


# --- what a row of the table of gestures needs elsewhere ------------------------------------------


KEYS = {
    message.id if isinstance(message.id, str) else message.id[0]
    for languages in catalogues().values()
    for message in languages["fr"]
}
ENDS = ("served", "no_show", "cancelled", "abandoned", "left_after_call", "closed_at_day_end")


def sentences(kind: GestureKind) -> Iterator[str]:
    """The keys of the sentences that pages say of a gesture, or of one that scripts choose from."""
    if kind.moves and kind.fact != "LegEnded":  # of an end they say how it ended
        yield f"reception.history.{kind.fact}"
    if kind.may_undo:
        yield f"console.gesture.{kind.fact}"
    if kind.offer is None:
        return
    if kind.offer.button:
        yield f"console.act.{kind.action}"
    if kind.offer.key:
        yield f"console.keys.action.{kind.action}"
    if kind.has_route and kind.moves and "chosen" not in kind.offer.path:
        yield f"console.outcome.{kind.action}"
    if kind.offer.asks in ("service", "other_service"):
        yield from (f"console.{kind.action}.{part}" for part in ("title", "explain"))
    yield from (f"console.{kind.action}.reason.{reason}" for reason in kind.offer.reasons)


def test_every_gesture_has_its_sentences():
    assert_faultless(GESTURES, lambda name: [key for key in sentences(GESTURES[name]) if key not in KEYS])
    assert [key for key in OTHER_KEYS if f"console.keys.action.{key}" not in KEYS] == []
    assert [end for end in ENDS if f"reception.history.{end}" not in KEYS] == []
