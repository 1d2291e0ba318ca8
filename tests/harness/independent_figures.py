"""Every indicator in SQL: the formulas of docs/rules/indicators.md, and the tables and functions they name.

Written from the prose of that page and not from the product's code. `legs` is a table of `legs.csv` with
instants in microseconds, `facts` one of exported facts (kind, id, body).
"""

import json
import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from server.domain.instants import to_micros
from server.domain.quality.indicators import INDICATORS, figures_of
from server.store.transactions.database import Database
from server.usecases.quality.indicators import read_days
from server.usecases.quality.visits import export_visits
from tests.docs.documents import text_of
from tests.harness.sql import all_rows


class Value(NamedTuple):
    """The value of an indicator, None where nobody was counted, and its sample size."""

    value: float | None
    n: int


INSTANTS = (
    *("booked_at", "arrived_at", "issued_at", "first_called_at", "last_called_at", "started_at", "ended_at"),
)
SECONDS = (
    *("quoted_low_s", "quoted_median_s", "quoted_high_s", "quoted_simple_s"),
    *("target_s", "parked_s", "position"),
)
TRUTHS = ("start_pressed", "reinstated", "clock_suspect", "during_alert", "chosen", "reentered")

FUNCTIONS = """
CREATE OR REPLACE MACRO pair(value, n) AS {value: value, n: n};
CREATE OR REPLACE MACRO number(counted) AS pair(counted, counted);
CREATE OR REPLACE MACRO share(part, whole) AS pair(100.0 * (part) / nullif(whole, 0), whole);
CREATE OR REPLACE MACRO nearest_rank(times, part) AS pair(quantile_disc(times, part), count(times));
CREATE OR REPLACE MACRO mean_of(times) AS pair(sum(times) / count(times), count(times));
CREATE OR REPLACE MACRO elapsed(since, until) AS
CASE WHEN until < since THEN 0 ELSE (until - since) // 1000000 END;
"""
"""Value and sample size of a formula. `elapsed`: whole seconds, cut off, never negative."""
MEASURED = """
CREATE OR REPLACE {kind} measured AS
WITH marked AS (
    SELECT *,
        coalesce(end_reason = 'undone' OR (end_reason = 'cancelled' AND position = 1
            AND ended_at - issued_at <= 120000000), false) AS is_outside,
        greatest(issued_at, coalesce(arrived_at, 0), coalesce(booked_at, 0)) AS due_at,
        coalesce(end_reason = 'transferred' AND first_called_at IS NULL, false) AS moved
    FROM legs
), ordered AS (
    SELECT *,
        row_number() OVER visit AS rank,
        last_value(priority) OVER whole_visit AS final_priority,
        coalesce(lag(moved) OVER visit, false) AS continues
    FROM marked WHERE NOT is_outside
    WINDOW visit AS (PARTITION BY visit ORDER BY position, leg),
        whole_visit AS (PARTITION BY visit ORDER BY position, leg
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), chained AS (
    SELECT *, sum((NOT continues)::INT) OVER (PARTITION BY visit ORDER BY rank) AS chain FROM ordered
), waited AS (
    SELECT *, first_value(due_at) OVER (PARTITION BY visit, chain ORDER BY rank) AS since,
        first_called_at IS NOT NULL AS is_called,
        rank = 1 AS opens
    FROM chained
)
SELECT *,
    CASE WHEN end_reason IN ('cancelled', 'abandoned')
        THEN CASE WHEN is_called THEN 'left_after_call' ELSE 'abandoned' END
        ELSE coalesce(end_reason, 'open') END AS ended_as,
    NOT is_called AND NOT moved AND (end_reason IS NULL OR ended_at IS NULL) AS is_open,
    CASE WHEN clock_suspect THEN NULL
        WHEN is_called THEN elapsed(since, first_called_at)
        WHEN NOT moved AND end_reason IS NOT NULL THEN elapsed(since, ended_at)
        END AS wait_s,
    CASE WHEN NOT clock_suspect AND is_called AND last_called_at <> first_called_at
        THEN elapsed(since, last_called_at) END AS last_wait_s,
    CASE WHEN NOT clock_suspect AND end_reason IN ('served', 'transferred') THEN elapsed(
        coalesce(started_at, CASE WHEN end_reason = 'served' THEN last_called_at END), ended_at) - parked_s
        END AS unparked_s,
    CASE WHEN unparked_s < 0 THEN 0 ELSE unparked_s END AS at_counter_s,
    CASE WHEN NOT clock_suspect AND start_pressed THEN elapsed(last_called_at, started_at) END AS walk_s,
    CASE WHEN is_called THEN wait_s END AS called_s,
    CASE WHEN is_called AND end_reason IN ('served', 'transferred') THEN wait_s END AS contact_s,
    coalesce(last_wait_s, wait_s) AS until_last_s,
    NOT clock_suspect AND position = 1 AND booked_at IS NOT NULL AS is_booked,
    CASE WHEN is_booked AND is_called AND "class" <> 'walk_in' THEN wait_s END AS delay_s,
    CASE WHEN position = 1 AND arrived_at > issued_at
        THEN wait_s + (arrived_at - issued_at) // 1000000 END AS early_s,
    CASE WHEN quoted_low_s IS NOT NULL AND quoted_high_s IS NOT NULL THEN called_s END AS quoted_s,
    CASE WHEN quoted_low_s IS NOT NULL AND quoted_high_s IS NOT NULL AND ended_as = 'abandoned'
        THEN wait_s END AS left_quoted_s,
    target_s IS NOT NULL AND wait_s IS NOT NULL AS has_target,
    coalesce(called_s <= target_s, false) AS is_within,
    ended_as IN ('served', 'transferred') AS is_received,
    end_reason = 'served' AND outcome IS NOT NULL AS has_outcome,
    end_reason = 'served' AND outcome_asked = 'optional' AS could_be_left_out
FROM waited
"""

