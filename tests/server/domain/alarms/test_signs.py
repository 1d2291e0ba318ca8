"""What counters, queues and the clock show, as signs for alarms (docs/rules/alarms.md)."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, time, timedelta

import pytest

from server.domain.alarms.alarms import AlarmRules, Observed, Sign
from server.domain.alarms.signs import (
    CounterObservation,
    awaited_sign,
    clock_sign,
    counter_sign,
    next_try,
    queue_sign,
    secret_of,
    signed_headers,
)
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


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_delivery_is_signed_as_standard_webhooks_say():
    secret = secret_of(b"0" * 32)
    assert secret == "whsec_" + base64.b64encode(b"0" * 32).decode()
    headers = signed_headers(secret, "d-1", NOON, b"{}")
    sent = str(int(NOON.timestamp()))
    mac = hmac.new(b"0" * 32, f"d-1.{sent}.{{}}".encode(), hashlib.sha256).digest()
    assert headers == {
        "webhook-id": "d-1",
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


@pytest.mark.parametrize(
    ("tries", "after_s"), [(1, 10), (2, 30), (3, 120), (4, 600), (5, 1800), (6, 3600), (7, 3600), (30, 3600)]
)
def test_a_delivery_that_failed_is_tried_again_ever_later(tries, after_s):
    assert next_try(NOON, tries, NOON) == NOON + timedelta(seconds=after_s)


def test_a_delivery_is_given_up_after_a_day():
    last = NOON + timedelta(hours=23)
    assert next_try(NOON, 9, last) == NOON + timedelta(hours=24)
    assert next_try(NOON, 9, last + timedelta(seconds=1)) is None
