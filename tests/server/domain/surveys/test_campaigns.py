"""When a survey is behind, how many answers it wants, and where a form elsewhere may be."""

from datetime import date

import pytest

from server.domain.refusals import Refusal
from server.domain.surveys.campaigns import (
    answers_wanted,
    are_together,
    is_behind,
    outside_form,
    texts_kept_until,
    week_of,
)

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 29)


@pytest.mark.parametrize(
    ("visits", "wanted"), [(1600, 160), (500, 50), (250, 25), (200, 20), (11, 2), (0, 0)]
)
def test_the_target_is_a_tenth_of_a_mean_month(visits: int, wanted: int):
    assert answers_wanted(visits) == wanted


@pytest.mark.parametrize(
    ("today", "answers", "behind"),
    [
        (date(2026, 3, 16), 0, False),
        (date(2026, 3, 17), 79, True),
        (date(2026, 3, 17), 80, False),
        (date(2026, 3, 29), 79, True),
    ],
)
def test_past_half_its_time_with_less_than_half_its_answers_a_survey_is_behind(
    today: date, answers: int, behind: bool
):
    assert is_behind(FIRST, LAST, today, answers=answers, target=160) is behind


def test_a_survey_without_a_target_is_never_behind():
    assert not is_behind(FIRST, LAST, LAST, answers=0, target=0)


@pytest.mark.parametrize(
    "address",
    [
        "http://forms.example.org/a",
        "https://other.example.org/a",
        "https://forms.example.org.evil.example/a",
        "https://forms.example.org:8443/a",
        "https://a@forms.example.org/a",
        "https://[broken",
        "javascript:alert(1)",
        "https://forms.example.org/" + "a" * 300,
    ],
)
def test_a_form_elsewhere_is_https_on_an_allowed_host(address: str):
    with pytest.raises(Refusal, match="outside_form_address"):
        outside_form(address, {"forms.example.org"})


def test_an_allowed_form_keeps_its_address_and_none_is_no_form():
    assert outside_form(" https://forms.example.org/a?b=1 ", {"forms.example.org"}).endswith("/a?b=1")
    assert outside_form("  ", ()) == ""


def test_days_meet_where_the_last_of_one_is_the_first_of_the_other():
    assert are_together((FIRST, LAST), (LAST, date(2026, 4, 2)))
    assert not are_together((FIRST, LAST), (date(2026, 3, 30), date(2026, 4, 2)))


def test_a_week_is_that_of_iso_and_texts_are_kept_ninety_days():
    assert week_of(date(2027, 1, 1)) == "2026-W53"
    assert texts_kept_until(LAST) == date(2026, 6, 27)
