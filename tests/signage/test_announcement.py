"""Announcements: the words of a call."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from signage.announcement import OLDEST_SOUND, REPETITIONS, recall_parts, spoken_sentence, written_text

RECALLS = json.loads((Path(__file__).parent / "vectors/recall.json").read_text(encoding="utf-8"))["cases"]


def test_a_call_is_written_digit_by_digit() -> None:
    assert (
        written_text("A042", "guichet 3", template="Numéro {number}, {place}") == "Numéro A 0 4 2, guichet 3"
    )


def test_a_call_is_spoken_digit_by_digit_with_a_pause_before_the_place() -> None:
    spoken = spoken_sentence("A042", "guichet 3", template="Numéro {number}\n{place}")
    assert spoken == "Numéro A, 0, 4, 2\nguichet 3"


@pytest.mark.parametrize("case", RECALLS, ids=lambda case: f"{case['template']} {case['rank']}")
def test_a_recall_marks_its_rank_with_a_raised_part(case: dict[str, Any]) -> None:
    assert [list(part) for part in recall_parts(case["rank"], template=case["template"])] == case["parts"]


def test_an_announcement_is_spoken_twice_and_not_after_twenty_seconds() -> None:
    assert (2, timedelta(seconds=20)) == (REPETITIONS, OLDEST_SOUND)
