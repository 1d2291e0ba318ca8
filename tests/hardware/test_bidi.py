"""The order of a line on paper when Arabic, numbers and Latin words meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.lettering import visual_runs


def runs_from_left(line: str, direction: str) -> list[str]:
    """The runs from left to right as they are shown, without spaces."""
    assert direction in ("ltr", "rtl")
    runs = visual_runs(line, "rtl" if direction == "rtl" else "ltr")
    return [run.text.strip() for run in runs if run.text.strip()]


@pytest.mark.parametrize(
    ("line", "direction", "expected"),
    [
        ("Titres de séjour", "ltr", ["Titres de séjour"]),
        ("أمامك 7 أشخاص", "rtl", ["أشخاص", "7", "أمامك"]),
        ("بين 25 و 45 دقيقة", "rtl", ["دقيقة", "45", "و", "25", "بين"]),
        ("رقم A042", "rtl", ["A042", "رقم"]),
        ("الساعة 10:42", "rtl", ["10:42", "الساعة"]),
        ("Service: سلام 7", "ltr", ["Service:", "7", "سلام"]),
        ("25 – 45", "ltr", ["25 – 45"]),
    ],
)
def test_runs_stand_in_the_order_the_eye_expects(line: str, direction: str, expected: list[str]):
    assert runs_from_left(line, direction) == expected


def test_arabic_runs_are_written_leftwards_and_numbers_rightwards():
    directions = {run.text.strip(): run.direction for run in visual_runs("أمامك 7", "rtl")}
    assert directions["أمامك"] == "rtl"
    assert directions["7"] == "ltr"


@given(st.text(max_size=60), st.sampled_from(["ltr", "rtl"]))
def test_no_character_is_lost_or_added(line: str, direction):
    runs = visual_runs(line, direction)
    kept = [mark for mark in line if mark not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
    assert sorted("".join(run.text for run in runs)) == sorted(kept)
