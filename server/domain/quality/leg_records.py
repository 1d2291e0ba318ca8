"""The record of one leg for indicators, how its wait is measured, and its row in `legs.csv` and back.

Rules in prose: docs/rules/indicators.md. The open format is that of CONTRACT, Files: after the columns of the
contract come those without which some figures could not be computed again.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from types import NoneType
from typing import Any, get_args, get_type_hints

from server.domain.instants import from_text, to_text

CLASSES = ("priority", "appointment", "walk_in")
CANCELLED_AT_ONCE = timedelta(minutes=2)
"""A ticket cancelled this soon after its issue is outside every figure; later it counts as abandoned."""
RECEIVED = "received"
"""How a visit ended in which a counter received the visitor."""
NOT_SERVED = ("abandoned", "no_show", "left_after_call", "closed_at_day_end")
"""Ends of a visit without a service, in the order of the page."""


@dataclass(frozen=True, slots=True)
class LegRecord:
    """One leg as the open format carries it; instants are aware UTC, durations whole seconds.

    `position` orders the legs of a visit, from 1. `outcome_asked`: whether the service left the
    outcome `optional` when the leg ended, or made it `mandatory`; None: not known. `exceptional_reason`: why
    the visit began without the appointment that `wanted_service` asks for; both None for any other.
    `chosen`: whether an agent chose the visitor by hand for the last call, instead of the calling rule.
    `quoted_simple_s`: what position × mean service ÷ counters said when the range was announced.
    `reentered`: whether that call was made from paper and entered afterwards.
    `during_alert`: whether the visit was present while an alert was in force, from its arrival to its end.
    """

    leg: str
    visit: str
    number: str
    hall: str
    service: str
    leg_class: str
    business_day: date
    issued_at: datetime
    booked_at: datetime | None = None
    arrived_at: datetime | None = None
    first_called_at: datetime | None = None
    last_called_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    counter: str | None = None
    quoted_low_s: int | None = None
    quoted_median_s: int | None = None
    quoted_high_s: int | None = None
    quoted_simple_s: int | None = None
    target_s: int | None = None
    position: int = 1
    priority: str = "none"
    start_pressed: bool = False
    parked_s: int = 0
    reinstated: bool = False
    clock_suspect: bool = False
    outcome: str | None = None
    outcome_asked: str | None = None
    wanted_service: str | None = None
    exceptional_reason: str | None = None
    during_alert: bool = False
    chosen: bool = False
    reentered: bool = False

    @property
    def reference_at(self) -> datetime:
        """The instant the wait runs from: issue; with an appointment the later of arrival and hour."""
        own = max(self.issued_at, self.arrived_at or self.issued_at)
        if self.booked_at is not None:
            return max(own, self.booked_at)
        return own

    @property
    def moved_before_call(self) -> bool:
        """True when the visitor was redirected while still waiting: the wait continues in the next leg."""
        return self.end_reason == "transferred" and self.first_called_at is None

    @property
    def is_outside(self) -> bool:
        """True for a leg that is in no figure: undone, or cancelled within two minutes of issue."""
        if self.end_reason == "undone":
            return True
        if self.end_reason != "cancelled" or self.ended_at is None or self.position != 1:
            return False
        return self.ended_at - self.issued_at <= CANCELLED_AT_ONCE


@dataclass(frozen=True, slots=True)
class MeasuredLeg:
    """A leg with what its visit says of it: the wait in whole seconds, if it is known, and how it ended.

    `stage` is `called`, `left` (ended before any call), `moved` (redirected before any call),
    `open` (still waiting) or `outside`. `last_wait_s`: the wait until the last call, None where that was the
    first. Of the leg that opens its visit: `visit_priority`, what the priority of the visit became in the
    end, and `visit_end`, how it ended: `received`, one of NOT_SERVED, or `open`; `none` and None for others.
    """

    record: LegRecord
    opens_visit: bool
    stage: str
    wait_s: int | None
    visit_priority: str = "none"
    last_wait_s: int | None = None
    visit_end: str | None = None

    @property
    def is_received(self) -> bool:
        """Whether the visitor was received at a counter."""
        return self.stage != "moved" and self.record.end_reason in ("served", "transferred")

    @property
    def end_reason(self) -> str:
        """The end reason as counted: a late cancellation counts as having left; not ended is `open`."""
        reason = self.record.end_reason
        if self.stage == "outside" or reason not in ("cancelled", "abandoned"):
            return reason or "open"
        return "left_after_call" if self.stage == "called" else "abandoned"


def measure(records: Iterable[LegRecord]) -> Iterator[MeasuredLeg]:
    """Every leg with its wait; a redirection before the call does not set the wait back to zero.

    All legs of a visit must be among `records` (they share its business day); any order.
    """
    in_order = sorted(records, key=attrgetter("visit", "position", "leg"))
    for _, legs in groupby(in_order, key=attrgetter("visit")):
        yield from _measure_visit(legs)


def _measure_visit(records: Iterable[LegRecord]) -> Iterator[MeasuredLeg]:
    waiting_since: datetime | None = None
    counted: list[MeasuredLeg] = []
    for record in records:
        if record.is_outside:
            yield MeasuredLeg(record, opens_visit=False, stage="outside", wait_s=None)
            continue
        since = waiting_since or record.reference_at
        counted.append(_measured(record, since, opens_visit=not counted))
        waiting_since = since if record.moved_before_call else None
    if counted:
        priority = counted[-1].record.priority
        yield replace(counted[0], visit_priority=priority, visit_end=_visit_end(counted))
        yield from counted[1:]


def _visit_end(legs: Sequence[MeasuredLeg]) -> str:
    """How a visit ended; `received` once a counter received the visitor, whatever came after."""
    if any(leg.is_received for leg in legs):
        return RECEIVED
    last = legs[-1].end_reason
    return last if last in NOT_SERVED else "open"


def _measured(record: LegRecord, since: datetime, *, opens_visit: bool) -> MeasuredLeg:
    if record.first_called_at is not None:
        stage, until = "called", record.first_called_at
    elif record.moved_before_call:
        stage, until = "moved", None
    elif record.end_reason is not None and record.ended_at is not None:
        stage, until = "left", record.ended_at
    else:
        stage, until = "open", None
    wait_s = None if until is None else elapsed_s(since, until)
    is_again = stage == "called" and record.last_called_at != record.first_called_at
    last = record.last_called_at if is_again else None
    last_wait_s = None if last is None else elapsed_s(since, last)
    return MeasuredLeg(record, opens_visit, stage, wait_s, last_wait_s=last_wait_s)


def service_s(record: LegRecord) -> int | None:
    """Whole seconds at the counter, start to end without the time parked; from the last call without a start.

    None unless the visitor was really served (`served`, or `transferred` once at the counter).
    """
    started = record.started_at or (record.last_called_at if record.end_reason == "served" else None)
    if started is None or record.ended_at is None or record.end_reason not in ("served", "transferred"):
        return None
    return max(0, elapsed_s(started, record.ended_at) - record.parked_s)


def walking_s(record: LegRecord) -> int | None:
    """Whole seconds from the last call to the press that began the service; None without such a press."""
    if not record.start_pressed or record.started_at is None or record.last_called_at is None:
        return None
    return elapsed_s(record.last_called_at, record.started_at)


def elapsed_s(since: datetime, until: datetime) -> int:
    """Whole seconds from `since` to `until`, never negative (an early call waits 0)."""
    return max(0, (until - since) // timedelta(seconds=1))


CONTRACT_COLUMNS = (
    "leg",
    "visit",
    "number",
    "hall",
    "service",
    "class",
    "booked_at",
    "arrived_at",
    "issued_at",
    "first_called_at",
    "last_called_at",
    "started_at",
    "ended_at",
    "end_reason",
    "counter",
    "quoted_low_s",
    "quoted_median_s",
    "quoted_high_s",
)
ADDED_COLUMNS = (
    "business_day",
    "position",
    "priority",
    "target_s",
    "start_pressed",
    "parked_s",
    "reinstated",
    "clock_suspect",
    "outcome",
    "outcome_asked",
    "wanted_service",
    "exceptional_reason",
    "during_alert",
    "chosen",
    "reentered",
    "quoted_simple_s",
)
LEG_COLUMNS = CONTRACT_COLUMNS + ADDED_COLUMNS
COUNTER_COLUMNS = (
    "counter",
    "hall",
    "session",
    "profile",
    "rule",
    "services",
    "opened_at",
    "closed_at",
    "planned_open_at",
    "planned_close_at",
)
SERVICE_COLUMNS = ("service", "hall", "target_s", "target_appointment_s", "target_priority_s", "typed_mean_s")

type Cell = str | int | bool | date | datetime | None


def cell_text(value: Cell) -> str:
    """A value as the files write it: empty for none, true and false, RFC 3339 instants with offset."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return to_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def leg_cells(record: LegRecord) -> list[str]:
    """A leg's row, in the order of LEG_COLUMNS."""
    return [cell_text(getattr(record, _FIELDS.get(column, column))) for column in LEG_COLUMNS]


