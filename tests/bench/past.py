"""Past visits in bulk: rows like real ones, so that tables and indexes weigh what years weigh.

Each visit has one leg and four facts. The facts stand before the journal's first position and are no part of
its chain: this is ballast for a benchmark, `verify-journal` would refuse it.
"""

import json
import sqlite3
from collections.abc import Generator, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg

VISITS_A_DAY = 200
BATCH = 20_000
LAST_DAY = date(2026, 10, 31)


def _columns(names: str) -> tuple[str, ...]:
    return tuple(names.split())


VISIT = _columns(
    "id hall business_day series incarnation rank number class priority channel"
    " issued_at arrived_at ended_at end_reason"
)
LEG = _columns(
    "id visit hall business_day number position service queue"
    " class priority target_s state sort_key arrived_at issued_at call rank"
    " first_called_at last_called_at started_at is_start_pressed ended_at end_reason counter session rule"
    " reinstatements configuration_revision is_clock_suspect series reference_at is_out_of_series"
)
FACT = _columns(
    "hall position id kind schema happened_at recorded_at is_clock_suspect author body"
    " hash version visit counter"
)
KINDS = ("TicketIssued", "LegCalled", "LegStarted", "LegEnded")
AFTER_ISSUE_S = (0, 600, 620, 1_200)
type Row = tuple[Any, ...]
type Writer = Generator[None, dict[str, list[Row]]]


def past_rows(hall: str, count: int) -> Iterator[tuple[Row, Row, list[Row]]]:
    """Visit, leg and facts of `count` served visits, oldest first, 200 a day up to the last day."""
    first_on = LAST_DAY - timedelta(days=count // VISITS_A_DAY)
    for place in range(count):
        days, rank = divmod(place, VISITS_A_DAY)
        on = first_on + timedelta(days=days)
        issued_s = int(datetime(on.year, on.month, on.day, 8, tzinfo=UTC).timestamp()) + rank * 120
        times = [(issued_s + after_s) * 1_000_000 for after_s in AFTER_ISSUE_S]
        ids = (f"00{place:010x}-visit-of-the-benchmark", f"00{place:010x}-leg-of-the-benchmark")
        day, number, counter = on.isoformat(), f"Z{rank + 1:03}", f"past-counter-{rank % 6}"
        issued, called, started, ended = times
        visit = (
            *(ids[0], hall, day, "past", "server", rank + 1, number, "walk_in", "none", "kiosk"),
            *(issued, issued, ended, "served"),
        )
        leg = (
            *(ids[1], ids[0], hall, day, number, 1, f"past-service-{rank % 8}", f"past-service-{rank % 8}"),
            *("walk_in", "none", 1200, "ended", f"2-{issued:020}", issued, issued, f"{ids[1]}-call", 1),
            *(
                called,
                called,
                started,
                True,
                ended,
                "served",
                counter,
                "past-session",
                "first_come",
                0,
                1,
                False,
            ),
            *("past", issued, False),
        )
        yield visit, leg, list(_facts(hall, 4 * (place - count), ids, times, counter))


def _facts(hall: str, position: int, ids: tuple[str, str], times: list[int], counter: str) -> Iterator[Row]:
    body = json.dumps(
        {"visit": ids[0], "leg": ids[1], "business_day": "2020-01-01", "number": "Z001", "rank": 1}
    )
    for step, (kind, at) in enumerate(zip(KINDS, times, strict=True)):
        where = counter if step else None
        yield (
            *(
                hall,
                position + step,
                f"{ids[1]}-{step}",
                kind,
                1,
                at,
                at,
                False,
                "past-author",
                body,
                "0" * 64,
            ),
            *(0, ids[0], where),
        )


def fill_past_visits(database_url: str, hall: str, count: int) -> None:
    """Writes `count` past visits of a hall (its id) into a database that no server has open."""
    batch: dict[str, list[Row]] = {"visit": [], "leg": [], "hall_fact": []}
    into = _into_sqlite if database_url.startswith("sqlite") else _into_postgresql
    write = into(database_url)
    next(write)
    for visit, leg, facts in past_rows(hall, count):
        batch["visit"].append(visit)
        batch["leg"].append(leg)
        batch["hall_fact"] += facts
        if len(batch["visit"]) == BATCH:
            write.send(batch)
            batch = {table: [] for table in batch}
    write.send(batch)
    write.close()


COLUMNS = {"visit": VISIT, "leg": LEG, "hall_fact": FACT}


def _into_sqlite(url: str) -> Writer:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("pragma synchronous=off")
    try:
        while True:
            batch = yield
            connection.execute("begin immediate")
            for table, rows in batch.items():
                names = ", ".join(f'"{name}"' for name in COLUMNS[table])
                places = ", ".join("?" * len(COLUMNS[table]))
                connection.executemany(f"insert into {table} ({names}) values ({places})", rows)
            connection.execute("commit")
    finally:
        connection.execute("pragma wal_checkpoint(truncate)")
        connection.close()


def _into_postgresql(url: str) -> Writer:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        try:
            while True:
                batch = yield
                for table, rows in batch.items():
                    names = ", ".join(f'"{name}"' for name in COLUMNS[table])
                    statement = f"copy {table} ({names}) from stdin".encode()
                    with connection.cursor() as cursor, cursor.copy(statement) as copy:
                        for row in rows:
                            copy.write_row(row)
        finally:
            for table in COLUMNS:
                connection.execute(f"analyze {table}".encode())
