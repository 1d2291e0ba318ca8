"""Alarms of halls: what they watch, whether each subject was last faulty or well, and where they are sent."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, func, null, select, type_coerce

from server.domain.alarms.alarms import Alarm, AlarmChoice, AlarmKind, ClearReason, Memory, Watched
from server.domain.facts import Json
from server.store.engine.lookups import ChangeBy, OfHall, One, Pairs, Several
from server.store.engine.statements import Read, Rows, Write, rows_of
from server.store.engine.writes import Writes
from server.store.people.accounts import EVERY_SITE
from server.store.tables.alerts import alarm, alarm_sign, recipient
from server.store.tables.columns import Document
from server.store.tables.journals import erasable, hall


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


_VALUES = type_coerce(alarm.c.told, Document).label("values")
ALARMS = rows_of(AlarmRow, alarm, values=_VALUES)
_OF_HALL = alarm.c.hall == bindparam("hall")
IS_OPEN = alarm.c.cleared_at.is_(None)
_IS_CLEARED_SINCE = alarm.c.cleared_at >= bindparam("since")
_WITH_HALL = alarm.join(hall, hall.c.id == alarm.c.hall)
alarm_row = One(AlarmRow, ALARMS.where(alarm.c.id == bindparam("alarm")))
"""An alarm by its id."""
_NAMED = Read(
    NamedAlarm,
    rows_of(NamedAlarm, alarm, values=_VALUES, slug=hall.c.slug)
    .select_from(_WITH_HALL)
    .where(alarm.c.id.in_(bindparam("alarms", expanding=True))),
)
open_alarms = OfHall(AlarmRow, ALARMS.where(IS_OPEN).order_by(alarm.c.raised_at, alarm.c.id), alarm.c.hall)
"""The alarms of a hall (id), None: of all halls, whose fault is not over, the oldest first."""
past_alarms = Several(
    AlarmRow,
    ALARMS.where(_OF_HALL, _IS_CLEARED_SINCE)
    .order_by(alarm.c.cleared_at.desc(), alarm.c.id.desc())
    .limit(bindparam("most")),
    names=("hall", "since"),
)
"""The alarms of a hall (id) cleared since an instant, the last cleared first; `most` at most."""
open_by_hall = Pairs(
    tuple[str, int],
    select(hall.c.slug, func.count().label("alarms"))
    .select_from(_WITH_HALL)
    .where(IS_OPEN)
    .group_by(hall.c.slug),
)
"""How many alarms are open in each hall (slug) that has some."""
_KEEP_SIGN = Write.upsert(alarm_sign, ["hall", "kind", "subject"], ["is_faulty", "since"])
_DELETE_SIGN = Write(
    alarm_sign.delete().where(
        alarm_sign.c.hall == bindparam("of_hall"),
        alarm_sign.c.kind == bindparam("of_kind"),
        alarm_sign.c.subject == bindparam("of_subject"),
    )
)


def alarms_named(rows: Rows, alarms: Iterable[str]) -> list[NamedAlarm]:
    """Some alarms, by their ids."""
    ids = list(alarms)
    return rows.all(_NAMED, alarms=ids) if ids else []


def as_alarm(row: AlarmRow) -> Alarm:
    """An alarm's row as the rules read it."""
    return Alarm(row.id, AlarmKind(row.kind), row.subject, row.cleared_at, row.returns)


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


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where alarms are sent: `email` or `webhook`, of a site (slug) or of every one (`*`).

    `kept`: the id of its address among the erasable values. A webhook has a secret. `notices_since`: from
    when it is told of notices, None where it is not.
    """

    id: str
    channel: str
    site: str
    address: str
    kept: str
    added_at: datetime
    secret: str | None = None
    choice: AlarmChoice = field(default_factory=AlarmChoice)
    notices_since: datetime | None = None

    def __repr__(self) -> str:
        return f"Recipient({self.id!r}, {self.channel!r}, {self.site!r})"


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    channel: str
    site: str
    kept: str
    secret: str | None
    added_at: datetime
    hall: str | None
    kinds: Sequence[str] | None
    language: str
    notices_since: datetime | None
    address: str | None


_SELECT = (
    rows_of(
        _Row,
        recipient,
        kept=recipient.c.address,
        kinds=type_coerce(recipient.c.kinds, Document),
        address=erasable.c.value,
    )
    .select_from(recipient.join(erasable, erasable.c.id == recipient.c.address))
    .where(recipient.c.removed_at.is_(None))
)
_ALL = Read(_Row, _SELECT.order_by(recipient.c.added_at, recipient.c.id))
_RECIPIENT = Read(_Row, _SELECT.where(recipient.c.id == bindparam("recipient")))
_INSERT = Write(
    recipient.insert(),
    *("id", "channel", "site", "address", "secret", "added_at", "hall", "kinds", "language"),
    "notices_since",
)
_OF_ROW = recipient.update().where(recipient.c.id == bindparam("row_id"))
_SET_CHOICE = Write(_OF_ROW, "hall", "kinds", "language", "notices_since")
set_secret = ChangeBy(_OF_ROW, "row_id", "secret")
"""Keeps another secret of a webhook (id)."""
_REMOVE = Write(_OF_ROW.values(secret=null()), "removed_at")
_ERASE_ADDRESS = Write(
    erasable.update().where(erasable.c.id == bindparam("row_id")).values(value=null(), salt=null())
)


def recipients_of(rows: Rows, sites: frozenset[str] | None = None) -> list[Recipient]:
    """The recipients of some sites (slugs) and of every site, or all of them; the first added first."""
    found = [_recipient(row) for row in rows.all(_ALL)]
    return [each for each in found if sites is None or each.site == EVERY_SITE or each.site in sites]


def recipient_of(rows: Rows, recipient: str) -> Recipient | None:
    """A recipient that is not removed, by its id."""
    row = rows.one(_RECIPIENT, recipient=recipient)
    return None if row is None else _recipient(row)


def _recipient(row: _Row) -> Recipient:
    kinds = None if row.kinds is None else frozenset(map(AlarmKind, row.kinds))
    return Recipient(
        id=row.id,
        channel=row.channel,
        site=row.site,
        address=row.address or "",
        kept=row.kept,
        added_at=row.added_at,
        secret=row.secret,
        choice=AlarmChoice(kinds, row.hall, row.language, has_notices=row.notices_since is not None),
        notices_since=row.notices_since,
    )


def insert_recipient(transaction: Writes, new: Recipient) -> None:
    """Keeps a new recipient, whose address is among the erasable values already."""
    transaction.run(
        _INSERT,
        id=new.id,
        channel=new.channel,
        site=new.site,
        address=new.kept,
        secret=new.secret,
        added_at=new.added_at,
        notices_since=new.added_at if new.choice.has_notices else None,
        **_choice_values(new.choice),
    )


def set_choice(transaction: Writes, current: Recipient, choice: AlarmChoice, *, now: datetime) -> None:
    """Keeps what a recipient receives; notices from now on, where it did not receive them before."""
    since = (current.notices_since or now) if choice.has_notices else None
    transaction.run(_SET_CHOICE, row_id=current.id, notices_since=since, **_choice_values(choice))


def remove_recipient(transaction: Writes, recipient: Recipient, *, now: datetime) -> None:
    """Removes a recipient with its secret, and erases its address with its salt."""
    transaction.run(_ERASE_ADDRESS, row_id=recipient.kept)
    transaction.run(_REMOVE, row_id=recipient.id, removed_at=now)


def _choice_values(choice: AlarmChoice) -> dict[str, str | None]:
    kinds = choice.listed_kinds()
    return {
        "hall": choice.hall,
        "kinds": None if kinds is None else json.dumps(kinds),
        "language": choice.language,
    }