CREATED = """
CREATE OR REPLACE TABLE greetings AS
    SELECT body->>'service' AS service FROM facts WHERE kind = 'GreetingCounted' AND id NOT IN
    (SELECT body->>'undone' FROM facts WHERE kind = 'GestureUndone');
CREATE OR REPLACE TABLE refused AS
    SELECT body->>'service' AS service, body->>'reason' AS reason FROM facts
    WHERE kind = 'TicketNotIssued' AND body->>'id' NOT IN
    (SELECT body->>'demand' FROM facts WHERE kind = 'AppointmentCheckedIn' AND body->>'demand' IS NOT NULL);
CREATE OR REPLACE TABLE informed AS
    SELECT body->>'referral' AS referral FROM facts WHERE kind = 'VisitorInformed';
CREATE OR REPLACE TABLE booked AS
    WITH events AS (
        SELECT coalesce(body->>'appointment', body->>'id') AS appointment, kind, position AS place,
            epoch_us((body->>'booked_at')::TIMESTAMPTZ) AS booked_us
        FROM facts WHERE kind IN ('AppointmentBooked', 'AppointmentMoved', 'AppointmentCancelled',
            'AppointmentCheckedIn', 'CheckInUndone')
    )
    SELECT appointment, arg_max(booked_us, place) FILTER (booked_us IS NOT NULL) AS booked_at,
        bool_or(kind = 'AppointmentCancelled') AS is_cancelled,
        coalesce(arg_max(kind, place) FILTER (kind IN ('AppointmentCheckedIn', 'CheckInUndone'))
            = 'AppointmentCheckedIn', false) AS is_here
    FROM events GROUP BY appointment;
CREATE OR REPLACE VIEW received AS
    SELECT false AS is_greeting FROM measured WHERE opens UNION ALL SELECT true FROM greetings;
CREATE OR REPLACE VIEW demand AS
    WITH asked AS (SELECT service, count(*) AS requests FROM refused
            WHERE reason = 'appointment_only' GROUP BY service),
        exceptional AS (SELECT wanted_service AS service, count(*) AS received FROM measured
            WHERE opens AND exceptional_reason IS NOT NULL GROUP BY wanted_service)
    SELECT service, requests, coalesce(received, 0) AS received
    FROM asked LEFT JOIN exceptional USING (service);
CREATE OR REPLACE VIEW visit_ends AS
    SELECT visit, CASE WHEN bool_or(is_received AND NOT moved) THEN 'received'
            ELSE arg_max(ended_as, rank) END AS ended,
        ended IN ('received', 'abandoned', 'left_after_call', 'no_show', 'closed_at_day_end') AS is_over
    FROM measured GROUP BY visit;
CREATE OR REPLACE VIEW came AS
    SELECT ended = 'received' AS is_received FROM visit_ends WHERE is_over
    UNION ALL SELECT true FROM greetings
    UNION ALL SELECT false FROM refused WHERE reason <> 'appointment_only'
    UNION ALL SELECT false FROM (SELECT unnest(range(greatest(0, requests - received))) FROM demand);
CREATE OR REPLACE VIEW survival AS
    WITH ends AS (SELECT wait_s, count(called_s) AS called, count(*) AS gone FROM measured
            WHERE wait_s IS NOT NULL GROUP BY wait_s),
        risks AS (SELECT wait_s, called, gone, sum(gone) OVER (ORDER BY wait_s DESC) AS at_risk FROM ends)
    SELECT wait_s, called, gone, product(1 - called / at_risk) OVER (ORDER BY wait_s) AS going_on FROM risks;
"""
"""What belongs to no leg, from the facts alone; an appointment is where its last fact left it.

`received`: everybody; `demand`: of each service; `visit_ends`: how each visit ended; `came`: all who came;
`survival`: the share who go on waiting, had nobody left.
"""
FORMULAS: dict[str, str] = dict(
    re.findall(r"^### (\w+)\n(?:(?!^#).*\n)*?Formula: `([^`]+)`$", text_of("rules/indicators"), re.MULTILINE)
)
"""The formula of each indicator that the rules have one for."""


