"""What counters, queues and the clock show, as signs for alarms (docs/rules/alarms.md)."""

from datetime import UTC, datetime, time, timedelta

import pytest

from server.domain.alarms.alarms import AlarmRules, Observed, Sign
from server.domain.alarms.signs import CounterObservation, awaited_sign, clock_sign, counter_sign, queue_sign
from server.domain.hours.calendars import Calendar, Span

RULES = AlarmRules(counter_after_s=900)
HOURS = Calendar("UTC", {1: (Span(time(9), time(12)), Span(time(14), time(17)))})  # a Tuesday
CLOSED = datetime(2026, 11, 24, 17, tzinfo=UTC)
LATE = CLOSED + timedelta(minutes=15)
SECOND = timedelta(seconds=1)
TWO_S = timedelta(seconds=2)
OPEN = CounterObservation(is_open=True)


@pytest.mark.parametrize(
    ("counter", "now", "sign"),
    [
        (OPEN, LATE, Sign.FAULTY),
        (OPEN, LATE + 60 * SECOND, Sign.FAULTY),
        (OPEN, LATE - SECOND, Sign.WELL),
        (OPEN, CLOSED - timedelta(hours=4), Sign.WELL),  # at noon the day is not over
        (OPEN, LATE + timedelta(days=1), Sign.WELL),  # nothing opened on that day
        (CounterObservation(), LATE, Sign.WELL),
        (CounterObservation(is_open=True, is_serving=True), LATE, Sign.WELL),
        (CounterObservation(is_forgotten=True), CLOSED, Sign.FAULTY),
    ],
)
def test_a_counter_is_forgotten_or_open_long_after_the_last_closing(counter, now, sign):
    assert counter_sign(counter, HOURS, RULES, now).sign is sign


@pytest.mark.parametrize(
    ("ahead_s", "expected"),
    [
        *((3, Observed(Sign.FAULTY, {"behind_s": 3})), (2, Observed(Sign.WELL)), (-60, Observed(Sign.WELL))),
        (None, Observed(Sign.WELL)),
    ],
)
def test_a_clock_is_suspect_more_than_two_seconds_before_the_last_fact(ahead_s, expected):
    last = None if ahead_s is None else CLOSED + ahead_s * SECOND
    assert clock_sign(CLOSED, last, TWO_S) == expected


def test_a_visitor_sent_to_a_closed_counter_makes_it_awaited():
    assert awaited_sign(2, is_open=False) == Observed(Sign.FAULTY, {"count": 2})
    assert awaited_sign(2, is_open=True) == awaited_sign(0, is_open=False) == Observed(Sign.WELL)


@pytest.mark.parametrize(("waiting", "sign"), [(24, Sign.WELL), (25, Sign.UNSURE), (29, Sign.UNSURE)])
def test_a_queue_is_calm_at_four_fifths_of_its_threshold(waiting, sign):
    assert queue_sign(waiting, 30).sign is sign
    assert queue_sign(30, 30) == Observed(Sign.FAULTY, {"count": 30})
