"""Queries over the legs of a hall that are still open."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from server.domain.calling.waiting_legs import QueuedLeg
from server.domain.instants import from_micros
from server.domain.visits.needs import Need, needs_of
from server.store.engine.rows import Row

LEG_COLUMNS = (
    "id, visit, hall, business_day, number, position, service, queue, class, priority, target_s,"
    " state, sort_key, arrived_at,"
    " issued_at, booked_at, call, rank, first_called_at, last_called_at, started_at, is_start_pressed,"
    " ended_at, end_reason, counter, for_counter,"
    " session, rule, why, reinstated_from, reinstatements, quoted_low_s, quoted_median_s, quoted_high_s,"
    " series, reference_at, is_out_of_series, is_held, is_at_front, lets_pass, lets_pass_since,"
    " postponements, not_before, parked_at, parked_s, return_place, added_services, outcome, note"
)
NOTED = (
    "SELECT v.id AS visit, e.value AS needs FROM visit v JOIN erasable e ON e.id = v.needs"
    " WHERE v.hall = :hall AND v.needs IS NOT NULL AND v.end_reason IS NULL"
)
"""The needs of a hall's visits that go on."""

_EXCEPTIONAL = (
    "SELECT id AS visit, wanted_service, exceptional_reason FROM visit"
    " WHERE hall = :hall AND exceptional_reason IS NOT NULL AND end_reason IS NULL"
)

_LEG = f"SELECT {LEG_COLUMNS} FROM leg WHERE id = :leg"
_AT_COUNTER = f"SELECT {LEG_COLUMNS} FROM leg WHERE counter = :counter AND state IN ('called', 'in_service')"
_OPEN = (
    f"SELECT {LEG_COLUMNS} FROM leg WHERE hall = :hall AND state IN ('called', 'in_service',"
    f" 'parked') ORDER BY last_called_at DESC"
)
_NOTES = (
    "SELECT e.value FROM leg l JOIN erasable e ON e.id = l.note"
    " WHERE l.visit = :visit AND l.position < :position AND e.value IS NOT NULL ORDER BY l.position"
)
_SERVICES_ENDED = (
    "SELECT counter, service, ended_at FROM leg WHERE hall = :hall AND business_day = :on"
    " AND ended_at > :since AND counter IS NOT NULL"
    " AND (end_reason = 'served' OR (end_reason = 'transferred' AND started_at IS NOT NULL))"
    " ORDER BY ended_at, id"
)
_COUNT_AHEAD = (
    "SELECT count(*) AS ahead FROM leg WHERE hall = :hall AND state = 'waiting' AND queue = :queue"
    " AND sort_key < :sort_key"
)
_COUNTS = (
    "SELECT queue, count(*) AS waiting, min(issued_at) AS oldest_at FROM leg WHERE hall = :hall AND"
    " state = 'waiting' GROUP BY queue"
)


def leg(rows: Any, leg_id: str) -> Row | None:
    """A leg by its id."""
    row: Row | None = rows.one(_LEG, leg=leg_id)
    return row


def leg_at_counter(rows: Any, counter: str) -> Row | None:
    """The leg that is called to or served at a counter."""
    row: Row | None = rows.one(_AT_COUNTER, counter=counter)
    return row


def open_legs(rows: Any, hall: str) -> Sequence[Row]:
    """The legs called, in service or parked, the last call first."""
    found: Sequence[Row] = rows.all(_OPEN, hall=hall)
    return found


def services_ended(rows: Any, hall: str, on: str, *, since: int) -> Sequence[Row]:
    """Who was served at the counters of a hall on a business day (ISO date), ended since then; in order."""
    found: Sequence[Row] = rows.all(_SERVICES_ENDED, hall=hall, on=on, since=since)
    return found


def ahead(rows: Any, hall: str, queue: str, sort_key: str) -> int:
    """How many legs wait before this place in a queue."""
    return int(rows.one(_COUNT_AHEAD, hall=hall, queue=queue, sort_key=sort_key)["ahead"])


def counts(rows: Any, hall: str) -> dict[str, tuple[int, int]]:
    """Per queue with someone waiting: how many, and the microseconds of the oldest issue."""
    return {
        row["queue"]: (int(row["waiting"]), int(row["oldest_at"])) for row in rows.all(_COUNTS, hall=hall)
    }


def waiting_of_queue(rows: Any, hall: str, queue: str, *, limit: int, after: str = "") -> Sequence[Row]:
    """A page of a queue's waiting legs in call order, after a sort key."""
    sql = (
        f"SELECT {LEG_COLUMNS} FROM leg WHERE hall = :hall AND state = 'waiting' AND queue = :queue"
        f" AND sort_key > :after"
        f" ORDER BY sort_key LIMIT {int(limit)}"
    )
    found: Sequence[Row] = rows.all(sql, hall=hall, queue=queue, after=after)
    return found


def needs_noted(rows: Any, hall: str) -> dict[str, tuple[Need, ...]]:
    """What helps the visitors of a hall that are still here, by visit; only those with a need."""
    return {row["visit"]: needs_of(row["needs"]) for row in rows.all(NOTED, hall=hall) if row["needs"]}


def exceptional_visits(rows: Any, hall: str) -> list[Row]:
    """The visits of a hall that go on and were received without the appointment they needed: why."""
    return list(rows.all(_EXCEPTIONAL, hall=hall))


def notes_before(rows: Any, leg: Row) -> list[str]:
    """The notes written when earlier legs of a visit ended and not erased yet, in their order."""
    found = rows.all(_NOTES, visit=leg["visit"], position=leg["position"])
    return [str(row["value"]) for row in found]


type FirstCalls = Iterable[tuple[str, int]]
"""Queue and microseconds of first calls."""


def as_queued(
    row: Row,
    needs: Collection[Need] = (),
    first_calls: FirstCalls = (),
    *,
    link: str | None = None,
) -> QueuedLeg:
    """A waiting leg as the calling rules see it: its row, its visit's needs and link, after these calls."""
    return QueuedLeg(
        id=row["id"],
        number=row["number"],
        series=row["series"],
        service=row["service"],
        queue=row["queue"],
        leg_class=row["class"],
        reference=from_micros(row["reference_at"]),
        issued_at=from_micros(row["issued_at"]),
        target_s=row["target_s"],
        booked_at=None if row["booked_at"] is None else from_micros(row["booked_at"]),
        for_counter=row["for_counter"],
        is_out_of_series=bool(row["is_out_of_series"]),
        is_held=bool(row["is_held"]),
        needs_step_free=Need.STEP_FREE in needs,
        is_at_front=bool(row["is_at_front"]),
        lets_pass=_still_lets_pass(row, first_calls),
        not_before=None if row["not_before"] is None else from_micros(row["not_before"]),
        link=link,
    )


def _still_lets_pass(row: Row, first_calls: FirstCalls) -> int:
    if not row["lets_pass"]:
        return 0
    passed = sum(queue == row["queue"] and at > row["lets_pass_since"] for queue, at in first_calls)
    return max(0, int(row["lets_pass"]) - int(passed))
