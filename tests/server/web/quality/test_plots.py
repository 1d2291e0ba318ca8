import json

import pytest

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