def load_legs(database: duckdb.DuckDBPyConnection, file: Path) -> None:
    """The table `legs` of a `legs.csv`."""
    typed = [
        *(f"epoch_us(nullif({name}, '')::TIMESTAMPTZ) AS {name}" for name in INSTANTS),
        *(f"nullif({name}, '')::BIGINT AS {name}" for name in SECONDS),
        *(f"({name} = 'true') AS {name}" for name in TRUTHS),
        *(
            f"nullif({name}, '') AS {name}"
            for name in ("end_reason", "outcome", "outcome_asked", "wanted_service", "exceptional_reason")
        ),
    ]
    database.execute(
        f"CREATE OR REPLACE TABLE legs AS SELECT * REPLACE ({', '.join(typed)})"
        f" FROM read_csv('{file}', header = true, all_varchar = true, quote = '\"', nullstr = '\\N')"
    )


def every_figure(database: duckdb.DuckDBPyConnection, *, now_us: int) -> dict[str, Value]:
    """Every declared indicator over `legs` and `facts`. Raises KeyError for one that has no formula."""
    database.execute(FUNCTIONS)
    database.execute(MEASURED.format(kind="TABLE"))
    database.execute(CREATED)
    database.execute(f"CREATE OR REPLACE MACRO read_at() AS {now_us}")
    apart = {name: FORMULAS[name] for name in INDICATORS if " FROM " in FORMULAS[name]}
    return figures_of_legs(database) | {
        name: _value(database.execute(f"SELECT {formula}").fetchone()) for name, formula in apart.items()
    }


def figures_of_legs(database: duckdb.DuckDBPyConnection) -> dict[str, Value]:
    """The indicators whose formula names no table: those over `measured`, in one statement."""
    names = [name for name in INDICATORS if " FROM " not in FORMULAS[name]]
    row = database.execute(f"SELECT {', '.join(FORMULAS[name] for name in names)} FROM measured").fetchone()
    assert row is not None
    return {name: _value((found,)) for name, found in zip(names, row, strict=True)}


def _value(row: tuple[dict[str, float], ...] | None) -> Value:
    return Value(None, 0) if row is None else Value(row[0]["value"], int(row[0]["n"] or 0))


def load_facts(connection: duckdb.DuckDBPyConnection, database: Database, hall: str, file: Path) -> None:
    """The table `facts` of the facts of a hall, exported as lines of JSON."""
    facts = all_rows(
        database,
        "SELECT id, kind, position, body FROM hall_fact WHERE hall = :hall ORDER BY position",
        hall=database.hall_id(hall),
    )
    lines = [json.dumps({**fact, "body": json.loads(fact["body"])}) for fact in facts]
    file.write_text("\n".join(lines), encoding="utf-8")
    connection.execute(
        f"CREATE OR REPLACE TABLE facts AS SELECT * FROM read_json('{file}', format = 'newline_delimited',"
        " columns = {id: 'VARCHAR', kind: 'VARCHAR', position: 'BIGINT', body: 'JSON'})"
    )


def check_figures(database: Database, hall: str, days: tuple[date, date], folder: Path) -> set[str]:
    """Each indicator of the registry has the value and the sample that the other computation finds.

    The names of those of which something was counted.
    """
    export_visits(database, [hall], days=days, folder=folder)
    connection = duckdb.connect()
    load_legs(connection, folder / "legs.csv")
    load_facts(connection, database, hall, folder / "facts.json")
    expected = every_figure(connection, now_us=to_micros(database.clock.now()))
    connection.close()
    for _ in ("counted", "stored"):
        for figure in figures_of(read_days(database, hall, *days).whole()):
            value, n = expected[figure.indicator]
            assert figure.n == n, (hall, figure)
            assert figure.value == (value if value is None else pytest.approx(value, rel=1e-9)), (
                hall,
                figure,
            )
    return {name for name, (_, n) in expected.items() if n}
