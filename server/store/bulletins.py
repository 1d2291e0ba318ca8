"""Bulletins of a site, what became of each, and their sources. Plain rows: the decisions are facts."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select

from server.domain.bulletins.messages import BulletinKey
from server.domain.facts import Json
from server.domain.instants import to_text
from server.store.engine.lookups import ChangeBy, KeepFields, NewRow, One, Pairs, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of
from server.store.engine.writes import Writes
from server.store.tables.alerts import bulletin, bulletin_source

PROPOSED, RAISING, ACCEPTED, DISMISSED = "proposed", "raising", "accepted", "dismissed"
REFUSED, REPLACED, CANCELLED = "refused", "replaced", "cancelled"
OPEN = (PROPOSED, RAISING)
"""States in which a person may still decide. `raising`: an alert of it is being raised."""


@dataclass(frozen=True, slots=True)
class BulletinRow:
    """A bulletin of a site (slug). `message`: what people read of it; `details`: values of its refusal.

    `outcome`: the alert or notice (id) that it became; `replaces`: the bulletin (id) it updates.
    """

    id: str
    site: str
    key: str
    message: Json
    state: str
    received_at: datetime
    kind: str | None = None
    refusal: str | None = None
    details: Json = field(default_factory=dict)
    expires_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    outcome: str | None = None
    replaces: str | None = None


_OF_ID = bulletin.c.id == bindparam("of_id")
_OF_SITE = bulletin.c.site == bindparam("of_site")
_NEWEST = rows_of(BulletinRow, bulletin).order_by(bulletin.c.received_at.desc(), bulletin.c.id.desc())
bulletin_row = One(BulletinRow, rows_of(BulletinRow, bulletin).where(_OF_ID))
"""A bulletin by its id."""
bulletin_of_key = One.of(
    BulletinRow, bulletin, _OF_SITE, bulletin.c.key == bindparam("of_key"), names=("of_site", "of_key")
)
"""The bulletin of a site with this digest."""
newest_bulletins = Several(
    BulletinRow, _NEWEST.where(_OF_SITE).limit(bindparam("most")), names=("of_site", "most")
)
"""The newest bulletins of a site, refused ones included."""
taken_bulletins = Several(BulletinRow, _NEWEST.where(_OF_SITE, bulletin.c.state != REFUSED))
"""The bulletins of a site that were proposed, whatever became of them; the newest first."""
_REFUSED = Read(
    str,
    select(bulletin.c.id)
    .where(_OF_SITE, bulletin.c.state == REFUSED)
    .order_by(bulletin.c.received_at.desc(), bulletin.c.id.desc()),
)
_IS_OPEN = and_(
    bulletin.c.state.in_(OPEN),
    bulletin.c.expires_at > bindparam("now", type_=bulletin.c.expires_at.type),
)
_COUNT_OPEN = Read(int, select(func.count().label("found")).where(_OF_SITE, _IS_OPEN))
open_of_sites = Pairs(
    tuple[str, int],
    select(bulletin.c.site, func.count().label("found")).where(_IS_OPEN).group_by(bulletin.c.site),
)
"""How many bulletins wait for a person now, by site (slug)."""
insert_bulletin = NewRow(bulletin, BulletinRow)
"""Keeps a new bulletin."""
set_decision = KeepFields(bulletin, BulletinRow, "state", "decided_at", "decided_by", "reason", "outcome")
"""Keeps the state of a bulletin, who decided it and when, why, and what it became."""
_DELETE = Write(bulletin.delete().where(_OF_ID))


def key_digest(key: BulletinKey) -> str:
    """The digest by which a bulletin is known again."""
    return hashlib.sha256("\n".join((key.sender, key.identifier, to_text(key.sent))).encode()).hexdigest()


def count_open(rows: Rows, site: str, now: datetime) -> int:
    """How many bulletins of a site wait for a person."""
    [found] = rows.all(_COUNT_OPEN, of_site=site, now=now)
    return found


def forget_refused(transaction: Writes, site: str, *, keep: int) -> None:
    """Deletes the refused bulletins of a site but the newest `keep`."""
    for old in transaction.all(_REFUSED, of_site=site)[keep:]:
        transaction.run(_DELETE, of_id=old)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of a site (slug). `entries`: digests of what was read of it; `failure`: why not since."""

    id: str
    site: str
    url: str
    tried_at: datetime | None
    read_at: datetime | None
    failure: str | None
    entries: Sequence[str]


_OF_SOURCE = bulletin_source.c.id == bindparam("of_id")
_IS_DUE = or_(bulletin_source.c.tried_at.is_(None), bulletin_source.c.tried_at <= bindparam("before"))
sources = Several.of(SourceRow, bulletin_source, order=("id",))
"""Every source that was read or is to be."""
_ADD = Write.insert_or(lambda new: {"url": new["url"]}, bulletin_source, ("id",), ("site", "url", "entries"))
_CLAIM = Write(bulletin_source.update().where(_OF_SOURCE, _IS_DUE), "tried_at")
_KEEP = Write(bulletin_source.update().where(_OF_SOURCE), "read_at", "failure", "entries")
keep_source_failure = ChangeBy(bulletin_source.update().where(_OF_SOURCE), "of_id", "failure")
"""Keeps why a source (id) could not be read."""
delete_source = ChangeBy(bulletin_source.delete().where(_OF_SOURCE))
"""Forgets a source (id) that no site names any more."""


def source_id(site: str, url: str) -> str:
    """The id of a source: a digest of its site and its address."""
    return hashlib.sha256(f"{site}\n{url}".encode()).hexdigest()


def add_source(rows: WrittenRows, site: str, url: str) -> None:
    """A source is to be read."""
    rows.execute(_ADD, id=source_id(site, url), site=site, url=url, entries=[])


def claim_source(rows: WrittenRows, source: str, *, now: datetime, tried_before: datetime) -> bool:
    """Takes the next reading of a source (id); False when another worker has tried since that instant."""
    return bool(rows.execute(_CLAIM, of_id=source, before=tried_before, tried_at=now))


def keep_reading(
    rows: WrittenRows, source: str, *, now: datetime, failure: str | None, entries: Sequence[str]
) -> None:
    """Keeps when a source (id) was read, and what of it. `failure`: some of its bulletins were broken."""
    rows.execute(_KEEP, of_id=source, read_at=now, failure=failure, entries=list(entries))
