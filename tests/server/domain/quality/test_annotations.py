"""Annotations of days: their words, and the days that may have one."""

from datetime import date, timedelta

import pytest

from server.domain.quality.typed_figures import check_day, checked_words
from server.domain.refusals import Refusal

TODAY, DAY = date(2026, 11, 24), timedelta(days=1)


def test_words_are_on_one_line_without_controls():
    assert checked_words("  grève \n\t nationale ") == "grève nationale"


def test_sixty_characters_are_kept_and_one_more_or_none_is_refused():
    assert len(checked_words(f" {'m' * 60} ")) == 60
    assert checked_words("m") == "m"
    with pytest.raises(Refusal, match="annotation_too_long"):
        checked_words("m" * 61)
    with pytest.raises(Refusal, match="annotation_missing"):
        checked_words(" \n")


@pytest.mark.parametrize("day", [date(1990, 1, 1), TODAY - DAY, TODAY, TODAY + DAY, date(2027, 11, 25)])
def test_a_day_of_the_past_since_1990_or_at_most_a_year_ahead_may_be_annotated(day: date):
    check_day(day, TODAY)


@pytest.mark.parametrize("day", [date(1989, 12, 31), date(2027, 11, 26)])
def test_a_day_before_1990_or_farther_ahead_is_refused_with_the_latest_one(day: date):
    with pytest.raises(Refusal, match="bad_annotation_day") as refused:
        check_day(day, TODAY)
    assert refused.value.details == {"latest": "2027-11-25"}
