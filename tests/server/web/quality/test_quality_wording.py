from datetime import date

import pytest

from server.domain.quality.indicators import Figure
from server.domain.quality.periods import parse_period
from server.web.pages.quality.wording import (
    day_text,
    figure_number,
    minutes,
    number,
    period_text,
)


@pytest.mark.parametrize(
    ("period", "language", "text"),
    [
        ("2026-11-24", "fr", "mardi 24 novembre 2026"),
        ("2026-11", "fr", "novembre 2026"),
        ("2026-Q4", "fr", "1er octobre – 31 décembre 2026"),
        ("2026-W53", "fr", "28 décembre 2026 – 3 janvier 2027"),
        ("2026-W48", "en", "23 November – 29 November 2026"),
        ("2026-Q4", "es", "1 de octubre – 31 de diciembre de 2026"),
        ("2026-11", "en", "November 2026"),
    ],
)
def test_a_period_is_written_in_words(period: str, language: str, text: str):
    assert period_text(parse_period(period), language) == text


def test_the_first_of_a_month_is_an_ordinal_in_french_only():
    assert day_text(date(2026, 11, 1), "fr") == "dimanche 1er novembre 2026"
    assert day_text(date(2026, 11, 21), "fr") == "samedi 21 novembre 2026"
    assert day_text(date(2026, 11, 1), "es") == "domingo, 1 de noviembre de 2026"


@pytest.mark.parametrize(("seconds", "shown"), [(0, 0), (29, 0), (30, 1), (89, 1), (90, 2), (89.99, 1)])
def test_minutes_are_rounded_halves_up(seconds: float, shown: int):
    assert minutes(seconds) == shown


def test_numbers_follow_the_language():
    assert number(1234.5, "en", decimals=1) == "1,234.5"
    assert number(1234.5, "fr", decimals=1).replace("\u202f", " ") == "1 234,5"


def test_a_figure_without_a_sample_has_no_number():
    assert figure_number(Figure("wait_median", None, n=0), "fr") is None
    assert figure_number(Figure("within_target", 66.6667, n=3, count=2), "fr") == "67"
