"""Appointments: booked, moved, cancelled, checked in; how those who came wait."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.operation.erase_expired import erase_past
from server.store.transactions.database import Database
from server.usecases.appointments.arrivals import Claim, read_appointments, read_convocations, undo_check_in
from server.usecases.appointments.booking import (
    AppointmentRequest,
    BookedAppointment,
    book_appointment,
    cancel_appointment,
    move_appointment,
)
from server.usecases.appointments.imports import import_appointments
from server.usecases.calling import AtCounter, call_next
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.tickets.issued_ticket import IssuedTicket
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from server.usecases.visits.gestures import undo
from tests.harness.sql import all_rows, one_row
from tests.server.usecases.at_counters import gesture_at
from tests.server.usecases.quality.figures_history import Hands, checked, database_with_hall

HALL, COUNTER, SERVICE = "laon", "laon-g2", "laon-titres-depot"
AGENT, DESK, KIOSK = Author("agent"), Author("desk"), Author("kiosk", device="kiosk")
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)


@pytest.fixture
def hands() -> Hands:
    return Hands(NINE)


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    database = database_with_hall(database_url, hands, HALL)
    with checked(database, HALL):
        yield database


def book(database: Database, at: datetime = TEN, **more: Any) -> BookedAppointment:
    request = AppointmentRequest(more.pop("service", SERVICE), at, **more)
    return book_appointment(database, HALL, DESK, request)


def check_in(database: Database, press: str | None = None, **claim: Any) -> IssuedTicket:
    request = TicketRequest("", press or new_id(), claim=Claim(**claim))
    return issue_ticket(database, HALL, KIOSK, request)


def walk_in(database: Database, service: str = "laon-accueil") -> str:
    return str(issue_ticket(database, HALL, KIOSK, TicketRequest(service, new_id()))["number"])


def refused(code: str) -> Any:
    return pytest.raises(Refusal, match=rf"^{code}")


def leg_of(database: Database, visit: str) -> Any:
    return one_row(database, "SELECT * FROM leg WHERE visit = :visit ORDER BY position DESC", visit=visit)


def test_the_same_external_id_is_the_same_appointment(database: Database):
    first = book(database, external_id="r1", code="ab-12")
    again = book(database, external_id="r1", code="AB12")
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert first["appointment"] == again["appointment"]
    with refused("appointment_exists"):
        book(database, TEN + timedelta(minutes=15), external_id="r1")
    assert len(read_appointments(database, HALL)["appointments"]) == 1


def test_two_people_cannot_have_one_code_on_one_day_but_on_two(database: Database):
    book(database, code="B7")
    with refused("appointment_code_taken"):
        book(database, TEN + timedelta(minutes=15), code="b-7")
    tomorrow = book(database, TEN + timedelta(days=1), code="B7")
    with refused("appointment_code_taken"):
        move_appointment(database, HALL, DESK, tomorrow["appointment"], booked_at=TEN)


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("unknown_service", {"service": "nowhere"}),
        ("service_without_appointments", {"service": "laon-accueil"}),
        ("booked_in_past", {"at": TEN - timedelta(days=1)}),
    ],
)
def test_an_impossible_booking_is_refused(database: Database, code: str, more: dict[str, Any]):
    with refused(code):
        book(database, **more)


def test_a_checked_in_visitor_waits_in_the_series_of_appointments_from_the_booked_hour(
    database: Database, hands: Hands
):
    made = book(database)
    hands.now = TEN - timedelta(minutes=20)
    ticket = check_in(database, code=(made["code"] or "").lower())
    leg = leg_of(database, ticket["visit"])
    service = database.configuration(HALL).services[SERVICE]
    assert service.appointment_series is not None
    assert ticket["number"].startswith(service.appointment_series.prefix)
    assert (leg["class"], leg["target_s"]) == ("appointment", service.target_appointment_s)
    assert leg["reference_at"] == leg["booked_at"] > leg["arrived_at"]
    assert ticket["appointment"] == {
        "booked_at": "2026-11-24T09:00:00.000000+00:00",
        "arrival": "early",
        "late_min": 0,
    }
    listed = read_appointments(database, HALL)
    assert listed["counts"] == {"booked": 1, "checked_in": 1, "cancelled": 0, "overdue": 0}
    assert listed["appointments"][0]["number"] == ticket["number"]
    assert "code" not in listed["appointments"][0]


def test_a_used_code_is_refused_and_the_same_press_gets_the_same_ticket(database: Database, hands: Hands):
    made = book(database)
    hands.now = TEN
    ticket = check_in(database, "press-one", code=made["code"])
    again = check_in(database, "press-one", code=made["code"])
    assert (again["visit"], again["number"]) == (ticket["visit"], ticket["number"])
    assert again["appointment"] == ticket["appointment"]
    with refused("appointment_used"):
        check_in(database, code=made["code"])
    with refused("appointment_used"):
        cancel_appointment(database, HALL, DESK, made["appointment"])
    with refused("appointment_used"):
        move_appointment(database, HALL, DESK, made["appointment"], booked_at=TEN + timedelta(hours=1))


@pytest.mark.both_databases
def test_two_kiosks_with_one_code_give_one_ticket(database: Database, hands: Hands):
    made = book(database)
    hands.now = TEN
    found: list[str] = []

    def press() -> None:
        try:
            found.append(check_in(database, code=made["code"])["number"])
        except Refusal as refusal:
            found.append(refusal.code)

    pressing = [threading.Thread(target=press) for _ in range(6)]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join()
    assert sorted(found)[1:] == ["appointment_used"] * 5


def test_convocations_are_checked_in_one_by_one_by_service_and_hour(database: Database, hands: Hands):
    book(database, is_convocation=True)
    book(database, is_convocation=True)
    book(database, code="WITHCODE")
    hands.now = TEN
    assert read_convocations(database, HALL)["services"] == [
        {"service": SERVICE, "hours": ["2026-11-24T09:00:00.000000+00:00"]}
    ]
    numbers = {check_in(database, service=SERVICE, booked_at=TEN)["number"] for _ in range(2)}
    assert len(numbers) == 2
    with refused("appointment_used"):
        check_in(database, service=SERVICE, booked_at=TEN)
    with refused("unknown_appointment"):
        check_in(database, service=SERVICE, booked_at=TEN + timedelta(minutes=5))
    assert read_convocations(database, HALL)["services"] == []


def test_too_early_is_for_the_reception_to_decide(database: Database, hands: Hands):
    made = book(database, TEN + timedelta(minutes=1))
    hands.now = NINE
    with refused("appointment_too_early") as found:
        check_in(database, code=made["code"])
    assert found.value.details["from_at"] == "2026-11-24T08:01:00.000000+00:00"
    assert check_in(database, code=made["code"], may_be_early=True)["appointment"]["arrival"] == "early"


def test_another_day_a_cancelled_one_and_an_unknown_code_each_say_so(database: Database, hands: Hands):
    hands.now = TEN
    tomorrow = book(database, TEN + timedelta(days=1))
    gone = book(database)
    cancel_appointment(database, HALL, DESK, gone["appointment"])
    assert cancel_appointment(database, HALL, DESK, gone["appointment"])["state"] == "cancelled"
    for code, claim in (
        ("appointment_other_day", tomorrow["code"]),
        ("appointment_cancelled", gone["code"]),
        ("unknown_appointment", "ZZZZ"),
    ):
        with refused(code):
            check_in(database, code=claim)
    with refused("appointment_other_service"):
        check_in(database, code=book(database, code="T1")["code"], service="laon-accueil")


def test_an_early_visitor_is_called_after_due_ones_rather_than_leave_a_counter_idle(
    database: Database, hands: Hands
):
    open_counter(database, COUNTER, AGENT, SessionRequest())
    made = book(database)
    hands.now = TEN - timedelta(minutes=30)
    early = check_in(database, code=made["code"])
    hands.now += timedelta(seconds=1)
    waiting = walk_in(database, "laon-titres-retrait")
    first = call_next(database, COUNTER, AGENT, AtCounter())
    assert first is not None
    assert first["number"] == waiting
    second = call_next(database, COUNTER, AGENT, AtCounter(current=first["leg"], current_end="served"))
    assert second is not None
    assert second["number"] == early["number"]


@pytest.mark.parametrize(("late", "expected"), [(15, "appointment"), (16, "walk_in")])
def test_a_late_visitor_keeps_the_class_within_the_grace(
    database: Database, hands: Hands, late: int, expected: str
):
    made = book(database)
    hands.now = TEN + timedelta(minutes=late)
    ticket = check_in(database, code=made["code"])
    leg = leg_of(database, ticket["visit"])
    assert (leg["class"], leg["reference_at"]) == (expected, leg["arrived_at"])
    assert ticket["appointment"]["late_min"] == late


@pytest.mark.both_databases
def test_a_mistaken_check_in_can_be_undone_until_the_call(database: Database, hands: Hands):
    open_counter(database, COUNTER, AGENT, SessionRequest())
    made = book(database, service=SERVICE)
    hands.now = TEN
    first = check_in(database, code=made["code"])
    undo_check_in(database, HALL, DESK, made["appointment"])
    assert leg_of(database, first["visit"])["end_reason"] == "cancelled"
    second = check_in(database, code=made["code"])
    assert second["number"] != first["number"]
    called = call_next(database, COUNTER, AGENT, AtCounter())
    assert called is not None
    assert called["number"] == second["number"]
    with refused("visit_moved_on"):
        undo_check_in(database, HALL, DESK, made["appointment"])
    # a gesture after a check-in is undone as any other
    fact = gesture_at(database, COUNTER)["fact"]
    undo(database, COUNTER, AGENT, fact)
    assert leg_of(database, second["visit"])["state"] == "waiting"


def test_a_file_books_moves_cancels_and_read_twice_changes_nothing(database: Database, hands: Hands):
    text = (
        "external_id;service;booked_at;code;state\n"
        f"r1;{SERVICE};2026-11-24T10:00;A1;\n"
        f"r2;{SERVICE};2026-11-24T10:15;;\n"
        f"r3;{SERVICE};2026-11-24T10:30;A1;\n"
        "r4;laon-accueil;2026-11-24T10:30;A4;\n"
        f"r5;{SERVICE};2026-11-23T10:30;A5;\n"
    )
    tried = import_appointments(database, HALL, DESK, text, is_dry_run=True)
    assert read_appointments(database, HALL)["appointments"] == []
    done = import_appointments(database, HALL, DESK, text)
    assert {**tried, "is_dry_run": False} == done
    assert (done["booked"], done["moved"], done["unchanged"]) == (2, 0, 0)
    assert [(no["line"], no["code"]) for no in done["refused"]] == [
        (4, "appointment_code_taken"),
        (5, "service_without_appointments"),
        (6, "booked_in_past"),
    ]
    again = import_appointments(database, HALL, DESK, text)
    assert (again["booked"], again["unchanged"]) == (0, 2)
    changed = text.replace("10:00;A1;", "11:00;A1;").replace("10:15;;", "10:15;;cancelled")
    after = import_appointments(database, HALL, DESK, changed)
    assert (after["moved"], after["cancelled"]) == (1, 1)
    listed = read_appointments(database, HALL)["appointments"]
    states = {row["booked_at"][11:16]: row["state"] for row in listed}
    assert states == {"09:15": "cancelled", "10:00": "booked"}


def test_codes_and_outside_ids_are_erased_after_the_day_and_the_row_stays(database: Database, hands: Hands):
    book(database, external_id="r1", code="A1")
    assert erase_past(database, TEN)["appointment_access"] == 0
    assert erase_past(database, TEN + timedelta(days=2))["appointment_access"] == 1
    bodies = " ".join(row["body"] for row in all_rows(database, "SELECT body FROM hall_fact"))
    assert "r1" not in bodies.split('"')
    assert "A1" not in bodies.split('"')
    assert len(read_appointments(database, HALL, TEN.date())["appointments"]) == 1
