"""What the reception desk asks: a visit found again, gestures before the call, exceptional reasons."""

import json
import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.author import Author
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences, rebuild
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.quality.indicators import read_days
from tests.harness.sql import execute, one_row
from tests.server.web.api_site import HALL, SERVICE, ApiSite, accepted, refused
from tests.server.web.tickets.test_api_tickets import not_issued

PERMITS, REASON = "laon-titres-depot", "expires-soon"
WHY = {"service": PERMITS, "reason": REASON}


def excused(api: ApiSite, press: str | None = None, **more: Any) -> Any:
    wanted = {
        "service": PERMITS,
        "press_id": press or str(uuid.uuid4()),
        "language": "fr",
        "exceptional_reason": REASON,
    }
    token = more.pop("token", api.kiosk)
    return api.post(f"/halls/{HALL}/tickets", wanted | more, token=token)


def fact_of(api: ApiSite, visit: str) -> dict[str, Any]:
    sql = "SELECT body FROM hall_fact WHERE visit = :visit AND kind = 'TicketIssued'"
    found: dict[str, Any] = json.loads(one_row(api.database, sql, visit=visit)["body"])
    return found


def figures(api: ApiSite) -> tuple[dict[str, float], dict[tuple[str, str], int]]:
    today = date(2026, 11, 24)
    answer = api.get(f"/indicators?hall={HALL}&from={today}&to={today + timedelta(days=1)}")
    (row,) = accepted(answer)["rows"]
    values = {figure["indicator"]: figure["value"] for figure in row["figures"]}
    by_reason = {
        (each["service"], each["reason"]): each["count"] for each in answer.get_json()["exceptional"]
    }
    return values, by_reason


def values_of(api: ApiSite) -> dict[str, float]:
    return figures(api)[0]


def counted(api: ApiSite) -> tuple[float, float, float]:
    values = values_of(api)
    return values["appointment_demand"], values["received_exceptionally"], values["unmet_demand"]


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


def test_an_exceptional_reason_gives_a_ticket_of_the_reception_and_the_fact_says_why(api: ApiSite):
    refused(api.press(PERMITS, token=api.kiosk), 409, "appointment_only")
    ticket = accepted(excused(api), 201)
    assert (ticket["service"], ticket["number"]) == (SERVICE, "A001")
    body = fact_of(api, ticket["visit"])
    assert (body["visit"]["wanted_service"], body["visit"]["exceptional_reason"]) == (PERMITS, REASON)
    assert body["leg"]["service"] == SERVICE
    assert api.ticket()["number"] == "A002"
    hall = api.database.hall_id(HALL)
    with api.database.store.write() as rows:
        assert differences(rows, hall) == []


def test_other_tickets_say_nothing_of_reasons(api: ApiSite):
    visit = fact_of(api, api.ticket()["visit"])["visit"]
    assert "exceptional_reason" not in visit
    assert "wanted_service" not in visit


def test_the_same_press_gives_the_same_ticket_once(api: ApiSite):
    press = str(uuid.uuid4())
    first = accepted(excused(api, press), 201)
    assert accepted(excused(api, press), 200) == first
    refused(excused(api, press, token=api.key), 409, "press_elsewhere")
    assert api.count("visit") == 1


@pytest.mark.parametrize(
    ("service", "reason"),
    [(PERMITS, "no-such-reason"), ("laon-naturalisation", REASON), (SERVICE, REASON)],
)
def test_a_reason_that_the_service_does_not_have_is_refused_and_counts_nothing(api: ApiSite, service, reason):
    refused(excused(api, service=service, exceptional_reason=reason), 409, "unknown_reason")
    assert api.count("visit") == 0
    assert api.count("not_issued") == 0


def test_an_appointment_needs_no_reason(api: ApiSite):
    refused(excused(api, appointment_code="ABC"), 400, "bad_request")


