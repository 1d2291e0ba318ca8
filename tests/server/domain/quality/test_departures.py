"""How visits end, and what departures do to waits (docs/rules/indicators.md)."""

from collections import Counter
from itertools import chain
from zoneinfo import ZoneInfo

from hypothesis import given

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
