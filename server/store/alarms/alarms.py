"""Queries over alarms and over what was last seen of their subjects."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from server.domain.alarms.detection import Alarm, AlarmKind, Memory, Watched
from server.domain.instants import from_micros, to_micros
from server.store.engine.rows import Row

_COLUMNS = (
    "id, hall, kind, subject, raised_at, returns, told, acknowledged_at, acknowledged_by, cleared_at,"
    " clear_reason"
)
_ONE = f"SELECT {_COLUMNS} FROM alarm WHERE id = :alarm"
_OPEN = f"SELECT {_COLUMNS} FROM alarm WHERE hall = :hall AND cleared_at IS NULL ORDER BY raised_at, id"
_LAST = (
    f"SELECT {_COLUMNS} FROM alarm WHERE hall = :hall AND (cleared_at IS NULL OR cleared_at >= :since)"
    " ORDER BY raised_at, id"
)
_PAST = (
    f"SELECT {_COLUMNS} FROM alarm WHERE hall = :hall AND cleared_at >= :since"
    " ORDER BY cleared_at DESC, id DESC LIMIT :most"
)
_SIGNS = "SELECT kind, subject, is_faulty, since FROM alarm_sign WHERE hall = :hall"
_KEEP = (
    "INSERT INTO alarm_sign (hall, kind, subject, is_faulty, since)"
    " VALUES (:hall, :kind, :subject, :is_faulty, :since)"
    " ON CONFLICT (hall, kind, subject) DO UPDATE SET is_faulty = excluded.is_faulty, since = excluded.since"
)
_FORGET = "DELETE FROM alarm_sign WHERE hall = :hall AND kind = :kind AND subject = :subject"


def alarm_row(rows: Any, alarm: str) -> Row | None:
    """An alarm by its id."""
    row: Row | None = rows.one(_ONE, alarm=alarm)
    return row


def alarms_named(rows: Any, alarms: Iterable[str]) -> list[Row]:
    """Some alarms (ids), each with its hall (`slug`)."""
    named = {f"alarm{n}": alarm for n, alarm in enumerate(alarms)}
    if not named:
        return []
    among = ", ".join(f":{name}" for name in named)
    sql = (
        "SELECT a.id, a.kind, a.subject, a.told, h.slug FROM alarm a JOIN hall h ON h.id = a.hall"
        f" WHERE a.id IN ({among})"
    )
    return list(rows.all(sql, **named))


def open_alarms(rows: Any, hall: str) -> list[Row]:
    """The alarms of a hall (id) whose fault is not over, the oldest first."""
    return list(rows.all(_OPEN, hall=hall))


def past_alarms(rows: Any, hall: str, since: datetime, *, most: int) -> list[Row]:
    """The alarms of a hall (id) cleared since an instant, the last cleared first."""
    return list(rows.all(_PAST, hall=hall, since=to_micros(since), most=most))


def last_alarms(rows: Any, hall: str, since: datetime) -> dict[Watched, Alarm]:
    """Of each subject of a hall (id) its open alarm, else the last of those cleared since an instant."""
    found: dict[Watched, Alarm] = {}
    for alarm in (as_alarm(row) for row in rows.all(_LAST, hall=hall, since=to_micros(since))):
        former = found.get(alarm.watched)
        if former is None or (former.cleared_at is not None and _is_later(alarm, former.cleared_at)):
            found[alarm.watched] = alarm
    return found


def _is_later(alarm: Alarm, cleared_at: datetime) -> bool:
    return alarm.cleared_at is None or alarm.cleared_at >= cleared_at


def as_alarm(row: Row) -> Alarm:
    """An alarm's row as the rules read it."""
    cleared_at = None if row["cleared_at"] is None else from_micros(row["cleared_at"])
    return Alarm(row["id"], AlarmKind(row["kind"]), row["subject"], cleared_at, row["returns"])


def values_of(row: Row) -> Mapping[str, Any]:
    """What the sentence of an alarm names, by its row."""
    values: Mapping[str, Any] = json.loads(row["told"])
    return values


def memories_of(rows: Any, hall: str) -> dict[Watched, Memory]:
    """What was last seen of the subjects of a hall (id)."""
    return {
        (AlarmKind(row["kind"]), row["subject"]): Memory(bool(row["is_faulty"]), from_micros(row["since"]))
        for row in rows.all(_SIGNS, hall=hall)
    }


def keep_memories(
    transaction: Any, hall: str, kept: Mapping[Watched, Memory], forgotten: Iterable[Watched]
) -> None:
    """Keeps what is seen now of some subjects of a hall (id), and forgets others."""
    for (kind, subject), memory in kept.items():
        transaction.run(
            _KEEP,
            hall=hall,
            kind=str(kind),
            subject=subject,
            is_faulty=memory.is_faulty,
            since=to_micros(memory.since),
        )
    for kind, subject in forgotten:
        transaction.run(_FORGET, hall=hall, kind=str(kind), subject=subject)


def open_by_hall(rows: Any) -> dict[str, int]:
    """How many alarms are open in each hall (slug) that has some."""
    sql = (
        "SELECT h.slug, count(*) AS alarms FROM alarm a JOIN hall h ON h.id = a.hall"
        " WHERE a.cleared_at IS NULL GROUP BY h.slug"
    )
    return {row["slug"]: int(row["alarms"]) for row in rows.all(sql)}


def waiting_by_queue(rows: Any, hall: str) -> dict[str, int]:
    """How many legs wait in each queue of a hall (id)."""
    sql = "SELECT queue, count(*) AS legs FROM leg WHERE hall = :hall AND state = 'waiting' GROUP BY queue"
    return {row["queue"]: int(row["legs"]) for row in rows.all(sql, hall=hall)}


def waiting_by_counter(rows: Any, hall: str) -> dict[str, int]:
    """How many legs wait for one counter of a hall (id) alone, by counter."""
    sql = (
        "SELECT for_counter, count(*) AS legs FROM leg WHERE hall = :hall AND state = 'waiting'"
        " AND for_counter IS NOT NULL GROUP BY for_counter"
    )
    return {row["for_counter"]: int(row["legs"]) for row in rows.all(sql, hall=hall)}


def serving_counters(rows: Any, hall: str) -> set[str]:
    """The counters of a hall (id) at which somebody is called or received."""
    sql = "SELECT counter FROM leg WHERE hall = :hall AND state IN ('called', 'in_service')"
    return {row["counter"] for row in rows.all(sql, hall=hall)}
