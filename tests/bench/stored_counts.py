"""Reading figures, and keeping the counts that they are read from.

Figures of a hall and of all sites: how long reading takes, and DuckDB on the same visits as Parquet.

A hall has 20,000 visits in a year, in its rows. The sites have eight services; visits are drawn for two of
them, and each other site has the visits of one of these two under its own name, as rows of Parquet and as
stored rollups (rows of ten million visits would measure nothing more: figures of past months read rollups).

What the triggers that keep stored counts right cost a ticket and a call (decision 67).

Two databases of one hall in one process, with a past day whose counts are stored; from one of them the
triggers are taken out. Tickets, then calls, in blocks that alternate: what slows one side slows the other.
"""

import json
import random
import statistics
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from server.clock import Clock
from server.domain.author import SYSTEM, Author
from server.domain.quality.indicators import figures_of
from server.domain.quality.leg_records import LEG_COLUMNS, LegRecord, leg_cells
from server.domain.quality.rollup import Rollup, roll_up
from server.ids import new_id
from server.store.operation.migrating import migrate
from server.store.quality.stored_rollups import PeriodCounts, shape_of, store_rollup, stored_days
from server.store.transactions.database import Database
from server.usecases.calling import AtCounter, call_next
from server.usecases.configuration.publication import publish_hall, publish_installation
from server.usecases.counters.counter_sessions import SessionRequest, open_counter
from server.usecases.quality.counts import (
    CountedHall,
    condensed_sum,
    counted_hall,
    store_past_days,
    total_of,
)
from server.usecases.quality.indicators import read_days
from server.usecases.tickets.issuing import TicketRequest, issue_ticket
from tests.harness.independent_figures import FUNCTIONS, MEASURED, Value, figures_of_legs, load_legs
from tests.harness.programs import PROJECT
from tests.harness.sql import all_rows, execute
from tests.server.usecases.quality.figures_history import play_days
from tests.server.web.quality.test_quality import Site

