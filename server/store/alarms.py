"""Alarms of halls, and whether each of their subjects was last faulty or well."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select, type_coerce

from server.domain.alarms.alarms import Alarm, AlarmKind, ClearReason, Memory, Watched
from server.domain.facts import Json
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.alarms import alarm, alarm_sign
from server.store.tables.columns import Document
from server.store.tables.journals import hall


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm of a hall (id). `subject`: the id of a device, queue or counter, or `server`.

    `returns`: how often the fault came back. `values`: what its sentence names. `acknowledged_by`: the
    author who did it first.
    """

    id: str
    hall: str
    kind: str
    subject: str
    raised_at: datetime
    returns: int
    values: Json
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    cleared_at: datetime | None
    clear_reason: ClearReason | None


@dataclass(frozen=True, slots=True)
class NamedAlarm:
    """An alarm with the slug of its hall, and the values that its sentence names."""

    id: str
    kind: str
    subject: str
    values: Json
    slug: str


@dataclass(frozen=True, slots=True)
class _Sign:
    kind: str
    subject: str
    is_faulty: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class _Counted:
    slug: str
    alarms: int


_VALUES = type_coerce(alarm.c.told, Document).label("values")
_ALARMS = select(
    alarm.c.id,
    alarm.c.hall,
    alarm.c.kind,
    alarm.c.subject,
    alarm.c.raised_at,
    alarm.c.returns,
    _VALUES,
    alarm.c.acknowledged_at,
    alarm.c.acknowledged_by,
    alarm.c.cleared_at,
    alarm.c.clear_reason,
)
_OF_HALL = alarm.c.hall == bindparam("hall")
_IS_OPEN = alarm.c.cleared_at.is_(None)
_IS_CLEARED_SINCE = alarm.c.cleared_at >= bindparam("since")
_WITH_HALL = alarm.join(hall, hall.c.id == alarm.c.hall)
_BY_ID = Read(AlarmRow, _ALARMS.where(alarm.c.id == bindparam("alarm")))
_NAMED = Read(
    NamedAlarm,
    select(alarm.c.id, alarm.c.kind, alarm.c.subject, _VALUES, hall.c.slug)
    .select_from(_WITH_HALL)
    .where(alarm.c.id.in_(bindparam("alarms", expanding=True))),
)
_OPEN = Read(AlarmRow, _ALARMS.where(_OF_HALL, _IS_OPEN).order_by(alarm.c.raised_at, alarm.c.id))
_OPEN_OR_CLEARED_SINCE = Read(
    AlarmRow,
    _ALARMS.where(_OF_HALL, or_(_IS_OPEN, _IS_CLEARED_SINCE)).order_by(alarm.c.raised_at, alarm.c.id),
)
_PAST = Read(
    AlarmRow,
    _ALARMS.where(_OF_HALL, _IS_CLEARED_SINCE)
    .order_by(alarm.c.cleared_at.desc(), alarm.c.id.desc())
    .limit(bindparam("most")),
)
_OPEN_BY_HALL = Read(
    _Counted,
    select(hall.c.slug, func.count().label("alarms"))
    .select_from(_WITH_HALL)
    .where(_IS_OPEN)
    .group_by(hall.c.slug),
)
_SIGNS = Read(_Sign, rows_of(_Sign, alarm_sign).where(alarm_sign.c.hall == bindparam("hall")))
_KEEP_SIGN = Write.upsert(alarm_sign, ["hall", "kind", "subject"], ["is_faulty", "since"])
_DELETE_SIGN = Write(
    alarm_sign.delete().where(
        alarm_sign.c.hall == bindparam("of_hall"),
        alarm_sign.c.kind == bindparam("of_kind"),
        alarm_sign.c.subject == bindparam("of_subject"),
    )
)


def alarm_row(rows: Rows, alarm: str) -> AlarmRow | None:
    """An alarm by its id."""
    return rows.one(_BY_ID, alarm=alarm)


def alarms_named(rows: Rows, alarms: Iterable[str]) -> list[NamedAlarm]:
    """Some alarms, by their ids."""
    ids = list(alarms)
    return rows.all(_NAMED, alarms=ids) if ids else []


def open_alarms(rows: Rows, hall: str) -> list[AlarmRow]:
    """The alarms of a hall (id) whose fault is not over, the oldest first."""
    return rows.all(_OPEN, hall=hall)


def past_alarms(rows: Rows, hall: str, since: datetime, *, most: int) -> list[AlarmRow]:
    """The alarms of a hall (id) cleared since an instant, the last cleared first; `most` at most."""
    return rows.all(_PAST, hall=hall, since=since, most=most)


def last_alarms(rows: Rows, hall: str, since: datetime) -> dict[Watched, Alarm]:
    """The alarm of each subject of a hall (id): the open one, else the last one cleared since an instant."""
    found: dict[Watched, Alarm] = {}
    for each in map(as_alarm, rows.all(_OPEN_OR_CLEARED_SINCE, hall=hall, since=since)):
        former = found.get(each.watched)
        if former is None or (former.cleared_at is not None and _is_later(each, former.cleared_at)):
            found[each.watched] = each
    return found


def _is_later(alarm: Alarm, cleared_at: datetime) -> bool:
    return alarm.cleared_at is None or alarm.cleared_at >= cleared_at


def as_alarm(row: AlarmRow) -> Alarm:
    """An alarm's row as the rules read it."""
    return Alarm(row.id, AlarmKind(row.kind), row.subject, row.cleared_at, row.returns)


def open_by_hall(rows: Rows) -> dict[str, int]:
    """How many alarms are open in each hall (slug) that has some."""
    return {each.slug: each.alarms for each in rows.all(_OPEN_BY_HALL)}


def memories_of(rows: Rows, hall: str) -> dict[Watched, Memory]:
    """Whether each subject of a hall (id) was last faulty or well, and since when."""
    return {
        (AlarmKind(sign.kind), sign.subject): Memory(sign.is_faulty, sign.since)
        for sign in rows.all(_SIGNS, hall=hall)
    }


def keep_memories(
    transaction: Writes, hall: str, kept: Mapping[Watched, Memory], forgotten: Iterable[Watched]
) -> None:
    """Keeps the present state of some subjects of a hall (id), and deletes that of others."""
    for (kind, subject), memory in kept.items():
        transaction.run(
            _KEEP_SIGN,
            hall=hall,
            kind=str(kind),
            subject=subject,
            is_faulty=memory.is_faulty,
            since=memory.since,
        )
    for kind, subject in forgotten:
        transaction.run(_DELETE_SIGN, of_hall=hall, of_kind=str(kind), of_subject=subject)
