"""Ticket numbers and their series; files of appointments, one refusal a line."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

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
from server.domain.hours.calendars import Calendar, Span
from server.domain.refusals import Refusal
from server.domain.tickets import (
    HIGHEST_RANK,
    Quota,
    QuotaNow,
    Series,
    is_prefix_allowed,
    may_collide,
    next_rank,
    number_text,
    quota_now,
)


@pytest.mark.parametrize(("rank", "text"), [(1, "A001"), (42, "A042"), (999, "A999"), (1000, "A1000")])
def test_a_number_has_at_least_three_digits(rank, text):
    assert number_text("A", rank) == text


def test_a_series_starts_at_its_first_rank_and_goes_up_by_one():
    assert next_rank(None, Series("A", first=100)) == 100
    assert next_rank(100, Series("A", first=100)) == 101
    assert next_rank(None, Series("A")) == 1


def test_a_series_whose_range_moved_up_during_the_day_continues_at_its_first_rank():
    assert next_rank(42, Series("A", first=500)) == 500


def test_a_series_that_is_used_up_refuses():
    assert next_rank(2, Series("A", last=3)) == 3
    with pytest.raises(Refusal) as refused:
        next_rank(3, Series("A", last=3))
    assert refused.value.code == "numbers_exhausted"
    assert refused.value.details == {"prefix": "A", "last": 3}


def test_a_series_without_an_end_still_ends_before_numbers_outgrow_the_ticket():
    assert next_rank(99_998, Series("A")) == HIGHEST_RANK == 99_999
    with pytest.raises(Refusal):
        next_rank(HIGHEST_RANK, Series("A"))


@pytest.mark.parametrize("prefix", ["A", "C", "F", "H", "K", "L", "R", "T", "FR"])
def test_letters_clear_to_the_ear_are_allowed(prefix):
    assert is_prefix_allowed(prefix)


@pytest.mark.parametrize("prefix", ["", "I", "O", "Q", "S", "Z", "B", "a", "AB", "ACF", "É", "1"])
def test_other_prefixes_are_not(prefix):
    assert not is_prefix_allowed(prefix)


series = st.builds(
    lambda prefix, first, length: Series(prefix, first, None if length is None else first + length),
    st.sampled_from("AC"),
    st.integers(1, 30),
    st.none() | st.integers(0, 20),
)


@example(Series("A", 5, 9), Series("A", 1, 5))
@example(Series("A", 1, 5), Series("A", 5, 9))
@given(series, series)
def test_two_series_collide_when_some_number_is_in_both(one, other):
    def numbers(each: Series) -> set[str]:
        return {number_text(each.prefix, rank) for rank in range(each.first, min(each.highest, 60) + 1)}

    assert may_collide(one, other) == bool(numbers(one) & numbers(other))


@given(series)
def test_a_series_gives_each_of_its_numbers_once(one):
    given_ranks, last = [], None
    for _ in range(10):
        try:
            last = next_rank(last, one)
        except Refusal:
            break
        given_ranks.append(last)
    assert given_ranks == list(range(one.first, min(one.highest, one.first + 9) + 1))


DAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)  # local time is an hour ahead
SPLIT = (Span(time(9), time(12)), Span(time(13, 30), time(17)))


def calendar(*spans: Span) -> Calendar:
    return Calendar(time_zone="Europe/Paris", weekly=dict.fromkeys(range(7), spans))


def test_each_half_day_has_its_quota_and_a_ticket_before_opening_counts_for_the_coming_one():
    quota, week = Quota(40, 30), calendar(*SPLIT)
    morning, closed_at = QuotaNow(DAY, 40, None), NINE + timedelta(hours=3)
    afternoon = QuotaNow(DAY, 30, closed_at)
    at = {
        NINE - timedelta(hours=1): morning,
        NINE: morning,
        closed_at: afternoon,
        NINE + timedelta(hours=5): afternoon,
        NINE + timedelta(hours=8): None,
    }
    assert {instant: quota_now(quota, week, instant) for instant in at} == at


def test_a_service_without_a_quota_has_no_limit():
    assert quota_now(None, calendar(*SPLIT), NINE) is None
    assert quota_now(Quota(None, 3), calendar(*SPLIT), NINE) is None
    assert quota_now(Quota(0, None), calendar(*SPLIT), NINE) == QuotaNow(DAY, 0, None)
    assert quota_now(Quota(1, 1), calendar(), NINE) is None


@given(st.integers(0, 86_399))
def test_a_day_without_a_break_has_the_quota_of_its_opening(second: int):
    found = quota_now(Quota(7, 5), calendar(Span(time(8), time(18))), NINE + timedelta(seconds=second))
    assert found is None or found.most == 7


@given(st.integers(0, 23 * 60 + 58))
@example(11 * 60 + 59)
@example(12 * 60)
def test_a_half_day_that_opens_at_noon_or_later_is_an_afternoon(opens: int):
    begins = time(opens // 60, opens % 60)
    found = quota_now(Quota(7, 5), calendar(Span(begins, time(23, 59))), NINE - timedelta(hours=8))
    assert found is not None
    assert found.most == (7 if begins < time(12) else 5)


PARIS = "Europe/Paris"


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