SITES, SERVICES, DRAWN = 50, 8, 2
YEAR = (date(2025, 1, 1), date(2026, 1, 1))
MONTH = (date(2025, 10, 1), date(2025, 11, 1))
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
MONTH_BOUND_MS, YEAR_BOUND_MS, VISITS_A_DAY = 400, 1_000, 77
FIVE = ("laon", "soissons", "saint-quentin", "vervins", "chateau-thierry")
AT_MOST_FIRST, AT_MOST_SECOND = 1.2, 0.25
"""Of the floor: on a quiet core some 0.5 s and 0.1 s."""
HALLS = PROJECT / "server" / "demonstration" / "halls"


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, and how long it took: the best of three, the first one ever, and the other side."""

    what: str
    ms: float
    reference_ms: float
    at_most: float
    first_ms: float | None = None


def measure_figures(url: str, folder: Path, visits: int) -> Iterator[Reading]:
    """Figures of a hall against the bounds, and of all sites, `visits` in a year, against DuckDB."""
    database = Database(url, Clock(now=lambda: NOW))
    migrate(database)
    publish_installation(database, SYSTEM, (HALLS / "installation.json").read_bytes())
    publish_hall(database, SYSTEM, (HALLS / "laon.json").read_bytes())
    yield from _hall(database)
    yield from _sites(database, folder, visits)
    yield from _explorer(database)
    database.close()


def _explorer(database: Database) -> Iterator[Reading]:
    """Five halls over a year against the year before, in processor time.

    Against what reading their stored days takes in C alone: from the database, unpacked, parsed.
    """
    for hall in FIVE[1:]:
        publish_hall(database, SYSTEM, (HALLS / f"{hall}.json").read_bytes())
    for hall in FIVE:
        _store_days(database, hall)
    site = Site(database)
    site.halls = [database.configuration(hall) for hall in FIVE]
    chosen = "&".join(f"hall={hall}" for hall in FIVE)
    site.page(f"/qualite/explorer?{chosen}&du=2025-12-31&au=2025-12-31")  # templates and catalogues are read
    page = partial(site.page, f"/qualite/explorer?{chosen}&du=2025-01-01&au=2025-12-31")
    floor_ms = min(_processor_ms(partial(_parse_days, database)) for _ in range(3))
    what = "year of five halls in the explorer, processor,"
    yield Reading(f"{what} first reading", _processor_ms(page), floor_ms, AT_MOST_FIRST)
    second_ms = min(_processor_ms(page) for _ in range(3))
    yield Reading(f"{what} second reading", second_ms, floor_ms, AT_MOST_SECOND)


def _store_days(database: Database, hall: str) -> None:
    """Two years of days that were counted, for the halls that have no visits in rows."""
    chance, counted = random.Random(hall), counted_hall(database, hall)
    services = sorted(database.configuration(hall).services)
    first = date(YEAR[0].year - 1, 1, 1)
    days = [first + timedelta(days=n) for n in range((YEAR[1] - first).days)]
    with database.transaction(hall, SYSTEM) as transaction:
        for day in (day for day in days if day.weekday() < 5):
            legs = drawn_legs(chance, hall, services, day, VISITS_A_DAY)
            counts = PeriodCounts(roll_up(legs, time_zone=PARIS), Rollup(), 0, NOW)
            store_rollup(transaction, counted.id, day.isoformat(), counts, shape=counted.shape)


def _parse_days(database: Database) -> None:
    with database.read() as rows:
        for hall in map(partial(counted_hall, database), FIVE):
            for days in stored_days(rows, hall.id, date(2024, 1, 1), YEAR[1], shape=hall.shape).values():
                json.loads(zlib.decompress(days.counted))


def _hall(database: Database) -> Iterator[Reading]:
    play_days(database, YEAR[0], 365, a_day=VISITS_A_DAY)
    for name, days, bound_ms in (("month", MONTH, MONTH_BOUND_MS), ("year", YEAR, YEAR_BOUND_MS)):

        def read(days: tuple[date, date] = days) -> None:
            figures_of(read_days(database, "laon", *days).whole())

        first_ms = _took_ms(read)
        yield Reading(f"{name} of a hall", _best_ms(read), bound_ms, 1, first_ms)


def _sites(database: Database, folder: Path, visits: int) -> Iterator[Reading]:
    folder.mkdir(parents=True, exist_ok=True)
    days = [YEAR[0] + timedelta(days=n) for n in range(365)]
    days = [day for day in days if day.weekday() < 5]
    store, parquet = _Sites(database, folder), folder / "legs.parquet"
    for site in range(DRAWN):
        store.draw(site, days, visits // SITES // len(days))
    store.write_parquet(parquet)
    halls = [CountedHall(f"site-{n}", PARIS, shape_of("Europe/Paris"), NOW.date(), NOW) for n in range(SITES)]
    other = duckdb.connect()
    other.execute(f"SET threads = 1; SET temp_directory = '{folder}'")
    other.execute(FUNCTIONS)
    for name, period in (("month", MONTH), ("year", YEAR)):
        other.execute(
            f"CREATE OR REPLACE VIEW legs AS SELECT * FROM read_parquet('{parquet}')"
            f" WHERE business_day >= '{period[0]}' AND business_day < '{period[1]}'"
        )
        other.execute(MEASURED.format(kind="VIEW"))
        _check_equal(_figures_of_all(database, halls, period), figures_of_legs(other))
        ms = _best_ms(partial(_figures_of_all, database, halls, period))
        reference_ms = _best_ms(partial(figures_of_legs, other))
        yield Reading(f"{name} of {SITES} sites with {visits:,} visits a year", ms, reference_ms, 2)
    other.close()


def _figures_of_all(
    database: Database, halls: list[CountedHall], days: tuple[date, date]
) -> dict[str, float | None]:
    total = Rollup()
    for hall in halls:
        total.add(total_of(database, hall, *days))
    return {each.indicator: each.value for each in figures_of(total)}


def _check_equal(ours: dict[str, float | None], theirs: dict[str, Value]) -> None:
    for name, (value, _) in theirs.items():
        own = ours[name]
        assert own == value or (own is not None and value is not None and abs(own - value) < 1e-6), name


class _Sites:
    """Visits of some sites: rollups of months and of the year, and lines of `legs.csv`."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.csv = database, folder / "legs.csv"
        self.csv.write_text(",".join(LEG_COLUMNS) + "\n", encoding="utf-8")
        self.chance = random.Random(1)
        self.services = [f"service-{n}" for n in range(SERVICES)]

    def draw(self, site: int, days: list[date], visits_a_day: int) -> None:
        """Draws the visits of a site; stores their rollups for it and for the sites that repeat it."""
        months: dict[str, list[PeriodCounts]] = {}
        with self.csv.open("a", encoding="utf-8") as file:
            for day in days:
                legs = list(drawn_legs(self.chance, f"site-{site}", self.services, day, visits_a_day))
                file.writelines(",".join(leg_cells(leg)) + "\n" for leg in legs)
                counts = PeriodCounts(roll_up(legs, time_zone=PARIS), Rollup(), 0, NOW)
                months.setdefault(f"{day:%Y-%m}", []).append(condensed_sum([counts]))
        periods = {name: condensed_sum(counts) for name, counts in months.items()}
        periods[f"{YEAR[0]:%Y}"] = condensed_sum(periods.values())
        for repeated in range(site, SITES, DRAWN):
            with self.database.transaction("laon", SYSTEM) as transaction:
                for name, counts in periods.items():
                    shape = shape_of("Europe/Paris")
                    store_rollup(transaction, f"site-{repeated}", name, counts, shape=shape)

    def write_parquet(self, place: Path) -> None:
        """The visits of all sites, by day: those drawn, and the same under the names of the others."""
        writing = duckdb.connect()
        load_legs(writing, self.csv)
        writing.execute(
            "COPY (SELECT * REPLACE ('site-' || (split_part(hall, '-', 2)::INT + times.n * "
            f"{DRAWN}) AS hall, visit || '-' || times.n AS visit, leg || '-' || times.n AS leg)"
            f" FROM legs, range({SITES // DRAWN}) AS times(n) ORDER BY business_day)"
            f" TO '{place}' (FORMAT parquet)"
        )
        writing.close()


