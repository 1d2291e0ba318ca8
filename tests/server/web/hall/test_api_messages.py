"""Messages between pages of work: read by a person, then erased; people in the hall are only counted."""

from datetime import timedelta
from typing import Any

import pytest

from server.usecases.journal.maintenance import purge
from tests.server.web.api_site import COUNTER, HALL, ApiSite, accepted, refused

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
