"""Appointments from iCalendar: zones, cancellations, services, one refusal an event, no name kept."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.appointments import CancelledLine, FileLine, ReadLine, RefusedLine
from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.transactions.database import Database
from server.usecases.appointments.arrivals import Claim, read_appointments
from server.usecases.appointments.imports import (
    MOST_CHARACTERS,
    Imported,
    import_appointments,
    read_calendar_file,
)
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from tests.harness.sql import all_rows
from tests.server.usecases.quality.figures_history import Hands, checked, database_with_hall

HALL, SERVICE = "laon", "laon-titres-depot"
DESK = Author("desk")
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)
PARIS_TEN = "DTSTART;TZID=Europe/Paris:20261124T100000"
TEN = datetime(2026, 11, 24, 9, tzinfo=UTC)
SUMMARY = f"SUMMARY:{SERVICE}"


@pytest.fixture(scope="module")
def hall(migrated_sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The configuration of a hall."""
    place = tmp_path_factory.mktemp("calendar") / "parvis.db"
    place.write_bytes(migrated_sqlite.read_bytes())
    database = database_with_hall(f"sqlite:///{place}", Hands(NINE), HALL)
    yield database.configuration(HALL)
    database.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = database_with_hall(database_url, Hands(NINE), HALL)
    with checked(database, HALL):
        yield database


def event(*lines: str, uid: str = "r1", kind: str = "VEVENT") -> str:
    named = (f"UID:{uid}",) if uid else ()
    return "\r\n".join((f"BEGIN:{kind}", *named, *lines, f"END:{kind}", ""))


def calendar(*events: str, head: str = "") -> str:
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//FR\r\n{head}{''.join(events)}END:VCALENDAR\r\n"
    )


def read(hall: Any, *events: str, head: str = "") -> list[ReadLine]:
    return read_calendar_file(calendar(*events, head=head), hall)


def outcomes(lines: list[ReadLine]) -> list[str]:
    return [line.code if isinstance(line, RefusedLine) else type(line).__name__ for line in lines]


@pytest.mark.parametrize(
    "start",
    [
        PARIS_TEN,
        "DTSTART:20261124T090000Z",
        "DTSTART:20261124T100000",
        "DTSTART;TZID=America/New_York:20261124T040000",
        "DTSTART;TZID=Romance Standard Time:20261124T100000",
        'DTSTART;TZID="/freeassociation.sourceforge.net/Europe/Paris":20261124T100000',
        "DTSTART;VALUE=DATE-TIME;TZID=Europe/\r\n Paris:20261124T100000",
    ],
)
def test_an_hour_in_any_zone_is_an_instant_and_without_one_in_the_sites(hall: Any, start: str):
    assert read(hall, event(start, SUMMARY)) == [FileLine(1, "r1", SERVICE, TEN)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("DTSTART;VALUE=DATE:20261124", "all_day_event"),
        ("DTSTART:20261399T100000", "malformed_hour"),
        ("DTSTART:20261124T100000\r\nDTSTART:20261124T110000", "malformed_hour"),
        ("DESCRIPTION:no hour", "malformed_hour"),
        ("DTSTART;TZID=Europe/Paris:20270328T023000", "malformed_hour"),
        ("DTSTART:20261025T023000", "malformed_hour"),
        ("DTSTART;TZID=Nowhere/Land:20261124T100000", "unknown_time_zone"),
        ("DTSTART;TZID=../../../etc/passwd:20261124T100000", "unknown_time_zone"),
        (f"{PARIS_TEN}\r\nRRULE:FREQ=DAILY", "recurring_event"),
        (f"{PARIS_TEN}\r\nRDATE:20261125T100000", "recurring_event"),
        (f"{PARIS_TEN}\r\nRECURRENCE-ID:20261124T100000", "recurring_event"),
        (f"{PARIS_TEN}\r\nthis is no line", "malformed_event"),
        (f"{PARIS_TEN}\r\nSTATUS:CONFIRMED\r\nSTATUS:CANCELLED", "malformed_event"),
    ],
)
def test_an_event_without_a_single_hour_is_refused_separately(hall: Any, line: str, code: str):
    lines = read(hall, event(line, SUMMARY, uid="bad"), event(PARIS_TEN, SUMMARY, uid="good"))
    assert lines == [RefusedLine(1, code, "bad"), FileLine(2, "good", SERVICE, TEN)]


