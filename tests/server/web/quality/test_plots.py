import json
from datetime import date

import pytest

from server.domain.quality.indicators import Figure
from server.domain.quality.periods import parse_period
from server.web.pages.quality.draw import Drawings
from server.web.pages.quality.specs import (
    Bar,
    WaitBar,
    WaitWords,
    arrivals_plot,
    named_bars_plot,
    waits_plot,
    whole_ticks,
)
from server.web.pages.quality.wording import (
    day_text,
    figure_number,
    minutes,
    number,
    period_text,
)

WORDS = WaitWords("médiane", "9 sur 10", "minutes", "objectif 15 min")


HOURS = arrivals_plot([Bar("9 h", 4.2, "4,2"), Bar("10 h", 2, "2,0")], unit="visites")


OUTCOMES = named_bars_plot(
    [Bar("Expediente recibido", 12, "12"), Bar("Pièce manquante", 0, "0")], unit="étapes"
)


WAITS = waits_plot([WaitBar("9 h", 4, 12), WaitBar("10 h", None, None)], words=WORDS, target_min=15)


MARKUP = arrivals_plot([Bar("<b>9</b>", 1, "<script>")], unit="&")


UNKNOWN = waits_plot([WaitBar("9 h", None, None)], words=WORDS)


@pytest.fixture(scope="module")
def drawings() -> Drawings:
    """With all of these, drawn by one renderer."""
    found = Drawings()
    found.svgs([HOURS, OUTCOMES, WAITS, MARKUP, UNKNOWN])
    return found


def test_bars_carry_their_values_and_names(drawings: Drawings):
    (svg,) = drawings.svgs([HOURS])
    assert svg is not None
    assert all(f">{text}<" in svg for text in ("9 h", "10 h", "4,2", "2,0", "visites"))


def test_lying_bars_carry_their_whole_names_and_values(drawings: Drawings):
    (svg,) = drawings.svgs([OUTCOMES])
    assert svg is not None
    assert all(f">{text}<" in svg for text in ("Expediente recibido", "Pièce manquante", "12", "étapes"))


def test_the_plot_names_median_percentile_and_target_at_their_marks(drawings: Drawings):
    (svg,) = drawings.svgs([WAITS])
    assert svg is not None
    assert all(f">{name}<" in svg for name in ("médiane", "9 sur 10", "objectif 15 min"))
    assert "legend" not in svg


def test_a_drawing_has_nothing_a_strict_policy_forbids(drawings: Drawings):
    (svg,) = drawings.svgs([WAITS])
    assert svg is not None
    assert not any(forbidden in svg for forbidden in ("style=", "<style", "<script", "href="))


def test_words_from_a_catalogue_cannot_become_markup(drawings: Drawings):
    (svg,) = drawings.svgs([MARKUP])
    assert svg is not None
    assert "<script>" not in svg
    assert "<b>" not in svg


def test_all_waits_unknown_draws_an_empty_plot(drawings: Drawings):
    (svg,) = drawings.svgs([UNKNOWN])
    assert svg is not None


def test_a_drawing_is_kept_by_its_specification(drawings: Drawings):
    (first,) = drawings.svgs([HOURS])
    (again,) = drawings.svgs([json.loads(json.dumps(HOURS))])
    assert first is again


def test_a_plot_that_cannot_be_drawn_is_none_and_does_not_raise():
    assert Drawings().svgs([{"mark": "nonsense", "encoding": 3}]) == [None]


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (0, [0, 1]),
        (0.4, [0, 1]),
        (4.2, [0, 1, 2, 3, 4, 5]),
        (16.8, [0, 5, 10, 15, 20]),
        (141, [0, 50, 100, 150]),
    ],
)
def test_axes_have_few_whole_ticks_up_to_the_highest_value(top: float, ticks: list[int]):
    assert whole_ticks(top) == ticks


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
