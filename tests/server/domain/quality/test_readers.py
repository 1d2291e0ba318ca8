"""Who may read an indicator is declared, and what it is made of cannot contradict it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace

import pytest

from server.domain.quality.figures import number
from server.domain.quality.indicators import INDICATORS, STAFF, Figure, Indicator, Readers
from server.domain.quality.rollup import COUNTS_OF_AGENTS, CellKey, Rollup, Sparse, Tally
from server.domain.visits.transitions import OUTCOMES
from tests.server.domain.quality.indicator_legs import END_REASONS

FULL: dict[object, Callable[[], object]] = {
    int: lambda: 60,
    Sparse: lambda: {60 * minute: (3, 2) for minute in range(60)},
    Counter[str]: lambda: Counter(dict.fromkeys(OUTCOMES, 7)),
}
APART: dict[str, Counter[object]] = {
    **{name: Counter({"papers": 9}) for name in ("greetings", "due", "missed")},
    **{name: Counter({("papers", "appointment_only"): 9}) for name in ("not_issued", "exceptional")},
}


def rollup(**changed: object) -> Rollup:
    """Something of every count, in a cell for each end of a leg; some counts of each cell are others."""
    values = {each.name: FULL[each.type]() for each in fields(Tally)}
    return Rollup(
        {
            CellKey("laon", "papers", "walk_in", 0, 18, reason): Tally(**values | changed)  # type: ignore[arg-type]
            for reason in (*END_REASONS, "open")
        },
        **APART,  # type: ignore[arg-type]
    )


def figures(of: Rollup) -> dict[str, Figure]:
    total = of.total()
    return {name: each.compute(of, total) for name, each in INDICATORS.items()}


def changed(before: dict[str, Figure], after: dict[str, Figure]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize("left_out", ["of_agents", "is_open", "in_reports"])
def test_who_may_read_an_indicator_has_no_default(left_out: str):
    decisions = {name: False for name in ("of_agents", "is_open", "in_reports") if name != left_out}
    with pytest.raises(TypeError, match=left_out):
        Readers(**decisions)


@pytest.mark.parametrize("left_out", ["readers", "adds_up", "group"])
def test_an_indicator_has_no_default(left_out: str):
    declared = {
        "name": "absences",
        "convention": "one_leg",
        "group": "leaving",
        "readers": STAFF,
        "adds_up": "legs",
        "measure": number("tickets", lambda _, tally: tally.legs),
    }
    del declared[left_out]
    with pytest.raises(TypeError, match=left_out):
        Indicator(**declared)  # type: ignore[arg-type]


def test_a_report_tells_nothing_about_agents():
    with pytest.raises(ValueError, match="agents"):
        Readers(of_agents=True, is_open=False, in_reports=True)


@pytest.mark.parametrize("count", COUNTS_OF_AGENTS)
def test_what_is_made_of_a_count_of_agents_is_of_agents(count: str):
    [kind] = [each.type for each in fields(Tally) if each.name == count]
    without = figures(rollup(**{count: 0 if kind is int else {}}))
    made_of_it = changed(figures(rollup()), without)
    assert made_of_it
    assert {name for name in made_of_it if not INDICATORS[name].readers.of_agents} == set()


def test_what_is_made_of_more_than_legs_says_so():
    whole = figures(rollup())
    apart = set().union(
        *(changed(whole, figures(replace(rollup(), **{name: Counter()}))) for name in APART)  # type: ignore[arg-type]
    )
    assert apart == {name for name, each in INDICATORS.items() if each.adds_up == "services"}
    of_a_part = {name for name, figure in whole.items() if figure.of is not None}
    assert of_a_part == {name for name, each in INDICATORS.items() if each.adds_up == "worst"}


def test_no_open_figure_is_that_of_one_person():
    waits = {60 * minute: (3, 2) for minute in range(60)}
    longer = waits | {59 * 60: (2, 2), 100_000: (1, 0)}
    before, after = (figures(rollup(waits=each)) for each in (waits, longer))
    moved = {
        name: abs((after[name].value or 0) - (before[name].value or 0)) for name in changed(before, after)
    }
    assert moved["wait_max"] > 90_000
    open_ones = {name: by for name, by in moved.items() if INDICATORS[name].readers.is_open}
    assert set(open_ones) == {"wait_mean"}
    assert open_ones["wait_mean"] < 1_000
