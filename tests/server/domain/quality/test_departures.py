"""How visits end, and what departures do to waits (docs/rules/indicators.md)."""

from collections import Counter
from fractions import Fraction
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.quality.curves import Ended, curves_of, ends_of_waits
from server.domain.quality.indicators import Figure, figures_of
from server.domain.quality.leg_records import NOT_SERVED, RECEIVED, LegRecord
from server.domain.quality.rollup import DayCounts, Rollup, roll_up
from tests.server.domain.quality.indicator_legs import leg, many_visits

PARIS = ZoneInfo("Europe/Paris")


def rolled(*records: LegRecord, counts: DayCounts | None = None) -> Rollup:
    return roll_up(records, counts, time_zone=PARIS)


def figures(rollup: Rollup) -> dict[str, Figure]:
    return {figure.indicator: figure for figure in figures_of(rollup)}


def counts_of(rollup: Rollup, *names: str) -> list[tuple[int | None, int]]:
    found = figures(rollup)
    return [(found[name].count, found[name].n) for name in names]


BY_VISIT = ("visits_received", "visits_departed", "visits_absent", "visits_closed")


def test_a_visit_ends_once_however_many_legs_it_had():
    rollup = rolled(
        # received at the first counter; that the second did not see them makes nobody unreceived
        leg("v1", called=5, started=6, ended=9, end_reason="transferred"),
        leg("v1", position=2, issued=9, called=20, ended=22, end_reason="no_show"),
        # two legs without a service are one visit that ended by leaving
        leg("v2", called=5, ended=9, end_reason="no_show", reinstated=True),
        leg("v2", position=2, issued=15, ended=40, end_reason="abandoned"),
        # absent once, then received
        leg("v3", called=5, ended=9, end_reason="no_show", reinstated=True),
        leg("v3", position=2, issued=15, called=20, ended=40, end_reason="served"),
        leg("v4", called=5, ended=9, end_reason="left_after_call"),
        leg("v5", ended=30, end_reason="cancelled"),
        leg("v6", called=5, ended=9, end_reason="no_show"),
        leg("v7", ended=300, end_reason="closed_at_day_end"),
        leg("v8", ended=20, end_reason="transferred"),
        leg("v8", position=2, issued=20),
        leg("v9", ended=1, end_reason="cancelled"),
    )
    assert counts_of(rollup, *BY_VISIT) == [(2, 7), (3, 7), (1, 7), (1, 7)]
    assert rollup.total().visit_ends["open"] == 1


def test_all_who_came_are_visits_greetings_and_those_turned_away():
    counts = DayCounts(
        greetings={"papers": 2},
        not_issued={("papers", "closed"): 3, ("permits", "appointment_only"): 4},
    )
    rollup = rolled(
        leg("v1", called=5, ended=9, end_reason="served"),
        leg("v2", called=5, ended=9, end_reason="no_show"),
        leg(
            "v3",
            called=5,
            ended=9,
            end_reason="served",
            wanted_service="permits",
            exceptional_reason="urgent",
        ),
        leg("v4"),
        counts=counts,
    )
    assert counts_of(rollup, "never_received") == [(1 + 3 + (4 - 1), 3 + 2 + 3 + 3)]
    assert counts_of(rollup.of_service("permits"), "never_received") == [(3, 3)]


def test_departures_are_past_the_target_and_past_the_announced_end():
    def left(visit: str, minutes: float, high_s: int | None = None) -> LegRecord:
        low_s = None if high_s is None else 0
        return leg(visit, ended=minutes, end_reason="abandoned", quoted_low_s=low_s, quoted_high_s=high_s)

    rollup = rolled(
        left("v1", 15),
        left("v2", 15.1, 600),
        left("v3", 10, 600),
        left("v4", 6, 0),
        left("v5", 5, 0),
        leg("v6", ended=300, end_reason="closed_at_day_end", quoted_low_s=0, quoted_high_s=600),
        leg("v7", called=60, ended=70, end_reason="served", quoted_low_s=0, quoted_high_s=600),
    )
    assert counts_of(rollup, "left_past_target", "left_past_announced") == [(1, 5), (2, 4)]


@given(many_visits())
def test_the_ends_of_visits_add_up_to_the_visits(visits: list[list[LegRecord]]):
    rollup = rolled(*chain.from_iterable(visits))
    total = rollup.total()
    assert total.visit_ends.total() == total.visits
    assert total.visit_ends.keys() <= {RECEIVED, "open", *NOT_SERVED}
    found = figures(rollup)
    over = total.visits - total.visit_ends["open"]
    assert [found[name].n for name in BY_VISIT] == [over] * 4
    assert sum(found[name].count or 0 for name in BY_VISIT) == over
    of_services = sum(
        (rollup.of_service(each).total().visit_ends for each in rollup.services()), Counter[str]()
    )
    assert of_services == total.visit_ends


