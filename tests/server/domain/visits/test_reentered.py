"""Hours of a call read on paper: a minute out of order is moved, more is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.facts import Fact, FactKind
from server.domain.refusals import Refusal
from server.domain.visits.reentered import PaperTimes, is_reentered, reentered

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
ISSUED, SINCE, CALLED, STARTED, NOW = (
    datetime(2026, 11, 24, 9, minute, tzinfo=UTC) for minute in (0, 10, 20, 25, 50)
)


def checked(since: datetime = SINCE, **times: Any) -> PaperTimes:
    return PaperTimes(**{"called_at": CALLED} | times).checked(issued_at=ISSUED, since=since, now=NOW)


@pytest.mark.parametrize(
    ("times", "moved_to", "beyond", "code"),
    [
        ({"called_at": NOW + MINUTE}, NOW, SECOND, "call_in_future"),
        ({"started_at": NOW + MINUTE}, NOW, SECOND, "call_in_future"),
        ({"ended_at": NOW + MINUTE}, NOW, SECOND, "call_in_future"),
        ({"since": ISSUED, "called_at": ISSUED - MINUTE}, ISSUED, -SECOND, "call_before_issue"),
        ({"called_at": SINCE - MINUTE}, SINCE, -SECOND, "call_overlaps"),
        ({"started_at": CALLED - MINUTE}, CALLED, -SECOND, "call_times"),
        ({"ended_at": CALLED - MINUTE}, CALLED, -SECOND, "call_times"),
        ({"started_at": STARTED, "ended_at": STARTED - MINUTE}, STARTED, -SECOND, "call_times"),
    ],
)
def test_an_hour_a_minute_out_of_order_is_moved_and_a_second_more_is_refused(times, moved_to, beyond, code):
    name = list(times)[-1]
    assert getattr(checked(**times), name) == moved_to
    with pytest.raises(Refusal) as refused:
        checked(**times | {name: times[name] + beyond})
    assert refused.value.code == code


@given(st.lists(st.integers(0, int((NOW - SINCE).total_seconds())), min_size=3, max_size=3).map(sorted))
def test_hours_in_order_stay_as_they_were_read(seconds):
    called_at, started_at, ended_at = (SINCE + each * SECOND for each in seconds)
    times = {"called_at": called_at, "started_at": started_at, "ended_at": ended_at, "end": "served"}
    assert checked(**times) == PaperTimes(**times)
    assert checked(**times | {"started_at": None}).started_at is None


def test_a_fact_says_that_it_was_entered_afterwards():
    fact = Fact(FactKind.LEG_CALLED, {"leg": "leg-1"})
    assert not is_reentered(fact.body)
    assert is_reentered(reentered(fact).body)
    assert {**reentered(fact).body, "reentered": None} == {"leg": "leg-1", "reentered": None}