def drawn_legs(
    chance: random.Random, hall: str, services: Sequence[str], day: date, count: int
) -> Iterator[LegRecord]:
    """The legs of visits of one leg each."""
    midnight = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    for n in range(count):
        issued = midnight + timedelta(seconds=36_000 * chance.random())
        wait_s, service_s = chance.expovariate(1 / 800), chance.expovariate(1 / 500)
        called = issued + timedelta(seconds=wait_s)
        has_left = chance.random() < 0.06
        started = called + timedelta(seconds=20 + 40 * chance.random())
        yield LegRecord(
            leg=f"{hall}-{day}-{n}",
            visit=f"{hall}-{day}-{n}",
            number="A001",
            hall=hall,
            service=services[n % len(services)],
            leg_class="priority" if n % 20 == 0 else "walk_in",
            business_day=day,
            issued_at=issued,
            arrived_at=issued,
            first_called_at=None if has_left else called,
            last_called_at=None if has_left else called,
            started_at=None if has_left else started,
            ended_at=called if has_left else started + timedelta(seconds=service_s),
            end_reason="abandoned" if has_left else "served",
            counter=None if has_left else "g1",
            quoted_low_s=600,
            quoted_median_s=800,
            quoted_high_s=1500,
            target_s=900,
            start_pressed=not has_left,
            outcome=None if has_left else "informed",
        )


def _took_ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - began)


def _processor_ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1_000 * (time.process_time() - began)


def _best_ms(work: Callable[[], object]) -> float:
    return min(_took_ms(work) for _ in range(3))


# --- triggers ---------------------------------------------------------------------------------


HALL, COUNTER, SERVICE = "laon", "laon-g1", "laon-accueil"
AGENT, KIOSK = Author("agent"), Author("kiosk", device="kiosk")
MORNING = datetime(2026, 1, 5, 9, tzinfo=UTC)
BLOCK = 25
"""Writes that are timed together."""
PAST_DAYS = 20


@dataclass(frozen=True, slots=True)
class TriggerCost:
    """Milliseconds of a write with the triggers and without, each the median of its blocks."""

    what: str
    with_ms: float
    without_ms: float


def measure_triggers(urls: tuple[str, str], blocks: int) -> Iterator[TriggerCost]:
    """A ticket and a call; `urls`: of two empty databases, the second one loses its triggers."""
    with_triggers, without = (_hall_with_past(url) for url in urls)
    _drop_triggers(without)
    calls = (_Calls(with_triggers), _Calls(without))
    tickets: list[tuple[float, float]] = []
    called: list[tuple[float, float]] = []
    for number in range(blocks + 1):
        ticket = _both(number, lambda: _tickets(with_triggers), lambda: _tickets(without))
        call = _both(number, calls[0].make, calls[1].make)
        if number:  # the first block warms up
            tickets.append(ticket)
            called.append(call)
    for what, times in (("ticket", tickets), ("call that ends the one before", called)):
        with_ms, without_ms = (statistics.median(side) for side in zip(*times, strict=True))
        yield TriggerCost(what, with_ms, without_ms)
    for database in (with_triggers, without):
        database.close()


def _hall_with_past(url: str) -> Database:
    database = Database(url, Clock(now=lambda: MORNING))
    migrate(database)
    publish_installation(database, SYSTEM, (HALLS / "installation.json").read_bytes())
    publish_hall(database, SYSTEM, (HALLS / f"{HALL}.json").read_bytes())
    play_days(database, date(2025, 12, 1), PAST_DAYS, a_day=77)
    list(store_past_days(database, database.hall_id(HALL)))
    open_counter(database, COUNTER, AGENT, SessionRequest(services=[SERVICE]))
    return database


def _drop_triggers(database: Database) -> None:
    if database.url.startswith("sqlite"):
        for row in all_rows(database, "SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            execute(database, f"DROP TRIGGER {row['name']}")
        return
    found = all_rows(
        database,
        "SELECT DISTINCT trigger_name, event_object_table FROM information_schema.triggers"
        " WHERE trigger_name LIKE 'forget_rollups%'",
    )
    for row in found:
        execute(database, f"DROP TRIGGER {row['trigger_name']} ON {row['event_object_table']}")


def _both(number: int, first: Callable[[], float], second: Callable[[], float]) -> tuple[float, float]:
    """Both sides, one after the other; each begins every second time."""
    if number % 2:
        return first(), second()
    later = second()
    return first(), later


def _tickets(database: Database) -> float:
    began = time.perf_counter()
    for _ in range(BLOCK):
        issue_ticket(database, HALL, KIOSK, TicketRequest(SERVICE, new_id()))
    return 1000 * (time.perf_counter() - began) / BLOCK


class _Calls:
    """The calls of one side, each ends the one before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._current: str | None = None

    def make(self) -> float:
        began = time.perf_counter()
        for _ in range(BLOCK):
            at = AtCounter(current=self._current, current_end="served")
            called = call_next(self._database, COUNTER, AGENT, at)
            assert called is not None
            self._current = called["leg"]
        return 1000 * (time.perf_counter() - began) / BLOCK
