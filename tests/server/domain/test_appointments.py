"""Files of appointments: columns by name, hours of the site, one refusal a line."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.domain.appointments import (
    Arrival,
    CancelledLine,
    FileLine,
    ReadLine,
    RefusedLine,
    appointment_checked_in,
    arrival_of,
    booked_on,
    code_key,
    hour_of,
    late_min,
    read_appointment_file,
)
from server.domain.refusals import Refusal

PARIS = "Europe/Paris"
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)


def read(text: str) -> list[ReadLine]:
    return list(read_appointment_file(text, PARIS))


def test_columns_are_found_by_their_names_in_any_order():
    usual = read("external_id,service,booked_at,code\nr1,titres,2026-11-24T09:00,ab-12\n")
    other = read("\ufeffCode;Booked_at;Service;External_id\nab-12;2026-11-24 09:00;titres;r1\n")
    assert usual == other == [FileLine(2, "r1", "titres", NINE, "ab-12")]


@pytest.mark.parametrize(
    "header",
    [
        "",
        "r1,titres,2026-11-24T09:00",
        "external_id,service,booked_at,name",
        "external_id,service,booked_at,service",
    ],
)
def test_a_file_without_its_header_is_refused_whole(header: str):
    with pytest.raises(Refusal, match="appointment_columns"):
        read(f"{header}\nr1,titres,2026-11-24T09:00,x\n")


def test_each_line_that_cannot_be_taken_says_why_and_leaves_the_others():
    lines = read(
        "external_id,service,booked_at,code,state\n"
        "r1,titres,2026-11-24T09:00,A1,\n"
        "r1,titres,2026-11-24T10:00,A2,\n"
        "r2,titres,2026-11-24T09:00Z,A3,\n"
        "titres,2026-11-24T09:00,r3,A4,\n"
        "r4,titres\n"
        "\n"
        "r 5,titres,2026-11-24T09:00,,\n"
        "r6,titres,2026-11-24T09:00,,lost\n"
        "r7,titres,2026-11-24T09:00+01:00,,cancelled\n"
    )
    results = [line.code if isinstance(line, RefusedLine) else line.external_id for line in lines]
    assert results == [
        *("r1", "duplicate_external_id", "other_time_zone", "malformed_hour"),
        *("malformed_line", "malformed_line", "malformed_line", "r7"),
    ]
    assert [line.line for line in lines] == [2, 3, 4, 5, 6, 8, 9, 10]
    assert lines[-1] == CancelledLine(10, "r7")


@pytest.mark.parametrize("text", ["2026-03-29T02:30", "2026-10-25T02:30", "24/11/2026 9h", ""])
def test_an_hour_that_is_skipped_doubled_or_unreadable_is_malformed(text: str):
    with pytest.raises(Refusal, match="malformed_hour"):
        hour_of(text, ZoneInfo(PARIS))


@pytest.mark.parametrize(
    ("minutes", "seconds", "expected"),
    [
        (-1, 0, Arrival.EARLY),
        (0, 59, Arrival.ON_TIME),
        (1, 0, Arrival.LATE),
        (15, 0, Arrival.LATE),
        (15, 1, Arrival.WALK_IN),
    ],
)
def test_an_arrival_is_early_on_time_late_or_a_walk_in(minutes: int, seconds: int, expected: Arrival):
    arrived_at = NINE.replace(minute=0) if minutes >= 0 else NINE.replace(hour=7, minute=59)
    arrived_at = arrived_at.replace(minute=max(minutes, 0) if minutes >= 0 else 59, second=seconds)
    assert arrival_of(NINE, arrived_at, late_grace_s=900) is expected


def test_a_code_is_the_same_however_it_is_typed():
    assert code_key(" ab-12 cd ") == code_key("AB12CD") == "AB12CD"


def test_a_file_has_5000_lines_at_most():
    header, line = "external_id,service,booked_at", ",,\n"
    assert read(f"{header}\n{line * 5_000}") == []
    with pytest.raises(Refusal, match="too_large"):
        read(f"{header}\n{line * 5_001}")


@pytest.mark.parametrize(
    ("late_s", "arrival", "minutes"),
    [
        *((-600, Arrival.EARLY, 0), (-1, Arrival.EARLY, 0), (0, Arrival.ON_TIME, 0)),
        *((59, Arrival.ON_TIME, 0), (60, Arrival.LATE, 1), (899, Arrival.LATE, 14)),
        *((900, Arrival.LATE, 15), (901, Arrival.WALK_IN, 15), (7_200, Arrival.WALK_IN, 120)),
    ],
)
def test_an_arrival_is_early_on_time_late_or_after_the_grace(late_s, arrival, minutes):
    arrived_at = NINE + timedelta(seconds=late_s)
    assert arrival_of(NINE, arrived_at, late_grace_s=900) == arrival
    assert late_min(NINE, arrived_at) == minutes


def test_a_day_is_that_of_the_site():
    late_evening = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert booked_on(late_evening, "Europe/Paris") == date(2026, 11, 24)
    assert booked_on(late_evening, "UTC") == date(2026, 11, 23)


def test_a_check_in_names_the_demand_that_it_answers_if_there_was_one():
    assert appointment_checked_in("r-1", "v-1", arrival=Arrival.LATE, demand="d-1").body["demand"] == "d-1"
    assert "demand" not in appointment_checked_in("r-1", "v-1", arrival=Arrival.LATE).body
