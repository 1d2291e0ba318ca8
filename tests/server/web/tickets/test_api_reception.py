"""A visitor without an appointment is received for an exceptional reason: one ticket, one demand, a reason in
codes.
"""

import json
import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from server.store.journal.rebuild import differences, rebuild
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