def test_demand_is_counted_at_the_press_on_the_service_and_only_there(api: ApiSite):
    for _ in range(3):
        refused(api.press(PERMITS), 409, "appointment_only")
    assert counted(api) == (3, 0, 3)
    accepted(excused(api), 201)
    accepted(excused(api, exceptional_reason="cannot-book"), 201)
    assert not_issued(api, "appointment_only") == 3
    assert counted(api) == (3, 2, 1)
    assert figures(api)[1] == {(PERMITS, REASON): 1, (PERMITS, "cannot-book"): 1}


def test_a_check_in_after_choosing_the_service_removes_the_demand(api: ApiSite):
    refused(api.press(PERMITS, token=api.kiosk), 409, "appointment_only")
    refused(api.press(PERMITS, token=api.kiosk), 409, "appointment_only")
    booked = {"service": PERMITS, "booked_at": "2026-11-24T10:30:00+01:00"}
    codes = [
        accepted(
            api.post(
                f"/halls/{HALL}/appointments", booked | {"external_id": name}, token=api.new_key("book")
            ),
            201,
        )["code"]
        for name in ("r-1", "r-2")
    ]
    arriving = {"code": codes[0], "press_id": "press-1-of-tests", "wanted_service": PERMITS}
    accepted(api.post("/appointments/check-in", arriving, token=api.kiosk), 201)
    assert counted(api) == (1, 0, 1)
    by_code = {"code": codes[1], "press_id": "press-2-of-tests"}
    accepted(api.post("/appointments/check-in", by_code, token=api.kiosk), 201)
    assert counted(api) == (1, 0, 1), "it says nothing of a service chosen before"
    assert values_of(api)["not_issued"] == 1
    hall = api.database.hall_id(HALL)
    with api.database.store.write() as rows:
        assert differences(rows, hall) == []


def test_a_reason_while_the_reception_is_closed_gives_nothing_and_counts_no_second_demand(api: ApiSite):
    api.hands.now = api.hands.now.replace(hour=21)
    refused(api.press(PERMITS), 409, "appointment_only")
    refused(excused(api), 409, "closed")
    assert api.count("visit") == 0
    assert api.count("not_issued") == 1
    assert counted(api) == (1, 0, 1)


@pytest.mark.both_databases
def test_figures_are_the_same_once_rows_are_rebuilt_from_facts(api: ApiSite):
    refused(api.press(PERMITS), 409, "appointment_only")
    refused(api.press(PERMITS), 409, "appointment_only")
    ticket = accepted(excused(api), 201)
    api.open()
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "transfer", {"service": "laon-associations"}))
    days = date(2026, 11, 24), date(2026, 11, 25)
    before = read_days(api.database, HALL, *days).days
    execute(api.database, "UPDATE visit SET wanted_service = NULL, exceptional_reason = NULL")
    assert read_days(api.database, HALL, *days).days != before
    assert rebuild(api.database, HALL) == [("visit", ticket["visit"])]
    assert read_days(api.database, HALL, *days).days == before


def test_a_ticket_cancelled_at_once_leaves_the_demand_unmet(api: ApiSite):
    refused(api.press(PERMITS), 409, "appointment_only")
    accepted(excused(api), 201)
    api.open()
    leg = accepted(api.next())["leg"]
    accepted(api.verb(leg, "cancel", {"reason": "double_press"}))
    assert counted(api) == (1, 0, 1)


def test_agents_and_the_desk_see_the_reason_of_waiting_called_and_transferred_visits(api: ApiSite):
    ticket = accepted(excused(api), 201)
    api.ticket()
    queue = accepted(api.get(f"/halls/{HALL}/queue"))
    waiting = {leg["number"]: leg["exceptional"] for each in queue["queues"] for leg in each["legs"]}
    assert waiting == {ticket["number"]: WHY, "A002": None}
    api.open()
    leg = accepted(api.next())["leg"]
    assert accepted(api.get("/counters/laon-g1"))["leg"]["exceptional"] == WHY
    assert accepted(api.get(f"/halls/{HALL}/queue"))["called"][0]["exceptional"] == WHY
    accepted(api.verb(leg, "transfer", {"service": "laon-associations"}))
    desk, path = api.person("reception"), f"/api/v1/halls/{HALL}/visits?number={ticket['number']}"
    found = accepted(desk.get(path))["visits"]
    assert [visit["exceptional"] for visit in found] == [WHY]


