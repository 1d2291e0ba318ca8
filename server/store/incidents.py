"""Incidents of a hall, their notes, and who is connected to receive them.

Receivers are no facts: they are in memory, or in Redis where several workers share them. Each process repeats
those of its own sockets at every heartbeat; one that was not repeated for a minute is left out.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, Protocol

import structlog
from redis import Redis, RedisError
from sqlalchemy import and_, bindparam, exists, or_, select

from server.domain.incidents import ESCALATED_AFTER, SHOWN_FOR, UNANSWERED_AFTER, CheckedNote, Incident
from server.store.engine.lookups import NewRow, OfHall, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.tables.alerts import incident, incident_note

log = structlog.get_logger()

FRESH_FOR_S = 60.0
_KEY = "parvis:incident-receivers"

ReceivingPage = Literal["console", "reception", "security", "wall", "supervision"]
"""The pages at work that receive incidents."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A page whose person may receive incidents: hall (id), site (slug), author (id), and its kind.

    `hears_beyond`: also of other sites’ incidents that nobody answered.
    """

    hall: str
    site: str
    author: str
    page: ReceivingPage
    hears_beyond: bool


class Receivers(Protocol):
    """The connected receivers by socket. `is_away`: the last reading failed, so some may be connected."""

    is_away: bool

    def keep(self, receivers: Mapping[str, Receiver], now_s: float) -> None:
        """Notes that sockets are connected at an instant (seconds since 1970)."""

    def leave(self, socket: str) -> None:
        """Notes that a socket has gone."""

    def connected(self, now_s: float) -> list[Receiver]:
        """Every receiver noted in the last minute."""


@dataclass
class OwnReceivers:
    """The receivers of this process."""

    is_away: bool = False
    _noted: dict[str, tuple[Receiver, float]] = field(default_factory=dict)

    def keep(self, receivers: Mapping[str, Receiver], now_s: float) -> None:
        for socket, receiver in receivers.items():
            self._noted[socket] = (receiver, now_s)

    def leave(self, socket: str) -> None:
        self._noted.pop(socket, None)

    def connected(self, now_s: float) -> list[Receiver]:
        return _fresh(self._noted.values(), now_s)


@dataclass
class SharedReceivers:
    """The receivers of all workers. While Redis does not answer none is known, and nobody waits for it."""

    url: str
    is_away: bool = False
    _redis: Any = None

    def __post_init__(self) -> None:
        self._redis = Redis.from_url(self.url, decode_responses=True, socket_timeout=2.0)

    def keep(self, receivers: Mapping[str, Receiver], now_s: float) -> None:
        if not receivers:
            return
        noted = {socket: json.dumps([asdict(each), now_s]) for socket, each in receivers.items()}
        try:
            self._redis.hset(_KEY, mapping=noted)
        except RedisError:
            log.warning("receivers_not_kept")

    def leave(self, socket: str) -> None:
        try:
            self._redis.hdel(_KEY, socket)
        except RedisError:
            log.warning("receivers_not_kept")

    def connected(self, now_s: float) -> list[Receiver]:
        try:
            texts = self._redis.hgetall(_KEY)
            old = [socket for socket, text in texts.items() if now_s - json.loads(text)[1] > FRESH_FOR_S]
            if old:
                self._redis.hdel(_KEY, *old)
        except RedisError:
            log.warning("receivers_not_read")
            self.is_away = True
            return []
        self.is_away = False
        noted = (json.loads(text) for text in texts.values())
        return _fresh(((Receiver(**fields), at_s) for fields, at_s in noted), now_s)


def _fresh(noted: Iterable[tuple[Receiver, float]], now_s: float) -> list[Receiver]:
    return [receiver for receiver, at_s in noted if now_s - at_s <= FRESH_FOR_S]


def receivers_at(redis_url: str) -> Receivers:
    """The place of receivers: Redis when there is one, else this process."""
    return SharedReceivers(redis_url) if redis_url else OwnReceivers()


_INCIDENTS = rows_of(Incident, incident)
_IS_OPEN = incident.c.ended_at.is_(None)
_BEGINS = (incident.c.raised_at, incident.c.id)
incident_by_id = One(Incident, _INCIDENTS.where(incident.c.id == bindparam("incident")))
"""An incident by its id."""
_OPEN_SINCE = OfHall(
    Incident,
    _INCIDENTS.where(_IS_OPEN, incident.c.raised_at > bindparam("since")).order_by(*_BEGINS),
    incident.c.hall,
)
_HALLS_DUE = Read(
    str,
    select(incident.c.hall)
    .where(
        _IS_OPEN,
        incident.c.answered_at.is_(None),
        or_(
            incident.c.escalated_at.is_(None) & (incident.c.raised_at <= bindparam("escalated_from")),
            incident.c.unanswered_at.is_(None) & (incident.c.raised_at <= bindparam("unanswered_from")),
        ),
    )
    .distinct(),
)
unanswered_incidents = Several(
    Incident,
    _INCIDENTS.where(
        incident.c.hall == bindparam("hall"), _IS_OPEN, incident.c.answered_at.is_(None)
    ).order_by(*_BEGINS),
)
"""The incidents of a hall (id) that nobody answered and nobody ended, the oldest first."""


def shown_incidents(rows: Rows, hall: str | None, now: datetime) -> list[Incident]:
    """The incidents of a hall (id), None: of all halls, that pages show, the oldest first."""
    return _OPEN_SINCE(rows, hall, since=now - SHOWN_FOR)


def halls_with_due_incidents(rows: Rows, now: datetime) -> list[str]:
    """The halls (ids) with an incident that is to be escalated, or to be named as not answered."""
    return rows.all(_HALLS_DUE, escalated_from=now - ESCALATED_AFTER, unanswered_from=now - UNANSWERED_AFTER)


@dataclass(frozen=True, slots=True)
class ChangedNote(CheckedNote):
    """What people change of a note."""

    changed_at: datetime


@dataclass(frozen=True, slots=True)
class NoteRow(ChangedNote):
    """A note of a hall (id). `incident`: what it is about, None without a press of the key.

    `written_by`, `complaint`: None once they were erased, as `erase_after` is then.
    """

    id: str
    hall: str
    incident: str | None
    written_at: datetime
    written_by: str | None
    erase_after: datetime | None


_NOTES = rows_of(NoteRow, incident_note)
notes_between = Several(
    NoteRow,
    _NOTES.where(
        incident_note.c.hall == bindparam("hall"),
        incident_note.c.happened_on >= bindparam("since"),
        incident_note.c.happened_on < bindparam("until"),
    ).order_by(incident_note.c.happened_on.desc(), incident_note.c.written_at.desc(), incident_note.c.id),
    names=("hall", "since", "until"),
)
"""The notes of a hall (id) from a day on, before another one, the latest day first."""
locked_note_by_id = One(NoteRow, _NOTES.where(incident_note.c.id == bindparam("note")).with_for_update())
"""A note by its id, which nobody else changes or erases before this transaction ends."""
insert_note = NewRow(incident_note, NoteRow, once=True)
"""Keeps a new note; one of this id stays as it is."""
_CHANGE = Write(
    incident_note.update().where(incident_note.c.id == bindparam("of_id")),
    *(field.name for field in fields(ChangedNote)),
)
_WITHOUT_NOTE = OfHall(
    Incident,
    _INCIDENTS.where(
        incident.c.raised_at >= bindparam("since"),
        or_(incident.c.end_reason.is_(None), incident.c.end_reason != "mistake"),
        ~exists().where(and_(incident_note.c.incident == incident.c.id)),
    ).order_by(*_BEGINS),
    incident.c.hall,
)


def change_note_row(rows: WrittenRows, note: str, changed: ChangedNote) -> None:
    """Keeps what was changed of a note."""
    rows.execute(_CHANGE, of_id=note, **values_of(changed))


def incidents_without_note(
    rows: Rows, hall: str | None, since: datetime, *, of: Collection[str] | None
) -> list[Incident]:
    """The incidents of a hall (id), None: of all halls, since an instant without a note.

    Not those raised by mistake.

    `of`: raised by one of these authors (ids); None: by anybody.
    """
    found = _WITHOUT_NOTE(rows, hall, since=since)
    return [each for each in found if of is None or each.raised_by in of or each.joined_by in of]
