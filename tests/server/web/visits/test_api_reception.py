"""What the reception desk asks besides tickets: a visit found again, gestures before the call."""

from datetime import timedelta
from typing import Any

import pytest

from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences
from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, refused

OTHER_SERVICE = "laon-associations"
VISITS = f"/api/v1/halls/{HALL}/visits"


class Desk:
    """The reception desk of Laon, signed in."""

    def __init__(self, site: ApiSite) -> None:
        self.site = site
        self.browser, self.headers = site.writer("reception")

    def find(self, **known: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = accepted(self.browser.get(VISITS, query_string=known))["visits"]
        return found

    def numbers(self, **known: str) -> list[str]:
        return [visit["number"] for visit in self.find(**known)]

    def post(self, path: str, body: Any = None) -> Any:
        return self.browser.post(f"/api/v1{path}", json=body or {}, headers=self.headers)

    def verb(self, leg: str, verb: str, body: Any = None) -> Any:
        return self.post(f"/legs/{leg}/{verb}", body)


@pytest.fixture
def desk(api: ApiSite) -> Desk:
    return Desk(api)


def test_a_number_is_found_as_people_say_it(desk: Desk):
    first, second = desk.site.ticket(), desk.site.ticket()
    for said in (second["number"], second["number"].lower(), "2", " a 2 ", "A002"):
        assert desk.numbers(number=said) == [second["number"]]
    found = desk.find(number=second["number"])[0]
    assert (found["state"], found["ahead"], found["language"], found["print"]) == ("waiting", 1, "fr", None)
    assert (found["visit"], found["service"]) == (second["visit"], SERVICE)
    assert desk.numbers(number="A777") == []
    assert first["number"] not in desk.numbers(number="2")


def test_needs_are_noted_with_the_ticket_found_and_corrected(desk: Desk):
    wanted = {"service": SERVICE, "press_id": "press-of-needs", "language": "fr", "needs": ["slow"]}
    ticket = accepted(desk.post(f"/halls/{HALL}/tickets", wanted), 201)
    assert desk.find(number=ticket["number"])[0]["needs"] == ["slow"]
    for needs in (["step_free", "deaf"], []):
        assert accepted(desk.post(f"/tickets/{ticket['visit']}/needs", {"needs": needs}))["needs"] == needs
        assert desk.find(number=ticket["number"])[0]["needs"] == needs


def test_a_text_that_is_no_number_and_an_empty_search_are_refused(desk: Desk):
    refused(desk.browser.get(VISITS, query_string={"number": "Dupont"}), 400, "unknown_number")
    refused(desk.browser.get(VISITS), 400, "bad_request")
    refused(desk.browser.get(VISITS, query_string={"at": "25:00"}), 400, "bad_request")


def test_a_lost_ticket_is_found_by_service_hour_or_language(desk: Desk):
    at_ten = desk.site.ticket()["number"]  # 10:00 in Laon
    desk.site.hands.now += timedelta(minutes=16)
    spanish = accepted(
        desk.site.post(
            f"/halls/{HALL}/tickets", {"service": SERVICE, "press_id": "press-lost", "language": "es"}
        ),
        201,
    )["number"]
    assert desk.numbers(at="10:00") == [at_ten]
    assert desk.numbers(at="10:15") == [spanish, at_ten]
    assert desk.numbers(at="10:31", service=SERVICE) == [spanish]
    assert desk.numbers(language="es") == [spanish]
    assert desk.numbers(service=OTHER_SERVICE) == []
    desk.site.hands.now += timedelta(days=1)
    assert Desk(desk.site).numbers(number=at_ten) == []


@pytest.mark.both_databases
def test_before_the_call_the_desk_sees_the_card_and_changes_the_service(desk: Desk):
    desk.site.ticket()
    desk.site.ticket()
    leg = desk.find(number="2")[0]["leg"]
    seen = accepted(desk.verb(leg, "confirm-priority"))
    assert (seen["priority"], seen["class"], desk.find(number="2")[0]["ahead"]) == (
        "confirmed",
        "priority",
        0,
    )
    refused(desk.verb(leg, "confirm-priority"), 409, "no_priority")
    missing = accepted(desk.verb(leg, "deny-priority"))
    assert (missing["priority"], missing["class"]) == ("not_confirmed", "walk_in")
    assert desk.find(number="2")[0]["ahead"] == 1
    accepted(desk.verb(leg, "transfer", {"service": OTHER_SERVICE}))
    after = desk.find(number="2")[0]
    assert (after["service"], after["state"]) == (OTHER_SERVICE, "waiting")
    assert desk.numbers(service=SERVICE) == ["A002", "A001"]
    with snapshot(desk.site.database) as rows:
        assert differences(rows, desk.site.database.hall_id(HALL)) == []


def test_once_called_the_visit_is_the_agent_s(desk: Desk):
    desk.site.ticket()
    desk.site.open()
    leg = accepted(desk.site.next())["leg"]
    for verb, body in (
        ("confirm-priority", None),
        ("deny-priority", None),
        ("transfer", {"service": OTHER_SERVICE}),
    ):
        refused(desk.verb(leg, verb, body), 409, "wrong_state")
    for verb in ("start", "finish", "recall", "no-show"):
        refused(desk.verb(leg, verb), 403, "forbidden")
    found = desk.find(number="1")[0]
    assert (found["state"], found["counter"], found["ahead"]) == ("called", "laon-g1", None)


def test_a_ticket_printed_again_is_found_with_its_paper(desk: Desk):
    visit = desk.site.ticket()["visit"]
    accepted(desk.post(f"/tickets/{visit}/reprint"), 202)
    assert desk.find(number="1")[0]["print"]["state"] == "queued"


def test_a_ticket_too_many_is_voided_before_the_call_and_not_after(desk: Desk):
    desk.site.ticket(), desk.site.ticket()
    leg = desk.find(number="1")[0]["leg"]
    assert accepted(desk.verb(leg, "cancel", {"reason": "double_press"}))["end_reason"] == "cancelled"
    desk.site.open()
    called = accepted(desk.site.next())
    assert called["number"] == "A002"
    refused(desk.verb(called["leg"], "cancel", {"reason": "double_press"}), 409, "wrong_state")


def test_the_history_of_a_visit_has_events_and_explanations_but_no_authors(desk: Desk):
    visit = desk.site.ticket()["visit"]
    desk.site.ticket()
    desk.site.open()
    called = accepted(desk.site.next())
    gesture = accepted(desk.site.get("/counters/laon-g1"))["last_gesture"]["fact"]
    accepted(desk.site.post("/counters/laon-g1/undo", {"fact": gesture}))
    again = accepted(desk.site.next())
    accepted(desk.site.verb(again["leg"], "finish"))
    told = accepted(desk.browser.get(f"/api/v1/tickets/{visit}/history"))
    assert told["number"] == called["number"]
    assert [(each["fact"], each["is_undone"]) for each in told["facts"]] == [
        ("TicketIssued", False),
        ("LegCalled", True),
        ("GestureUndone", False),
        ("LegCalled", False),
        ("LegEnded", False),
    ]
    assert told["facts"][3]["why"] == again["why"]
    assert (told["facts"][3]["counter"], told["facts"][4]["reason"]) == ("laon-g1", "served")
    assert told["facts"][0]["service"] == SERVICE
    assert "author" not in str(told)
    guard, _ = desk.site.writer("security")
    refused(guard.get(f"/api/v1/tickets/{visit}/history"), 403, "forbidden")
    refused(desk.browser.get("/api/v1/tickets/nobody/history"), 404, "unknown_visit")


def test_a_greeting_counted_at_the_desk_is_taken_back_for_five_minutes(desk: Desk):
    path = f"/halls/{HALL}/greetings"
    greetings = [accepted(desk.post(path, {"service": SERVICE}), 201)["greeting"] for _ in range(2)]
    accepted(desk.post(f"{path}/{greetings[0]}/undo"))
    refused(desk.post(f"{path}/{greetings[0]}/undo"), 409, "wrong_state")
    refused(desk.post(f"{path}/nothing/undo"), 409, "wrong_state")
    held = {"X-Counter-Session": desk.site.open()}
    body = {"service": SERVICE, "counter": "laon-g1"}
    at_counter = accepted(desk.site.post(path, body, headers=held), 201)["greeting"]
    refused(desk.post(f"{path}/{at_counter}/undo"), 409, "wrong_state")
    desk.site.hands.now += timedelta(minutes=5, seconds=1)
    refused(desk.post(f"{path}/{greetings[1]}/undo"), 409, "too_late_to_undo")
    assert desk.site.count("greeting WHERE is_undone = :yes", yes=True) == 1
    with snapshot(desk.site.database) as rows:
        assert differences(rows, desk.site.database.hall_id(HALL)) == []
