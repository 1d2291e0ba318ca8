"""The official text of a label’s line: which lines take one, how long, and of which day."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.refusals import Refusal
from server.domain.reports.reports import (
    GridText,
    GridTextRequest,
    checked_text,
    is_line,
    line_order,
)

TODAY = date(2026, 11, 24)
KNOWN, FREE = "services_publics_plus", "qual_e_pref"
TYPED = GridTextRequest(KNOWN, "3", "Premier point.", "Référentiel 2023", "2026-11-24")


def test_a_text_keeps_its_lines_and_loses_empty_ones_and_spaces():
    typed = replace(
        TYPED, code=" 3 ", text=" Premier  point.\r\n \r\nSecond.\n", source=" Référentiel \n 2023 "
    )
    assert checked_text(typed, TODAY) == GridText(
        KNOWN, "3", "Premier point.\nSecond.", "Référentiel 2023", TODAY
    )


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"code": "9"}, "unknown_grid_line", "code"),
        ({"grid": "another"}, "unknown_grid_line", "code"),
        ({"text": " \n "}, "grid_text_missing", "text"),
        ({"text": "x" * 2001}, "grid_text_too_long", "text"),
        ({"source": " "}, "grid_source_missing", "source"),
        ({"source": "x" * 121}, "grid_source_too_long", "source"),
        ({"read_on": "2026-11-25"}, "bad_grid_day", "read_on"),
        ({"read_on": "hier"}, "bad_grid_day", "read_on"),
    ],
)
def test_a_wrong_text_is_refused_at_its_field(change: dict[str, Any], code: str, field: str):
    with pytest.raises(Refusal) as refused:
        checked_text(replace(TYPED, **change), TODAY)
    assert (refused.value.code, refused.value.details["field"]) == (code, field)


def test_the_longest_text_and_source_are_kept():
    kept = checked_text(replace(TYPED, text="x" * 2000, source="y" * 120), TODAY)
    assert (len(kept.text), len(kept.source)) == (2000, 120)
    assert checked_text(replace(TYPED, read_on="2026-11-23"), TODAY).read_on == TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("grid", "code", "taken"),
    [
        *((KNOWN, "1", True), (KNOWN, "8", True), (KNOWN, "0", False), (KNOWN, "", False)),
        *((FREE, "1", True), (FREE, "3.2-é_a", True), (FREE, "x" * 12, True), (FREE, "x" * 13, False)),
        *(
            (FREE, "", False),
            (FREE, "a b", False),
            (FREE, "1/2", False),
            ("another", "1", False),
            ("unknown", "1", False),
        ),
    ],
)
def test_a_known_grid_has_its_lines_and_one_that_was_not_read_takes_short_numbers(
    grid: str, code: str, taken: bool
):
    assert is_line(grid, code) is taken


def test_lines_are_in_the_order_in_which_people_count():
    mixed = ["A10", "3.10", "10", "A2", "2", "3.2", "A", "1", "3"]
    assert sorted(mixed, key=line_order) == ["1", "2", "3", "3.2", "3.10", "10", "A", "A2", "A10"]


@example(["3²", "²", "3"])
@given(st.lists(st.text(alphabet="19aé.-²٣", max_size=6)))
def test_any_numbers_of_lines_can_be_put_in_order(codes: list[str]):
    assert len(sorted(codes, key=line_order)) == len(codes)
