"""Reads of what the figures count: legs, greetings, tickets not issued, intervals on duty."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.domain.appointments.check_in import DEMAND_MET
from server.domain.instants import from_micros, to_micros
from server.domain.quality.leg_records import LegRecord
from server.store.engine.rows import Row

_LEGS_OF_DAY = """
SELECT l.id, l.visit, l.number, l.hall, l.service, l.class, l.position, l.priority, l.target_s,
 l.booked_at, l.arrived_at, l.issued_at, l.first_called_at, l.last_called_at, l.started_at,
 l.is_start_pressed, l.parked_s, l.ended_at, l.end_reason, l.counter, l.is_clock_suspect,
 l.quoted_low_s, l.quoted_median_s, l.quoted_high_s, l.outcome, l.outcome_asked,
 v.wanted_service, v.exceptional_reason,
 EXISTS (SELECT 1 FROM leg AS later WHERE later.visit = l.visit AND later.reinstated_from = l.id
  AND (later.end_reason IS NULL OR later.end_reason <> 'undone')) AS is_reinstated,
 EXISTS (SELECT 1 FROM alert AS a WHERE a.hall = l.hall AND (v.ended_at IS NULL OR a.raised_at < v.ended_at)
  AND (a.ended_at IS NULL OR a.ended_at > v.arrived_at)) AS is_during_alert
FROM leg AS l LEFT JOIN visit AS v ON v.id = l.visit
WHERE l.hall = :hall AND l.business_day = :day ORDER BY l.visit, l.position, l.id
"""
_DAYS = """
SELECT DISTINCT business_day FROM leg
WHERE hall = :hall AND business_day >= :starts_on AND business_day < :ends_on ORDER BY business_day
"""
_GREETINGS = """
SELECT business_day, service, COUNT(*) AS counted FROM greeting
WHERE hall = :hall AND business_day >= :starts_on AND business_day < :ends_on AND NOT is_undone
GROUP BY business_day, service
"""
_NOT_ISSUED = """
SELECT business_day, service, reason, COUNT(*) AS counted FROM not_issued
WHERE hall = :hall AND business_day >= :starts_on AND business_day < :ends_on AND reason <> :met
GROUP BY business_day, service, reason
"""
_DUE = """
SELECT booked_on, service, COUNT(*) AS due, SUM(CASE WHEN state = 'booked' THEN 1 ELSE 0 END) AS missed
FROM appointment WHERE hall = :hall AND booked_on >= :starts_on AND booked_on < :ends_on
AND state <> 'cancelled' AND booked_at < :now GROUP BY booked_on, service
"""
_DUTIES = """
SELECT d.counter, d.hall, coalesce(s.joined_to, d.session) AS session, d.profile, d.rule, d.services,
d.opened_at, d.closed_at FROM duty d LEFT JOIN counter_session s ON s.id = d.session
WHERE d.hall = :hall AND d.opened_at < :ends_at AND (d.closed_at IS NULL OR d.closed_at >= :starts_at)
ORDER BY d.opened_at, d.id
"""
_SESSIONS = """
SELECT counter, author, opened_at, closed_at FROM counter_session
WHERE hall = :hall AND opened_at >= :starts_at AND opened_at < :ends_at ORDER BY opened_at, id
"""


@dataclass(frozen=True, slots=True)
class Duty:
    """An interval in which a counter was on duty; `closed_at` None while it is."""

    counter: str
    hall: str
    session: str
    profile: str | None
    rule: str
    services: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime | None


def days_with_legs(rows: Any, hall: str, starts_on: date, ends_on: date) -> list[date]:
    """The business days of a hall (its id) that have legs, from `starts_on`, before `ends_on`."""
    found = rows.all(_DAYS, hall=hall, **_between(starts_on, ends_on))
    return [date.fromisoformat(row["business_day"]) for row in found]


def legs_of_day(rows: Any, hall: str, day: date) -> list[LegRecord]:
    """Every leg of a hall's business day, visit by visit."""
    found = rows.all(_LEGS_OF_DAY, hall=hall, day=day.isoformat())
    return [_leg_record(row, day) for row in found]


type Greetings = dict[date, dict[str, int]]
"""People received without a ticket, per day and service."""
type NotIssued = dict[date, dict[tuple[str, str], int]]
"""Tickets not issued, per day, service and reason."""


