from datetime import date

import pytest

from server.domain.quality.indicators import OF_AGENTS
from server.domain.quality.selection import (
    first_period,
    is_shown_in_cell,
    people_at_work,
    unpublished_parts,
    withheld_names,
)
from server.ids import new_id, new_pseudonym

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


def test_people_are_never_counted_twice_because_a_year_began():
    assert people_at_work([(2026, "a"), (2026, "b"), (2027, "c"), (2027, "d")], {}) == 2
    assert people_at_work([(2026, "a"), (2026, "b"), (2026, "c"), (2027, "d")], {}) == 3
    assert people_at_work([], {}) == 0


def test_people_are_never_counted_twice_because_facts_carry_another_id_of_theirs():
    anna, claire = new_id(), new_id()
    now_anna, now_claire = new_pseudonym(), new_pseudonym()
    year = [(2026, each) for each in (anna, now_anna, claire, now_claire)]
    assert people_at_work(year, {now_anna: anna, now_claire: claire}) == 2
    assert people_at_work(year, {now_anna: anna}) == 2, "one link was erased"
    assert people_at_work(year, {}) == 2, "both were"
    assert people_at_work([*year, (2026, new_pseudonym())], {now_anna: anna}) == 3
