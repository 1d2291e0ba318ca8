"""A rollup is the same after it was written and read, whatever it counts."""

from collections import Counter
from dataclasses import MISSING, fields
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.quality.compact_rollup import from_compact, to_compact
from server.domain.quality.indicators import INDICATORS, figures_of
from server.domain.quality.rollup import CellKey, Rollup, Sparse, Tally
from tests.harness.counts import count

NAMES = st.sampled_from(["titres", "accueil", "« é »"])
ANY_COUNT = st.integers(1, 60)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(0, 9),
    Sparse: st.dictionaries(st.integers(0, 9000), st.tuples(ANY_COUNT, ANY_COUNT), max_size=3),
    Counter[str]: st.dictionaries(NAMES, ANY_COUNT).map(Counter),
    Counter[tuple[str, str]]: st.dictionaries(st.tuples(NAMES, NAMES), ANY_COUNT).map(Counter),
}


def any_of(kind: type[Tally] | type[Rollup]) -> dict[str, st.SearchStrategy[Any]]:
    """A strategy for each field but the cells; KeyError for a field of a type that is not tried here."""
    return {field.name: VALUES[field.type] for field in fields(kind) if field.name != "cells"}


TALLIES = st.builds(Tally, **any_of(Tally))
KEYS = st.builds(
    CellKey, *([NAMES] * 3), st.integers(0, 6), st.integers(0, 47), st.sampled_from(["served", "open"])
)
ROLLUPS = st.builds(Rollup, cells=st.dictionaries(KEYS, TALLIES, max_size=4), **any_of(Rollup))


@given(ROLLUPS)
def test_a_rollup_read_back_equals_the_one_that_was_written(rollup: Rollup):
    again = from_compact(to_compact(rollup))
    assert again == rollup
    assert to_compact(again) == to_compact(rollup)


@settings(max_examples=count(small=12, large=1_000))
@given(ROLLUPS, ROLLUPS)
def test_sums_of_condensed_rollups_give_every_figure_of_the_whole(one: Rollup, other: Rollup):
    whole, condensed = one.copy(), one.condensed()
    whole.add(other)
    condensed.add(other.condensed())
    total = whole.total()
    assert figures_of(condensed) == [each.compute(whole, total) for each in INDICATORS.values()]
    assert whole.condensed() == condensed


def test_every_field_of_a_tally_is_added():
    one = Tally()
    numbers = {name: 1 for name, kind in _fields(Tally).items() if kind is int}
    sparse = {name: {60: (1, 2)} for name, kind in _fields(Tally).items() if kind is Sparse}
    counts = {name: Counter(titres=1) for name, kind in _fields(Tally).items() if kind == Counter[str]}
    for name, value in {**numbers, **sparse, **counts}.items():
        setattr(one, name, value)
    total = Tally()
    total.add(one)
    assert total == one
    assert {f.name for f in fields(Tally) if f.default_factory is MISSING and f.type is not int} == set()


def _fields(kind: type[Tally]) -> dict[str, Any]:
    return {field.name: field.type for field in fields(kind)}