def greetings_between(rows: Any, hall: str, starts_on: date, ends_on: date) -> Greetings:
    """People received without a ticket; those taken back are left out."""
    counts: Greetings = {}
    for row in rows.all(_GREETINGS, hall=hall, **_between(starts_on, ends_on)):
        counts.setdefault(date.fromisoformat(row["business_day"]), {})[row["service"]] = row["counted"]
    return counts


def not_issued_between(rows: Any, hall: str, starts_on: date, ends_on: date) -> NotIssued:
    """Tickets wanted and not given."""
    counts: NotIssued = {}
    for row in rows.all(_NOT_ISSUED, hall=hall, met=DEMAND_MET, **_between(starts_on, ends_on)):
        of_day = counts.setdefault(date.fromisoformat(row["business_day"]), {})
        of_day[row["service"], row["reason"]] = row["counted"]
    return counts


type Due = dict[date, dict[str, tuple[int, int]]]
"""Per day and service: appointments whose hour has passed, and how many of them nobody came for."""


def due_between(rows: Any, hall: str, starts_on: date, ends_on: date, *, now: datetime) -> Due:
    """The appointments of local dates that were not cancelled and whose hour is before `now`."""
    counts: Due = {}
    for row in rows.all(_DUE, hall=hall, now=to_micros(now), **_between(starts_on, ends_on)):
        of_day = counts.setdefault(date.fromisoformat(row["booked_on"]), {})
        of_day[row["service"]] = int(row["due"]), int(row["missed"])
    return counts


def duties_between(rows: Any, hall: str, starts_at: int, ends_at: int) -> list[Duty]:
    """The intervals on duty that touch a span of microseconds, by their opening."""
    return [
        Duty(
            counter=row["counter"],
            hall=row["hall"],
            session=row["session"],
            profile=row["profile"],
            rule=row["rule"],
            services=tuple(json.loads(row["services"])),
            opened_at=from_micros(row["opened_at"]),
            closed_at=_instant(row["closed_at"]),
        )
        for row in rows.all(_DUTIES, hall=hall, starts_at=starts_at, ends_at=ends_at)
    ]


def sessions_opened_between(rows: Any, hall: str, starts_at: datetime, ends_at: datetime) -> Sequence[Row]:
    """Who held which counter of a hall (its id) from when to when, by the opening; `ends_at` is excluded."""
    between = {"starts_at": to_micros(starts_at), "ends_at": to_micros(ends_at)}
    found: Sequence[Row] = rows.all(_SESSIONS, hall=hall, **between)
    return found


def _between(starts_on: date, ends_on: date) -> dict[str, str]:
    return {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}


def _instant(micros: int | None) -> datetime | None:
    return None if micros is None else from_micros(micros)


def _leg_record(row: Mapping[str, Any], day: date) -> LegRecord:
    return LegRecord(
        leg=row["id"],
        visit=row["visit"],
        number=row["number"],
        hall=row["hall"],
        service=row["service"],
        leg_class=row["class"],
        business_day=day,
        position=row["position"],
        priority=row["priority"],
        target_s=row["target_s"],
        booked_at=_instant(row["booked_at"]),
        arrived_at=_instant(row["arrived_at"]),
        issued_at=from_micros(row["issued_at"]),
        first_called_at=_instant(row["first_called_at"]),
        last_called_at=_instant(row["last_called_at"]),
        started_at=_instant(row["started_at"]),
        start_pressed=bool(row["is_start_pressed"]),
        parked_s=row["parked_s"] or 0,
        ended_at=_instant(row["ended_at"]),
        end_reason=row["end_reason"],
        counter=row["counter"],
        quoted_low_s=row["quoted_low_s"],
        quoted_median_s=row["quoted_median_s"],
        quoted_high_s=row["quoted_high_s"],
        clock_suspect=bool(row["is_clock_suspect"]),
        reinstated=bool(row["is_reinstated"]),
        during_alert=bool(row["is_during_alert"]),
        outcome=row["outcome"],
        outcome_asked=row["outcome_asked"],
        wanted_service=row["wanted_service"],
        exceptional_reason=row["exceptional_reason"],
    )