def test_a_definition_of_a_zone_is_never_run(hall: Any):
    """A rule every second since 1970 would keep a server busy; only the names of zones count."""
    zone = "".join(
        f"BEGIN:{part}\r\nDTSTART:19700101T000000\r\nRRULE:FREQ=SECONDLY\r\nTZOFFSETFROM:+0100\r\n"
        f"TZOFFSETTO:+0200\r\nEND:{part}\r\n"
        for part in ("STANDARD", "DAYLIGHT")
    )
    before = time.process_time()
    for begin in ("BEGIN:VTIMEZONE", "begin:VTIME\r\n ZONE"):
        head = f"{begin}\r\nTZID:Mine\r\n{zone}END:VTIMEZONE\r\n"
        lines = read(hall, event("DTSTART;TZID=Mine:20261124T100000", SUMMARY), head=head)
        assert outcomes(lines) == ["unknown_time_zone"]
        rewritten = head.replace("TZID:Mine", "TZID:Europe/Paris")
        assert read(hall, event(PARIS_TEN, SUMMARY), head=rewritten) == [FileLine(1, "r1", SERVICE, TEN)]
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("lines", "service"),
    [
        (["CATEGORIES:Bleu,LAON-titres-depot"], SERVICE),
        (["CATEGORIES:Bleu", "CATEGORIES:titre de séjour : demande ou renouvellement"], SERVICE),
        (["CATEGORIES:Residence permit: application or renewal", "SUMMARY:Naturalisation"], SERVICE),
        (["SUMMARY:Naturalisation – Mme Dupont"], "laon-naturalisation"),
        (["SUMMARY:M. Martin (retrait d’un titre de séjour)", "CATEGORIES:urgent"], "laon-titres-retrait"),
        (["SUMMARY:Rendez-vous"], "unknown_service"),
        (["SUMMARY:Naturalisations"], "unknown_service"),
        ([], "unknown_service"),
        (["CATEGORIES:laon-titres-depot,laon-armes"], "ambiguous_service"),
        (["SUMMARY:Naturalisation ou Armes et activités réglementées"], "ambiguous_service"),
    ],
)
def test_the_service_is_a_category_or_named_in_the_summary(hall: Any, lines: list[str], service: str):
    (line,) = read(hall, event(PARIS_TEN, *lines))
    assert (line.code if isinstance(line, RefusedLine) else getattr(line, "service", "")) == service


def test_a_cancelled_event_needs_neither_hour_nor_service(hall: Any):
    assert read(hall, event("STATUS:cancelled")) == [CancelledLine(1, "r1")]
    assert read(hall, event(PARIS_TEN, SUMMARY), head="METHOD:CANCEL\r\n") == [CancelledLine(1, "r1")]
    assert outcomes(read(hall, event(PARIS_TEN, SUMMARY, "STATUS:TENTATIVE"))) == ["FileLine"]


def test_a_uid_names_the_appointment_and_one_that_cannot_is_made_short(hall: Any):
    long = "040000008200E00074C5B7101A82E008" * 4
    events = [
        event(PARIS_TEN, SUMMARY, uid=uid)
        for uid in ("a1@agenda.example", long, "é ü", "", "a1@agenda.example")
    ]
    lines = read(hall, *events)
    assert outcomes(lines) == ["FileLine"] * 3 + ["malformed_event", "duplicate_external_id"]
    names = [line.external_id for line in lines]
    assert names[0] == "a1@agenda.example"
    assert all(name.startswith("uid-") and len(name) == 44 for name in names[1:3])
    assert [line.external_id for line in read(hall, *events)] == names


