"""What is stored of a day that is over is right as long as it is there, on both databases."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from sqlalchemy import Table
from sqlalchemy.sql import visitors

from server.domain.author import SYSTEM
from server.domain.instants import to_micros
from server.domain.quality.periods import PeriodKind, period_of
from server.domain.quality.rollup import Rollup
from server.domain.refusals import Refusal
from server.jobs import rounds as rounds_module
from server.jobs.rounds import TURN_S, PastDayRounds
from server.store.engine.statements import Read, Rows, Values
from server.store.quality import figures, stored_rollups
from server.store.quality.figures import legs_of_day
from server.store.quality.stored_rollups import PeriodCounts
from server.store.tables.reports import COUNTED_BY_DAY
from server.store.transactions.database import Database
from server.usecases.quality.counts import (
    Span,
    count_day,
    counted_hall,
    counts_of_day,
    read_totals,
    recompute_rollups,
    spans,
    store_past_days,
)
from server.usecases.quality.indicators import read_days
from server.usecases.quality.periods import read_periods
from tests.harness.sql import all_rows, execute
from tests.server.usecases.quality.figures_history import Hands, PlayedDay, database_with_hall, play_days

FIRST = date(2026, 10, 19)


NEXT = FIRST + timedelta(days=1)


DAYS = (FIRST, FIRST + timedelta(days=2))


BOTH = ["2026-10-19", "2026-10-20"]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Two days at Laon, a month ago."""
    found = database_with_hall(database_url, Hands())
    play_days(found, FIRST, 2)
    yield found
    found.close()


def stored(database: Database) -> list[str]:
    return [row["period"] for row in all_rows(database, "SELECT period FROM stored_rollup ORDER BY period")]


def counted(database: Database, day: date) -> PeriodCounts:
    """The counts of a day, from its rows."""
    with database.read() as rows:
        return counts_of_day(rows, counted_hall(database, "laon"), day)


def store_months(database: Database) -> None:
    """Rows of a month and a year, as if they had been stored."""
    execute(
        database,
        "INSERT INTO stored_rollup (hall, period, shape, visits_end_at, visits_during_alert, counted,"
        " counted_during_alert) SELECT hall, substr(period, 1, letters), shape, visits_end_at,"
        " visits_during_alert, counted, counted_during_alert"
        " FROM stored_rollup, (SELECT 4 AS letters UNION SELECT 7) AS lengths WHERE period = '2026-10-19'",
    )


def test_a_day_that_is_over_is_counted_once_and_read_as_it_was_counted(database: Database):
    first = read_days(database, "laon", *DAYS)
    assert stored(database) == BOTH
    execute(database, "UPDATE stored_rollup SET visits_during_alert = 7 WHERE period = '2026-10-20'")
    again = read_days(database, "laon", *DAYS)
    assert again.days == first.days
    assert again.during_alert == 7, "it was read from what is stored"


def test_todays_open_day_is_never_stored(database_url: str):
    hands = Hands(datetime(2026, 10, 20, 14, tzinfo=UTC))
    found = database_with_hall(database_url, hands)
    play_days(found, FIRST, 2)
    read_days(found, "laon", *DAYS)
    assert stored(found) == ["2026-10-19"]
    hands.now -= timedelta(days=1)
    assert read_days(found, "laon", *DAYS).days[FIRST] == counted(found, FIRST).counted, "a clock set back"
    found.close()


def check_changes(database: Database, table: str, column: str) -> None:
    """Each change of a row deletes the counts of the days it was and is of, their months and years."""
    on = f"UPDATE {table} SET {column} ="
    for change in (
        f"{on} '2026-10-19' WHERE {column} = '2026-10-19'",
        f"{on} '2026-10-17' WHERE id IN (SELECT min(id) FROM {table} WHERE {column} = '2026-10-19')",
        f"{on} '2026-10-19' WHERE {column} = '2026-10-17'",
        f"DELETE FROM {table} WHERE {column} = '2026-10-19'",
    ):
        read_days(database, "laon", *DAYS)
        store_months(database)
        assert stored(database) == ["2026", "2026-10", *BOTH]
        assert execute(database, change)
        assert stored(database) == ["2026-10-20"], change


def test_whatever_changes_a_counted_row_deletes_the_counts_of_its_day(database: Database):
    with database.transaction("laon", SYSTEM) as transaction:
        PlayedDay(transaction, FIRST, random.Random(1)).greetings(1)
    for table, column in COUNTED_BY_DAY.items():
        check_changes(database, table, column)
        read_days(database, "laon", *DAYS)
        assert stored(database)[-1] == "2026-10-20"


