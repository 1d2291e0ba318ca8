"""Days, months and years that are over: stored by a round, summed, and recomputed, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random

import pytest

from server.domain.author import SYSTEM
from server.domain.quality.periods import PeriodKind, period_of
from server.domain.quality.rollup import Rollup
from server.domain.refusals import Refusal
from server.jobs import rounds as rounds_module
from server.jobs.rounds import TURN_S, PastDayRounds
from server.store.quality import stored_rollups
from server.store.transactions.database import Database
from server.usecases.quality.counts import (
    Span,
    read_totals,
    recompute_rollups,
    spans,
    store_past_days,
)
from server.usecases.quality.indicators import read_days
from server.usecases.quality.periods import read_periods
from tests.harness.sql import all_rows, execute
from tests.server.usecases.quality.figures_history import Hands, PlayedDay, database_with_hall, play_days

FIRST = date(2026, 12, 30)
YEAR = (date(2026, 1, 1), date(2027, 1, 1))


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2027, 2, 2, 9, tzinfo=UTC))


@pytest.fixture
def database(database_url: str, hands: Hands) -> Iterator[Database]:
    """Three days at Laon, on both sides of a new year that is over, and an alert on the first."""
    found = database_with_hall(database_url, hands)
    play_days(found, FIRST, 3)
    at = (datetime.combine(FIRST, datetime.min.time(), UTC) + timedelta(hours=9)).timestamp() * 1_000_000
    execute(
        found,
        "INSERT INTO alert (id, hall, alert, kind, is_drill, press, raised_at, raised_by, ended_at)"
        " SELECT 'a', id, 'a', 'medical', :no, 'a', :at, 'tests', :end FROM hall",
        at=int(at),
        end=int(at) + 1,
        no=False,
    )
    yield found
    found.close()


def stored(database: Database) -> list[str]:
    return [row["period"] for row in all_rows(database, "SELECT period FROM stored_rollup ORDER BY period")]


def check_totals(database: Database, starts_on: date, ends_on: date) -> None:
    """The totals are the sums of the days, with and without visits during alerts."""
    for with_alerts in (True, False):
        found = read_days(database, "laon", starts_on, ends_on, with_alerts=with_alerts)
        totals = read_totals(database, ["laon"], starts_on, ends_on, with_alerts=with_alerts)
        assert totals == {"laon": found.whole().condensed()}


def test_totals_of_months_and_years_are_the_sums_of_their_days(database: Database):
    for _ in ("counted", "stored"):
        check_totals(database, *YEAR)
        check_totals(database, date(2026, 12, 31), date(2027, 2, 3))
    assert {"2026", "2026-12", "2027-01"} <= set(stored(database))
    assert read_days(database, "laon", *YEAR).during_alert > 0
    with database.transaction("laon", SYSTEM) as transaction:
        PlayedDay(transaction, FIRST, Random(1)).greetings(2)
    assert not {"2026", "2026-12", "2026-12-30"} & set(stored(database))
    assert "2027-01" in stored(database)
    check_totals(database, *YEAR)
    with pytest.raises(Refusal, match="bad_period"):
        read_totals(database, ["laon"], *reversed(YEAR))


def test_the_periods_of_the_summary_are_the_sums_of_their_days(database: Database):
    found = read_days(database, "laon", date(2026, 1, 1), date(2027, 2, 3))
    services = frozenset(found.whole().services())
    for kind, service in product(PeriodKind, (None, *sorted(services)[:2])):
        series = read_periods(database, "laon", period_of(kind, date(2027, 1, 1)), service=service)
        assert (series.services, len(series.periods)) == (services, 12)
        for each in series.periods:
            days = [
                day.of_service(service) if service else day
                for on, day in found.days.items()
                if each.period.starts_on <= on < each.period.ends_on
            ]
            whole = Rollup()
            for day in days:
                whole.add(day)
            assert each.rollup == whole.condensed()
            assert each.open_days == sum(bool(day.cells) for day in days)


def test_rounds_store_a_past_in_turns_and_again_after_an_upgrade(
    database: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    elapsed = {"s": 0.0, "pause_s": TURN_S / 3}
    database.clock = replace(database.clock, elapsed_s=lambda: elapsed["s"])
    rounds = PastDayRounds(database, lambda: elapsed.update(s=elapsed["s"] + elapsed["pause_s"]))

    def make() -> list[str]:
        hands.now += timedelta(seconds=TURN_S)
        rounds.make()
        assert rounds.failures == 0
        return stored(database)

    past = {"2026-12-30", "2026-12-31", "2027-01-01", "2026-12", "2026", "2027-01"}
    assert make() == ["2027-01", "2027-01-01"]
    assert make() == ["2026-12-31", "2027-01", "2027-01-01"]
    elapsed["pause_s"] = 0.0
    assert past <= set(make())
    execute(database, "DELETE FROM stored_rollup")
    assert make() == []
    for module in (stored_rollups, rounds_module):
        monkeypatch.setattr(module, "counting_version", lambda: "of the next version")
    assert past <= set(make())
    execute(database, "DELETE FROM stored_rollup")
    hands.now += timedelta(days=1)
    assert past <= set(make())


def test_recomputing_finds_what_was_altered_and_replaces_it(database: Database):
    list(store_past_days(database, database.hall_id("laon")))
    names = set(stored(database))
    whole = recompute_rollups(database, "laon")
    assert (whole.checked, whole.differing) == (len(names), [])
    execute(
        database,
        "UPDATE stored_rollup SET counted ="
        " (SELECT counted FROM stored_rollup WHERE period = '2027-01-01')"
        " WHERE period IN ('2026-12-31', '2026-12', '2026')",
    )
    december = (date(2026, 12, 1), date(2027, 1, 1))
    assert recompute_rollups(database, "laon", december).differing == ["2026-12", "2026-12-31"]
    assert recompute_rollups(database, "laon").differing == ["2026"]
    assert recompute_rollups(database, "laon").differing == []


def test_a_period_is_cut_into_the_fewest_spans_that_are_over():
    def names(starts_on: date, ends_on: date, today: date) -> list[str]:
        found = list(spans(starts_on, ends_on, today))
        assert [each.ends_on for each in found[:-1]] == [each.starts_on for each in found[1:]]
        assert (found[0].starts_on, found[-1].ends_on) == (starts_on, ends_on)
        return [name_of(each) for each in found]

    def name_of(span: Span) -> str:
        return span.name or f"{(span.ends_on - span.starts_on).days} days"

    late = date(2030, 1, 1)
    assert names(date(2026, 1, 1), date(2027, 1, 1), late) == ["2026"]
    assert names(date(2025, 12, 30), date(2027, 2, 2), late) == ["2 days", "2026", "2027-01", "1 days"]
    assert names(date(2026, 1, 1), date(2026, 3, 1), date(2026, 2, 14)) == ["2026-01", "28 days"]
    assert names(date(2026, 2, 3), date(2026, 2, 9), late) == ["6 days"]
