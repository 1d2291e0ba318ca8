from datetime import date

import pytest

from server.domain.quality.few_people import (
    OF_AGENTS,
    first_period,
    is_shown_in_cell,
    unpublished_parts,
    withheld_names,
)

JANUARY = (date(2026, 1, 1), date(2026, 2, 1))
YEAR = (date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("agents", "days", "is_allowed", "withheld"),
    [
        (2, JANUARY, False, OF_AGENTS),
        (3, JANUARY, False, frozenset()),
        (2, JANUARY, True, frozenset()),
        (1, YEAR, False, frozenset()),
        (1, (date(2026, 1, 1), date(2026, 12, 31)), False, OF_AGENTS),
    ],
)
def test_figures_of_work_need_three_people_a_year_or_a_decision(
    agents: int, days: tuple[date, date], is_allowed: bool, withheld: frozenset[str]
):
    assert withheld_names(agents, *days, is_allowed=is_allowed) == withheld


def test_a_page_begins_with_the_quarter_and_a_cell_stays_empty_where_few_come():
    assert [first_period(date(2026, 11, 28), visits).name for visits in (99, 100)] == ["2026-Q4", "2026-11"]
    assert [is_shown_in_cell(visits) for visits in (9, 10)] == [False, True]


def test_a_small_part_is_not_published_nor_what_would_give_it_by_subtraction():
    assert unpublished_parts({"a": 10, "b": 40}) == set()
    assert unpublished_parts({"a": 60, "b": 40, "c": 5}) == {"b", "c"}
    assert unpublished_parts({"a": 60, "b": 4, "c": 5}) == {"b", "c"}
    assert unpublished_parts({"a": 60, "b": 40, "c": 0}) == {"c"}
    assert unpublished_parts({"a": 9}) == {"a"}