def test_late_facts_are_counted(database: Database):
    before = read_days(database, "laon", *DAYS).whole().total().visits
    with database.transaction("laon", SYSTEM) as transaction:
        played = PlayedDay(transaction, FIRST, random.Random(1))
        played.greetings(1)
        played.not_issued("closed")
    after = read_days(database, "laon", *DAYS)
    assert after.days[FIRST] == counted(database, FIRST).counted
    assert after.whole().total().visits == before
    assert stored(database) == BOTH


class Collecting(Rows):
    """Finds what other rows find, and keeps the tables of every statement."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.tables = rows, set[str]()

    def found[R](self, statement: Read[R], values: Values) -> list[R]:
        expression: Any = next(iter(statement._expressions.values()))
        self.tables |= {table.name for table in _tables_of(expression)}
        return self.rows.found(statement, values)


def _tables_of(expression: Any) -> Iterator[Any]:
    for each in visitors.iterate(expression):
        table = getattr(each, "element", each)
        if isinstance(table, Table):
            yield table


def test_every_table_that_is_counted_deletes_what_is_stored(database: Database):
    with database.read() as rows:
        collecting = Collecting(rows)
        counts_of_day(collecting, counted_hall(database, "laon"), FIRST)
    assert collecting.tables == {*COUNTED_BY_DAY, "alert"}


ALERT = (
    "INSERT INTO alert (id, hall, alert, kind, is_drill, press, raised_at, raised_by, ended_at)"
    " VALUES (:id, :hall, :id, 'medical', :is_drill, :id, :raised_at, 'tests', :ended_at)"
)


def alert(database: Database, name: str, raised_at: datetime, ended_at: datetime | None) -> None:
    execute(
        database,
        ALERT,
        id=name,
        hall=database.hall_id("laon"),
        is_drill=False,
        raised_at=to_micros(raised_at),
        ended_at=None if ended_at is None else to_micros(ended_at),
    )


def test_an_alert_and_its_end_are_counted_in_the_days_they_touch_and_leave_the_others(database: Database):
    execute(database, "UPDATE visit SET ended_at = arrived_at + 60000000 WHERE ended_at IS NULL")
    first = read_days(database, "laon", *DAYS)
    assert (stored(database), first.during_alert) == (BOTH, 0)
    ten = datetime(2026, 10, 20, 8, tzinfo=UTC)
    alert(database, "one", ten, None)
    assert stored(database) == ["2026-10-19"]
    during = read_days(database, "laon", *DAYS)
    without = read_days(database, "laon", *DAYS, with_alerts=False)
    assert during.days == first.days
    assert 0 < during.during_alert == during.whole().total().visits - without.whole().total().visits
    assert without.days[NEXT] == counted(database, NEXT).counted
    assert read_days(database, "laon", *DAYS, with_alerts=False).days == without.days, "also when stored"
    execute(database, "UPDATE alert SET ended_at = raised_at + 1")
    assert stored(database) == ["2026-10-19"]
    assert read_days(database, "laon", *DAYS).during_alert < during.during_alert
    alert(database, "later", ten + timedelta(days=20), None)
    assert stored(database) == BOTH


def test_a_visit_that_never_ended_lets_a_later_alert_count(database: Database):
    execute(database, "UPDATE visit SET ended_at = NULL WHERE business_day = '2026-10-19'")
    read_days(database, "laon", *DAYS)
    alert(database, "later", datetime(2026, 11, 18, 8, tzinfo=UTC), None)
    assert "2026-10-19" not in stored(database)
    assert read_days(database, "laon", *DAYS).during_alert > 0


def test_counts_of_another_version_or_time_zone_are_not_read(database: Database):
    right = read_days(database, "laon", *DAYS)
    execute(database, "UPDATE stored_rollup SET shape = 'older Europe/Paris', counted = :none", none=b"")
    assert read_days(database, "laon", *DAYS).days == right.days
    assert {row["shape"] for row in all_rows(database, "SELECT shape FROM stored_rollup")} == {
        counted_hall(database, "laon").shape
    }


@contextmanager
def meanwhile(monkeypatch: pytest.MonkeyPatch, write: Any) -> Iterator[None]:
    """Lets another thread write after the legs of a day were read, and before they are stored."""

    def read_then_write(rows: Rows, hall: str, day: date) -> Any:
        legs = legs_of_day(rows, hall, day)
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        return legs

    with monkeypatch.context() as patch:
        patch.setattr(figures, "legs_of_day", read_then_write)
        yield


@pytest.mark.both_databases
def test_a_reader_that_counts_while_a_writer_changes_the_day_stores_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    other = Database(database.url, database.clock)

    def write() -> None:
        with other.transaction("laon", SYSTEM) as transaction:
            played = PlayedDay(transaction, FIRST, random.Random(1))
            played.visit(99, "laon-accueil", played.local(9), "open")

    hall = counted_hall(database, "laon")
    with meanwhile(monkeypatch, write):
        count_day(database, hall, FIRST)
    assert stored(database) == []
    assert read_days(database, "laon", *DAYS).days[FIRST] == counted(database, FIRST).counted != Rollup()
    other.close()


YEAR_END = date(2026, 12, 30)


YEAR = (date(2026, 1, 1), date(2027, 1, 1))


@pytest.fixture
def hands() -> Hands:
    return Hands(datetime(2027, 2, 2, 9, tzinfo=UTC))


@pytest.fixture
def years(database_url: str, hands: Hands) -> Iterator[Database]:
    """Three days at Laon, on both sides of a new year that is over, and an alert on the first."""
    found = database_with_hall(database_url, hands)
    play_days(found, YEAR_END, 3)
    at = (datetime.combine(YEAR_END, datetime.min.time(), UTC) + timedelta(hours=9)).timestamp() * 1_000_000
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


def stored_texts(years: Database) -> list[str]:
    return [row["period"] for row in all_rows(years, "SELECT period FROM stored_rollup ORDER BY period")]


def check_totals(years: Database, starts_on: date, ends_on: date) -> None:
    """The totals are the sums of the days, with and without visits during alerts."""
    for with_alerts in (True, False):
        found = read_days(years, "laon", starts_on, ends_on, with_alerts=with_alerts)
        totals = read_totals(years, ["laon"], starts_on, ends_on, with_alerts=with_alerts)
        assert totals == {"laon": found.whole().condensed()}


def test_totals_of_months_and_years_are_the_sums_of_their_days(years: Database):
    for _ in ("counted", "stored_texts"):
        check_totals(years, *YEAR)
        check_totals(years, date(2026, 12, 31), date(2027, 2, 3))
    assert {"2026", "2026-12", "2027-01"} <= set(stored_texts(years))
    assert read_days(years, "laon", *YEAR).during_alert > 0
    with years.transaction("laon", SYSTEM) as transaction:
        PlayedDay(transaction, YEAR_END, Random(1)).greetings(2)
    assert not {"2026", "2026-12", "2026-12-30"} & set(stored_texts(years))
    assert "2027-01" in stored_texts(years)
    check_totals(years, *YEAR)
    with pytest.raises(Refusal, match="bad_period"):
        read_totals(years, ["laon"], *reversed(YEAR))


def test_the_periods_of_the_summary_are_the_sums_of_their_days(years: Database):
    found = read_days(years, "laon", date(2026, 1, 1), date(2027, 2, 3))
    services = frozenset(found.whole().services())
    for kind, service in product(PeriodKind, (None, *sorted(services)[:2])):
        series = read_periods(years, "laon", period_of(kind, date(2027, 1, 1)), service=service)
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
    years: Database, hands: Hands, monkeypatch: pytest.MonkeyPatch
):
    elapsed = {"s": 0.0, "pause_s": TURN_S / 3}
    years.clock = replace(years.clock, elapsed_s=lambda: elapsed["s"])
    rounds = PastDayRounds(years, lambda: elapsed.update(s=elapsed["s"] + elapsed["pause_s"]))

    def make() -> list[str]:
        hands.now += timedelta(seconds=TURN_S)
        rounds.make()
        assert rounds.failures == 0
        return stored_texts(years)

    past = {"2026-12-30", "2026-12-31", "2027-01-01", "2026-12", "2026", "2027-01"}
    assert make() == ["2027-01", "2027-01-01"]
    assert make() == ["2026-12-31", "2027-01", "2027-01-01"]
    elapsed["pause_s"] = 0.0
    assert past <= set(make())
    execute(years, "DELETE FROM stored_rollup")
    assert make() == []
    for module in (stored_rollups, rounds_module):
        monkeypatch.setattr(module, "counting_version", lambda: "of the next version")
    assert past <= set(make())
    execute(years, "DELETE FROM stored_rollup")
    hands.now += timedelta(days=1)
    assert past <= set(make())


def test_recomputing_finds_what_was_altered_and_replaces_it(years: Database):
    list(store_past_days(years, years.hall_id("laon")))
    names = set(stored_texts(years))
    whole = recompute_rollups(years, "laon")
    assert (whole.checked, whole.differing) == (len(names), [])
    execute(
        years,
        "UPDATE stored_rollup SET counted ="
        " (SELECT counted FROM stored_rollup WHERE period = '2027-01-01')"
        " WHERE period IN ('2026-12-31', '2026-12', '2026')",
    )
    december = (date(2026, 12, 1), date(2027, 1, 1))
    assert recompute_rollups(years, "laon", december).differing == ["2026-12", "2026-12-31"]
    assert recompute_rollups(years, "laon").differing == ["2026"]
    assert recompute_rollups(years, "laon").differing == []


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
