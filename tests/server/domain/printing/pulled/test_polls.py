"""How often printers ask, what is learnt from it, and when they count as away."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.printing.handovers import (
    NOTED_EVERY,
    age_limit,
    interval_after,
    is_interval_doubtful,
    is_silent,
    is_to_be_noted,
    is_too_slow,
    offline_after,
    paper_within_s,
    state_at_poll,
)

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_printer_is_away_after_two_intervals_and_five_seconds():
    assert offline_after(5) == seconds(15)
    assert offline_after(120) == seconds(245)


@pytest.mark.parametrize(("interval_s", "limit_s"), [(None, 60), (1, 60), (5, 60), (30, 65), (120, 245)])
def test_the_age_limit_follows_the_interval(interval_s: int | None, limit_s: int):
    assert age_limit(interval_s) == seconds(limit_s)


def test_an_interval_of_two_minutes_is_too_long_for_a_kiosk():
    assert [each for each in (None, 1, 5, 10, 15, 120) if is_too_slow(each)] == [15, 120]


@pytest.mark.parametrize(
    ("interval_s", "jobs_before", "within_s"),
    [(None, 0, None), (5, 3, None), (15, 0, 20), (60, 1, 125), (120, 0, 125), (120, 5, 245)],
)
def test_the_time_of_a_paper_is_told_of_a_printer_that_asks_seldom(
    interval_s: int | None, jobs_before: int, within_s: int | None
):
    assert paper_within_s(interval_s, jobs_before) == within_s, "no longer than the job is kept"


def test_polls_of_every_second_are_kept_every_five():
    assert is_to_be_noted(None, NOW)
    assert not is_to_be_noted(NOW - seconds(4), NOW)
    assert is_to_be_noted(NOW - NOTED_EVERY, NOW)
    assert is_to_be_noted(NOW + seconds(4), NOW), "the clock was set back"


def test_silence_allows_for_polls_that_are_not_kept():
    assert not is_silent(NOW, 5, NOW + seconds(20))
    assert is_silent(NOW, 5, NOW + seconds(21))
    assert is_silent(NOW, None, NOW + seconds(11))


def test_what_the_printer_says_is_its_interval():
    assert interval_after(5, 120, seconds(6)) == 120
    assert interval_after(None, 5, None) == 5


def test_without_a_word_the_gaps_teach_the_interval():
    assert interval_after(None, None, None) is None
    assert interval_after(None, None, seconds(5.2)) == 6
    assert interval_after(6, None, seconds(5)) == 6, "it agrees"
    assert interval_after(6, None, seconds(120)) == 120
    assert interval_after(120, None, seconds(5)) == 5
    assert interval_after(6, None, seconds(7200)) == 6, "it was away"
    assert interval_after(6, None, seconds(-3)) == 6


def test_the_printer_is_asked_when_its_interval_is_not_known_or_has_changed():
    assert is_interval_doubtful(None, seconds(5))
    assert is_interval_doubtful(5, None)
    assert not is_interval_doubtful(5, seconds(10))
    assert is_interval_doubtful(5, seconds(60))
    assert is_interval_doubtful(120, seconds(6))


def test_a_poll_that_says_no_state_leaves_the_one_that_was_said():
    assert state_at_poll("paper_out", "ready", seconds(0)) == "paper_out"
    assert state_at_poll(None, "near_end", seconds(3600)) == "near_end"
    assert state_at_poll(None, None, seconds(0)) == "ready"
    assert state_at_poll(None, "unreachable", seconds(1)) == "ready", "it asks"


def test_a_stop_is_believed_for_half_a_minute_without_another_word():
    assert state_at_poll(None, "paper_out", seconds(29)) == "paper_out"
    assert state_at_poll(None, "paper_out", seconds(30)) == "ready"
