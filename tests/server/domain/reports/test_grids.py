"""A grid claims only what was read of its label, and says when."""

import re
from pathlib import Path

import pytest

from server.domain.reports.reports import ANY_LINE, GRIDS, Grid

REPORTS = Path(__file__).parents[4] / "docs" / "rules" / "reports.md"


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.key)
def test_the_rules_say_on_which_day_a_grid_was_read_and_which_lines(grid: Grid):
    day = f"{grid.read_on.day} {grid.read_on:%B %Y}"
    said = re.search(rf"{re.escape(grid.name)}, read on {day}: (.+?)[.;]", REPORTS.read_text("utf-8"))
    assert said is not None
    assert [line.code for line in grid.lines if line.is_read] == re.findall(r"\d+", said[1])


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.key)
def test_evidence_is_shown_for_each_line_that_was_read_and_for_no_other(grid: Grid):
    assert [line.code for line in grid.lines if bool(line.evidence) is not line.is_read] == []


def test_a_code_is_in_a_grid_once_and_stands_for_all_lines_alone():
    for grid in GRIDS:
        codes = [line.code for line in grid.lines]
        assert len(set(codes)) == len(codes)
        assert ANY_LINE not in codes or codes == [ANY_LINE]
