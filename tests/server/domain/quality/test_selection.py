import pytest

from server.domain.quality.rollup import CellKey, Rollup, Tally
from server.domain.quality.selection import Selection, share_interval, share_within


def cell(service: str, kind: str, half_hour: int) -> CellKey:
    return CellKey("laon", service, kind, 1, half_hour, "served")


DAY = Rollup(
    {
        cell("a", "walk_in", 18): Tally(waits={60: (1, 0)}, visits=1),
        cell("a", "priority", 19): Tally(waits={120: (1, 0)}, visits=1),
        cell("b", "walk_in", 24): Tally(waits={180: (1, 0)}, visits=1),
    },
)
DAY.not_issued["a", "closed"] = 2
DAY.greetings["b"] = 3


def waits(selection: Selection) -> list[int]:
    return sorted(selection.of(DAY).total().waits)


def test_everything_is_selected_where_nothing_is_chosen():
    assert waits(Selection()) == [60, 120, 180]
    assert selection_counts(Selection()) == (2, 3)


def selection_counts(selection: Selection) -> tuple[int, int]:
    found = selection.of(DAY)
    return found.not_issued.total(), found.greetings.total()


def test_services_keep_the_counts_of_theirs_without_a_wait():
    assert waits(Selection(services=frozenset({"a"}))) == [60, 120]
    assert selection_counts(Selection(services=frozenset({"a"}))) == (2, 0)
    assert selection_counts(Selection(services=frozenset({"a", "b"}))) == (2, 3)


def test_classes_and_hours_leave_out_what_has_none():
    assert waits(Selection(classes=frozenset({"priority"}))) == [120]
    assert waits(Selection(from_hour=9, until_hour=12)) == [60, 120]
    assert waits(Selection(from_hour=12, until_hour=13)) == [180]
    assert selection_counts(Selection(from_hour=9, until_hour=12)) == (0, 0)


def test_weekdays_choose_days():
    assert Selection().has_day(6)
    assert not Selection(weekdays=frozenset({1})).has_day(6)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"), [(8, 10, 49.0, 94.3), (0, 10, 0.0, 27.8), (10, 10, 72.2, 100.0)]
)
def test_an_interval_is_that_of_wilson(count: int, n: int, low: float, high: float):
    found = share_interval(count, n)
    assert found is not None
    assert (round(found.low, 1), round(found.high, 1), found.n) == (low, high, n)


def test_a_visitor_who_left_is_never_within_and_nobody_has_no_share():
    found = share_within(Tally(waits={60: (1, 1), 1200: (1, 0)}), 900)
    assert found is not None
    assert round(found.percent, 1) == 33.3
    assert share_within(Tally(), 900) is None
