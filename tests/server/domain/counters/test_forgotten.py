"""When the console asks whether the agent is there, and until when a counter wraps up."""

from datetime import UTC, datetime, timedelta

from server.domain.hall.fold import ServiceEnded, presence_times, wrap_up_until
from server.domain.visits.verb_facts import Limits

NINE = datetime(2026, 11, 24, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_last_sign_of_any_place_counts():
    limits = Limits(forgotten_after_s=60, forgotten_answer_s=30)
    check = presence_times([NINE, NINE + 40 * SECOND, NINE + 10 * SECOND], limits)
    assert check.asks_at == NINE + 100 * SECOND
    assert check.gives_back_at == NINE + 130 * SECOND
    assert not check.is_over(NINE + 129 * SECOND)
    assert check.is_over(NINE + 130 * SECOND)
    assert check.is_over(NINE + 500 * SECOND)


def test_a_wrap_up_lasts_as_long_as_its_service_says_and_no_longer():
    ended = ServiceEnded("file", NINE)
    assert wrap_up_until(ended, {"file": 30}, NINE) == NINE + 30 * SECOND
    assert wrap_up_until(ended, {"file": 30}, NINE + 30 * SECOND) is None
    assert wrap_up_until(ended, {"file": 30}, NINE + 40 * SECOND) is None
    assert wrap_up_until(ended, {"other": 30}, NINE) is None
    assert wrap_up_until(None, {"file": 30}, NINE) is None