def test_departures_shorten_every_statistic_of_waits_and_show_in_the_ends_of_visits():
    """Half of those who would have waited over 20 minutes leave at 4: P90 falls from 38 to 21 minutes."""
    short = [1 + each % 20 for each in range(78)]
    long = [21 + round(17 * each / 11) for each in range(22)]
    called = [
        leg(f"v{each}", called=wait, ended=90, end_reason="served") for each, wait in enumerate(short + long)
    ]
    leaving = [leg(f"l{each}", ended=4, end_reason="abandoned") for each in range(11)]
    before, after = rolled(*called), rolled(*called[:78], *called[78::2], *leaving)
    patient, discouraged = figures(before), figures(after)
    assert (patient["wait_p90"].value, discouraged["wait_p90"].value) == (38 * 60, 21 * 60)
    for name in ("wait_mean", "wait_median", "wait_p95"):
        assert (discouraged[name].value or 0) < (patient[name].value or 0)
    assert counts_of(before, "visits_departed", "visits_received") == [(0, 100), (100, 100)]
    assert counts_of(after, "visits_departed", "visits_received") == [(11, 100), (89, 100)]
    assert (discouraged["within_target"].value or 0) <= (patient["within_target"].value or 0)


def at(ends: dict[int, Ended], second: int) -> tuple[Fraction, Fraction, Fraction]:
    """Called, left and waiting, by Aalen and Johansen's own sums over the ends up to a second, exactly."""
    called = left = Fraction(0)
    waiting = Fraction(1)
    for each in sorted(each for each in ends if each <= second):
        at_risk = sum(sum(ends[later]) for later in ends if later >= each)
        called += waiting * Fraction(ends[each].called, at_risk)
        left += waiting * Fraction(ends[each].left, at_risk)
        waiting *= 1 - Fraction(ends[each].called + ends[each].left, at_risk)
    return called, left, waiting


COUNTS = st.integers(0, 3)
ENDS = st.dictionaries(
    st.integers(0, 2_400), st.builds(Ended, COUNTS, COUNTS, COUNTS).filter(any), min_size=1, max_size=30
)


@given(ENDS)
def test_the_curves_add_up_to_one_at_each_minute_and_only_ever_rise_or_fall(ends: dict[int, Ended]):
    fates = curves_of(ends)
    assert [fate.minutes for fate in fates] == list(range(len(fates)))
    for fate in fates:
        assert fate.called + fate.left + fate.waiting == pytest.approx(1, abs=1e-12)
        expected = at(ends, 60 * fate.minutes)
        assert (fate.called, fate.left, fate.waiting) == pytest.approx(tuple(map(float, expected)), abs=1e-12)
    for earlier, later in pairwise(fates):
        assert earlier.called <= later.called
        assert earlier.left <= later.left
        assert earlier.waiting >= later.waiting
        assert earlier.at_risk >= later.at_risk


def test_without_a_closed_day_the_curves_are_the_shares_themselves():
    ends = {60: Ended(called=2), 61: Ended(left=1), 300: Ended(called=4, left=1)}
    found = [(fate.minutes, fate.called, fate.left, fate.at_risk, fate.n) for fate in curves_of(ends)]
    assert [found[minute] for minute in (0, 1, 2, 5)] == [
        *((0, 0, 0, 8, 8), (1, 0.25, 0, 6, 8), (2, 0.25, 0.125, 5, 8), (5, 0.75, 0.25, 0, 8)),
    ]


def test_a_wait_cut_short_by_the_end_of_the_day_counts_as_those_who_waited_longer():
    rollup = rolled(
        leg("v1", ended=5, end_reason="closed_at_day_end"),
        leg("v2", called=10, ended=12, end_reason="served"),
        leg("v3", called=2, ended=3, end_reason="no_show"),
        leg("v4", ended=20, end_reason="abandoned"),
        leg("v5"),
    )
    fates = curves_of(ends_of_waits(rollup))
    assert [(fate.called, fate.left, fate.waiting) for fate in (fates[5], fates[10], fates[20])] == [
        *((0.25, 0, 0.75), (0.625, 0, 0.375), (0.625, 0.375, 0)),
    ]


def test_curves_go_on_to_the_asked_minute_and_end_within_four_hours():
    short, endless = {60: Ended(called=1)}, {each * 3_600: Ended(closed=9) for each in range(1, 9)}
    assert [
        len(curves_of(ends, until_min=to)) - 1 for ends, to in ((short, 0), (short, 17), (endless, 0))
    ] == [
        *(5, 20, 240),
    ]
    assert curves_of({}) == []
