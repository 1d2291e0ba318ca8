"""Every indicator in SQL, written from docs/rules/indicators.md and not from the product's code.

`legs` is a table of `legs.csv` with instants in microseconds, `facts` one of exported facts (kind, id, body).
A new indicator needs its form here: the tests walk the registry.
"""

from pathlib import Path
from typing import NamedTuple

import duckdb

from server.domain.visits.outcomes import OUTCOMES


class Value(NamedTuple):
    """The value of an indicator, None where nobody was counted, and its sample size."""

    value: float | None
    n: int


INSTANTS = (
    *("booked_at", "arrived_at", "issued_at", "first_called_at", "last_called_at", "started_at", "ended_at"),
)
SECONDS = ("quoted_low_s", "quoted_median_s", "quoted_high_s", "target_s", "parked_s", "position")
TRUTHS = ("start_pressed", "reinstated", "clock_suspect", "during_alert", "chosen")

ELAPSED = """
CREATE OR REPLACE MACRO elapsed(since, until) AS
CASE WHEN until < since THEN 0 ELSE (until - since) // 1000000 END
"""
"""Whole seconds between two instants, cut off; never negative, and none where one is missing."""
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
    target_s IS NOT NULL AND wait_s IS NOT NULL AS has_target,
    coalesce(called_s <= target_s, false) AS is_within
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
"""
"""What belongs to no leg, from the facts alone. An appointment is where its last fact left it."""


def _share(part: str, whole: str) -> tuple[str, str]:
    return f"100.0 * ({part}) / nullif({whole}, 0)", whole


def _number(count: str) -> tuple[str, str]:
    return count, count


def _rank(column: str, share: float) -> tuple[str, str]:
    return f"quantile_disc({column}, {share})", f"count({column})"


def _mean(column: str) -> tuple[str, str]:
    return f"sum({column}) / count({column})", f"count({column})"


def _if(condition: str) -> str:
    return f"count_if({condition})"


def _ended(reason: str) -> tuple[str, str]:
    return _number(_if(f"ended_as = '{reason}'"))


_WITH_TARGET, _VISITS, _BOOKED = _if("has_target"), _if("opens"), _if("is_booked")
_SERVED_OUTCOME = "end_reason = 'served' AND outcome IS NOT NULL"
_RECEIVED = "ended_as IN ('served', 'transferred')"
_PRIORITY = _if("opens AND final_priority <> 'none'")

AGGREGATES: dict[str, tuple[str, str]] = {
    "visits": _number(_VISITS),
    "wait_mean": _mean("wait_s"),
    "wait_median": _rank("wait_s", 0.5),
    "wait_p90": _rank("wait_s", 0.9),
    "wait_p95": _rank("wait_s", 0.95),
    "wait_max": ("max(wait_s)", "count(wait_s)"),
    "called_wait_median": _rank("called_s", 0.5),
    "called_wait_p90": _rank("called_s", 0.9),
    "contact_wait_median": _rank("contact_s", 0.5),
    "contact_wait_p90": _rank("contact_s", 0.9),
    "last_call_wait_median": _rank("until_last_s", 0.5),
    "last_call_wait_p90": _rank("until_last_s", 0.9),
    "within_target": _share(_if("is_within"), _WITH_TARGET),
    "called_within_target": _share(_if("is_within"), _if("has_target AND is_called")),
    "received_within_target": _share(_if(f"is_within AND {_RECEIVED}"), _WITH_TARGET),
    "over_three_targets": _share(_if("wait_s > 3 * target_s"), _WITH_TARGET),
    "service_mean": _mean("at_counter_s"),
    "service_median": _rank("at_counter_s", 0.5),
    "started_without_press": _share(
        _if("at_counter_s IS NOT NULL AND NOT start_pressed"), "count(at_counter_s)"
    ),
    "walking_median": _rank("walk_s", 0.5),
    "walking_p90": _rank("walk_s", 0.9),
    "recalled": _share("count(last_wait_s)", _if("is_called")),
    "transferred": _share(_if("end_reason = 'transferred' AND is_called"), _if(f"{_RECEIVED} AND NOT moved")),
    "chosen": _share(_if("is_called AND chosen"), _if("is_called")),
    "no_shows": _ended("no_show"),
    "no_shows_reinstated": _number(_if("end_reason = 'no_show' AND reinstated")),
    "left_before_call": _ended("abandoned"),
    "left_after_call": _ended("left_after_call"),
    "closed_at_day_end": _ended("closed_at_day_end"),
    "received_exceptionally": _number(
        _if("opens AND wanted_service IS NOT NULL AND exceptional_reason IS NOT NULL")
    ),
    "quoted_inside": _share(
        _if("quoted_s BETWEEN quoted_low_s AND greatest(quoted_high_s, 300)"), "count(quoted_s)"
    ),
    "quoted_exceeded": _share(_if("quoted_s > greatest(quoted_high_s, 300)"), "count(quoted_s)"),
    "quoted_error_mean": _mean("abs(called_s - quoted_median_s)"),
    "early_wait_from_issue": _rank("early_s", 0.5),
    "priorities": _share(_PRIORITY, _VISITS),
    "priorities_confirmed": _share(_if("opens AND final_priority = 'confirmed'"), _PRIORITY),
    "priorities_not_confirmed": _share(_if("opens AND final_priority = 'not_confirmed'"), _PRIORITY),
    "visitors_on_time": _share(_if("is_booked AND coalesce(arrived_at, issued_at) <= booked_at"), _BOOKED),
    "visitors_after_grace": _share(_if("is_booked AND \"class\" = 'walk_in'"), _BOOKED),
    "office_on_time": _share(_if("delay_s <= 600"), "count(delay_s)"),
    "office_delay_median": _rank("delay_s", 0.5),
    "office_delay_p90": _rank("delay_s", 0.9),
    **{
        f"outcome_{code}": _share(_if(f"{_SERVED_OUTCOME} AND outcome = '{code}'"), _if(_SERVED_OUTCOME))
        for code in OUTCOMES
    },
    "outcome_left_out": _share(
        _if("end_reason = 'served' AND outcome_asked = 'optional' AND outcome IS NULL"),
        _if("end_reason = 'served' AND outcome_asked = 'optional'"),
    ),
    "redirected_before_call": _number(_if("moved")),
    "still_waiting": _number(_if("is_open")),
    "clock_suspect": _number(_if("clock_suspect")),
}
"""Value and sample size over the legs that are counted."""

_WORST_GROUP = """
SELECT {value}, {n} FROM measured GROUP BY service, "class"
HAVING count(wait_s) >= 40 AND {value} IS NOT NULL ORDER BY 1 {order}, service, "class" LIMIT 1
"""
_IN_TIME = AGGREGATES["received_within_target"]
_UNMET = """
SELECT coalesce(sum(greatest(0, asked - coalesce(received, 0))), 0)
FROM (SELECT service, count(*) AS asked FROM refused WHERE reason = 'appointment_only' GROUP BY service)
LEFT JOIN (SELECT wanted_service AS service, count(*) AS received FROM measured
    WHERE opens AND exceptional_reason IS NOT NULL GROUP BY wanted_service) USING (service)
