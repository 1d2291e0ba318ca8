"""Recipients: where alarms are sent. Addresses are erasable values, secrets stay in their row."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, null, select, type_coerce

from server.domain.alarms.alarms import AlarmChoice, AlarmKind
from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, Write
from server.store.people.accounts import EVERY_SITE
from server.store.tables.alarms import recipient
from server.store.tables.columns import Document
from server.store.tables.journals import erasable


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
    select(
        recipient.c.id,
        recipient.c.channel,
        recipient.c.site,
        recipient.c.address.label("kept"),
        recipient.c.secret,
        recipient.c.added_at,
        recipient.c.hall,
        type_coerce(recipient.c.kinds, Document).label("kinds"),
        recipient.c.language,
        recipient.c.notices_since,
        erasable.c.value.label("address"),
    )
    .select_from(recipient.join(erasable, erasable.c.id == recipient.c.address))
    .where(recipient.c.removed_at.is_(None))
)
_ALL = Read(_Row, _SELECT.order_by(recipient.c.added_at, recipient.c.id))
_BY_ID = Read(_Row, _SELECT.where(recipient.c.id == bindparam("recipient")))
_INSERT = Write(
    recipient.insert(),
    *("id", "channel", "site", "address", "secret", "added_at", "hall", "kinds", "language"),
    "notices_since",
)
_OF_ROW = recipient.update().where(recipient.c.id == bindparam("row_id"))
_SET_CHOICE = Write(_OF_ROW, "hall", "kinds", "language", "notices_since")
_SET_SECRET = Write(_OF_ROW, "secret")
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
    row = rows.one(_BY_ID, recipient=recipient)
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


def set_secret(transaction: Writes, recipient: str, secret: str) -> None:
    """Keeps another secret of a webhook (id)."""
    transaction.run(_SET_SECRET, row_id=recipient, secret=secret)


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