def test_the_menu_offers_the_reasons_while_the_reception_gives_tickets(api: ApiSite):
    def way() -> Any:
        menu = accepted(api.get(f"/halls/{HALL}/menu?lang=en", token=api.kiosk))
        services = [each for entry in menu["services"] for each in (entry, *entry["children"])]
        assert [s["id"] for s in services if s["exceptional"]] in ([PERMITS], [])
        return next(each for each in services if each["id"] == PERMITS)["exceptional"]

    offered = way()
    assert offered["received_by"]["id"] == SERVICE
    assert offered["received_by"]["state"] == "no_counter"
    assert offered["reasons"][0] == {"id": REASON, "name": "My permit expires in less than 15 days"}
    api.hands.now = api.hands.now.replace(hour=21)
    assert way() is None


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
def test_a_lost_ticket_is_found_by_the_counter_that_called_or_served_its_visitor(desk: Desk):
    site = desk.site
    of_elsewhere, of_here, waits = (site.ticket()["number"] for _ in range(3))
    for counter in ("laon-g1", "laon-g4"):
        site.open(counter)
        accepted(site.next(counter=counter))
    by_counter = {"counter": "laon-g4"}
    refused(desk.browser.get(VISITS, query_string=by_counter), 409, "few_agents")
    for counter, agent in (("laon-g2", "second"), ("laon-g3", "third")):
        open_counter(site.database, counter, Author(agent), SessionRequest())
    assert desk.numbers(**by_counter) == [of_here]
    assert desk.numbers(counter="laon-g1", service=SERVICE) == [of_elsewhere]
    assert desk.numbers(counter="laon-g1", service=OTHER_SERVICE) == []
    assert desk.numbers(service=SERVICE) == [waits, of_here, of_elsewhere]


@pytest.mark.both_databases
def test_what_is_found_comes_ten_a_page_those_who_wait_first_and_says_how_many(desk: Desk):
    numbers = [desk.site.ticket()["number"] for _ in range(12)]
    desk.site.open()
    accepted(desk.site.verb(accepted(desk.site.next())["leg"], "no-show"))
    accepted(desk.site.next())

    def page(**query: str) -> Any:
        answer = accepted(desk.browser.get(VISITS, query_string={"service": SERVICE} | query))
        return answer["count"], answer["pages"], [visit["number"] for visit in answer["visits"]]

    assert page() == (12, 2, numbers[:1:-1])
    assert page(page="2") == (12, 2, [numbers[1], numbers[0]])
    assert page(page="3") == (0, 0, [])
    refused(desk.browser.get(VISITS, query_string={"service": SERVICE, "page": "0"}), 400, "bad_request")


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


def test_the_desk_takes_its_last_gesture_back_for_five_minutes(desk: Desk):
    path = f"/halls/{HALL}/reception"

    def last_gesture() -> Any:
        return accepted(desk.browser.get(f"/api/v1{path}"))["last_gesture"]

    assert last_gesture() is None
    for _ in range(2):
        accepted(desk.post(f"/halls/{HALL}/greetings", {"service": SERVICE}), 201)
    last = last_gesture()
    assert (last["verb"], last["visit"]) == ("GreetingCounted", None)
    accepted(desk.post(f"{path}/undo", {"fact": last["fact"]}))
    refused(desk.post(f"{path}/undo", {"fact": last["fact"]}), 409, "stale")
    held = {"X-Counter-Session": desk.site.open()}
    body = {"service": SERVICE, "counter": "laon-g1"}
    accepted(desk.site.post(f"/halls/{HALL}/greetings", body, headers=held), 201)
    first = last_gesture()
    desk.site.hands.now += timedelta(minutes=5, seconds=1)
    refused(desk.post(f"{path}/undo", {"fact": first["fact"]}), 409, "too_late_to_undo")
    assert desk.site.count("greeting WHERE is_undone = :yes", yes=True) == 1
    with snapshot(desk.site.database) as rows:
        assert differences(rows, desk.site.database.hall_id(HALL)) == []