"""
_NO_WAIT_LEFT = """
WITH ends AS (SELECT wait_s, count(called_s) AS called, count(*) AS gone FROM measured
        WHERE wait_s IS NOT NULL GROUP BY wait_s),
    risks AS (SELECT wait_s, called, sum(gone) OVER (ORDER BY wait_s DESC) AS at_risk FROM ends),
    curve AS (SELECT wait_s, called, product(1 - called / at_risk) OVER (ORDER BY wait_s) AS waiting
        FROM risks)
SELECT min(wait_s) FILTER (called > 0 AND waiting <= 0.5 + 1e-9), (SELECT count(wait_s) FROM measured)
FROM curve
"""


def _counted(table: str, where: str = "true") -> str:
    return f"SELECT count(*), count(*) FROM {table} WHERE {where}"


def _of_all(condition: str) -> str:
    return f"SELECT 100.0 * count_if({condition}) / nullif(count(*), 0), count(*) FROM legs"


_OUTSIDE = "(SELECT count(*) FROM legs) - (SELECT count(*) FROM measured)"
_ALL_VISITS = "(SELECT count_if(opens) FROM measured)"
_ALL_GREETINGS = "(SELECT count(*) FROM greetings)"

QUERIES: dict[str, str] = {
    "greetings": _counted("greetings"),
    "received": f"SELECT v, v FROM (SELECT {_ALL_VISITS} + {_ALL_GREETINGS} AS v)",
    "without_ticket": f"SELECT 100.0 * {_ALL_GREETINGS} / nullif(n, 0), n"
    f" FROM (SELECT {_ALL_VISITS} + {_ALL_GREETINGS} AS n)",
    "not_issued": _counted("refused"),
    "appointment_demand": _counted("refused", "reason = 'appointment_only'"),
    "unmet_demand": f"SELECT v, v FROM (SELECT ({_UNMET}) AS v)",
    "appointments_missed": "SELECT 100.0 * count_if(NOT is_here) / nullif(count(*), 0), count(*)"
    " FROM booked WHERE NOT is_cancelled AND booked_at < $now",
    "wait_median_kaplan_meier": _NO_WAIT_LEFT,
    "worst_service_wait_p90": "SELECT quantile_disc(wait_s, 0.9), count(wait_s) FROM measured"
    " GROUP BY service HAVING count(wait_s) >= 10 ORDER BY 1 DESC, service LIMIT 1",
    "worst_group_wait_p95": _WORST_GROUP.format(
        value="quantile_disc(wait_s, 0.95)", n="count(wait_s)", order="DESC"
    ),
    "worst_group_received_within_target": _WORST_GROUP.format(value=_IN_TIME[0], n=_IN_TIME[1], order="ASC"),
    "cancelled": _of_all("end_reason = 'cancelled'"),
    "undone": _of_all("end_reason = 'undone'"),
    "cancelled_at_once": f"SELECT v, v FROM (SELECT {_OUTSIDE} AS v)",
}
"""Value and sample size of what is no sum over these legs; no row: nobody was counted."""


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
    """Every indicator over `legs` and `facts`."""
    database.execute(ELAPSED)
    database.execute(MEASURED.format(kind="TABLE"))
    database.execute(CREATED)
    return {**figures_of_legs(database), **figures_apart(database, now_us=now_us)}


def figures_of_legs(database: duckdb.DuckDBPyConnection) -> dict[str, Value]:
    """The indicators that are sums over the legs, in one statement."""
    columns = [column for pair in AGGREGATES.values() for column in pair]
    row = database.execute(f"SELECT {', '.join(columns)} FROM measured").fetchone()
    assert row is not None
    return {name: Value(row[2 * at], row[2 * at + 1]) for at, name in enumerate(AGGREGATES)}


def figures_apart(database: duckdb.DuckDBPyConnection, *, now_us: int) -> dict[str, Value]:
    """The other indicators, a statement each."""
    found = {}
    for name, query in QUERIES.items():
        row = database.execute(query, {"now": now_us} if "$now" in query else None).fetchone()
        found[name] = Value(None, 0) if row is None else Value(*row)
    return found