def read_legs(lines: Iterable[str]) -> Iterator[LegRecord]:
    """The legs of a `legs.csv` from any source, by the names in its header.

    Without the added columns, the day is the UTC date of issue and a start is a press. Raises ValueError or
    KeyError for what is no such file.
    """
    for row in csv.DictReader(lines):
        yield leg_record(row)


_FIELDS = {"class": "leg_class"}
_READERS: Mapping[object, Callable[[str], object]] = {
    int: int,
    bool: lambda text: text == "true",
    date: date.fromisoformat,
    datetime: from_text,
}
_KINDS = get_type_hints(LegRecord)


def leg_record(row: Mapping[str, str]) -> LegRecord:
    """The leg of a row of `legs.csv`: see `read_legs`."""
    cells = {column: row[column] for column in CONTRACT_COLUMNS}
    cells |= {column: row[column] for column in ADDED_COLUMNS if row.get(column)}
    named = {_FIELDS.get(column, column): text for column, text in cells.items()}
    given = {name: _value(_KINDS[name], text) for name, text in named.items() if text or _KINDS[name] is str}
    day = from_text(row["issued_at"]).date()
    fields: dict[str, Any] = {"business_day": day, "start_pressed": bool(row["started_at"]), **given}
    return LegRecord(**fields)


def _value(kind: object, text: str) -> object:
    """The value of a cell; `kind`: the type of its field, which may be optional."""
    [needed] = [each for each in get_args(kind) or (kind,) if each is not NoneType]
    return _READERS.get(needed, str)(text)