def test_other_components_are_reported_and_an_alarm_is_part_of_its_event(hall: Any):
    alarm = event("TRIGGER:-PT15M", uid="", kind="VALARM").removesuffix("\r\n")
    lines = read(hall, event(uid="t1", kind="VTODO"), event(PARIS_TEN, SUMMARY, alarm))
    assert outcomes(lines) == ["not_an_event", "FileLine"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "external_id,service,booked_at",
        event(PARIS_TEN),
        calendar(event(PARIS_TEN)).removesuffix("END:VCALENDAR\r\n"),
        calendar(event(PARIS_TEN, event(uid="inside").removesuffix("\r\n"))),
        calendar(event(PARIS_TEN)) + "BEGIN:VCALENDAR\r\n" + event(PARIS_TEN, uid="lost"),
        "END:VCALENDAR",
        "BEGIN:VCALENDAR\r\n" * 2000,
    ],
)
def test_an_incomplete_calendar_is_refused_whole(hall: Any, text: str):
    with pytest.raises(Refusal, match="malformed_calendar"):
        read_calendar_file(text, hall)


def test_too_large_a_file_is_refused_before_it_is_read(hall: Any):
    for text in ("x" * (MOST_CHARACTERS + 1), calendar(event(uid="") * 5_001)):
        with pytest.raises(Refusal, match="too_large"):
            read_calendar_file(text, hall)


# --- as an import ----------------------------------------------------------------------------------


def take(database: Database, text: str, **more: Any) -> Imported:
    return import_appointments(database, HALL, DESK, text, form="ics", **more)


def test_a_calendar_books_moves_cancels_and_read_twice_changes_nothing(database: Database):
    one, two = event(PARIS_TEN, SUMMARY, uid="a1@x"), event("DTSTART:20261124T101500Z", SUMMARY, uid="a2@x")
    past = event("DTSTART:20261123T101500Z", SUMMARY, uid="a3@x")
    walk_in = event(PARIS_TEN, "SUMMARY:laon-accueil", uid="a4@x")
    text = calendar(
        one, two, past, walk_in, event("RRULE:FREQ=DAILY", uid="a5@x"), event("STATUS:CANCELLED", uid="a6@x")
    )
    tried = take(database, text, is_dry_run=True)
    assert read_appointments(database, HALL)["appointments"] == []
    done = take(database, text)
    assert {**tried, "is_dry_run": False} == done
    assert (done["booked"], done["unchanged"]) == (2, 1)
    assert [(no["line"], no["external_id"], no["code"]) for no in done["refused"]] == [
        (3, "a3@x", "booked_in_past"),
        (4, "a4@x", "service_without_appointments"),
        (5, "a5@x", "recurring_event"),
    ]
    again = take(database, text)
    assert (again["booked"], again["unchanged"]) == (0, 3)
    moved = one.replace("T100000", "T110000")
    after = take(database, calendar(moved, two.replace("END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT")))
    assert (after["moved"], after["cancelled"], after["refused"]) == (1, 1, [])
    listed = read_appointments(database, HALL)["appointments"]
    assert {row["booked_at"][11:16]: row["state"] for row in listed} == {
        "10:00": "booked",
        "10:15": "cancelled",
    }


def test_an_imported_appointment_checks_in_by_service_and_hour(database: Database):
    take(database, calendar(event(PARIS_TEN, SUMMARY)))
    claim = Claim(service=SERVICE, booked_at=TEN)
    kiosk = Author("kiosk", device="kiosk")
    request = TicketRequest("", "press-of-a-calendar", claim=claim)
    assert issue_ticket(database, HALL, kiosk, request)["appointment"]["arrival"] == "early"


def test_no_text_of_an_event_is_kept_anywhere(database: Database):
    secret = "Marguerite"
    take(
        database,
        calendar(
            event(
                PARIS_TEN,
                f"SUMMARY:Naturalisation {secret}",
                f"DESCRIPTION:{secret}",
                f"ATTENDEE;CN={secret}:mailto:{secret}@example.org",
                f"LOCATION:{secret}",
            ),
            event(PARIS_TEN, f"SUMMARY:{secret}", uid="r2"),
        ),
    )
    for table in ("hall_fact", "appointment", "appointment_access", "erasable", "idempotency"):
        assert secret not in str(all_rows(database, f"SELECT * FROM {table}")), table
