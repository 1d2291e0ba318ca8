"""Messages about notices on their way to webhooks, and the notices that they are about.

A delivery about a notice has the id of the notice in place of the hall's: those of one notice go in order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select

from server.domain.notices.events import ENDED, PUBLISHED, NoticeMoment
from server.domain.notices.facts import Targets
from server.ids import new_id
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.alarms import delivery
from server.store.tables.notices import notice, notice_step


@dataclass(frozen=True, slots=True)
class ChangedNotice:
    """A notice that changed lately, or whose end came."""

    id: str
    kind: str
    targets: Targets


@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """The key of a delivery about a notice: its recipient, the notice (`hall`), its position there."""

    recipient: str
    hall: str
    position: int


@dataclass(frozen=True, slots=True)
class _Step:
    notice: str
    step: int
    kind: str
    version: int
    done_at: datetime
    shown_from: datetime | None
    shown_until: datetime | None


_SINCE = bindparam("since", type_=notice.c.changed_at.type)
_NOW = bindparam("now", type_=notice.c.changed_at.type)
_CHANGED = Read(
    ChangedNotice,
    rows_of(ChangedNotice, notice).where(
        or_(
            notice.c.changed_at >= _SINCE,
            and_(notice.c.shown_until >= _SINCE, notice.c.shown_until <= _NOW),
        )
    ),
)
_STEPS = Read(
    _Step,
    rows_of(_Step, notice_step)
    .where(notice_step.c.notice.in_(bindparam("notices", expanding=True)))
    .order_by(notice_step.c.notice, notice_step.c.step),
)
_QUEUED = Read(
    NoticeDelivery,
    select(delivery.c.recipient, delivery.c.hall, delivery.c.position).where(
        delivery.c.created_at >= bindparam("since", type_=delivery.c.created_at.type),
        delivery.c.turn.in_((PUBLISHED, ENDED)),
    ),
)
_QUEUE = Write.insert_or(
    lambda new: {"alarm": new["alarm"]},  # where another worker was first, its delivery stays
    delivery,
    ("recipient", "hall", "position"),
    ("id", "alarm", "turn", "body", "created_at", "queued_at", "tries", "next_at"),
)


def changed_notices(rows: Rows, *, since: datetime, now: datetime) -> list[ChangedNotice]:
    """The notices that changed since an instant, and those whose end came since."""
    return rows.all(_CHANGED, since=since, now=now)


def moments_of(rows: Rows, notices: Iterable[str]) -> Mapping[str, list[NoticeMoment]]:
    """The steps of notices (ids), in order."""
    found: dict[str, list[NoticeMoment]] = {}
    for row in rows.all(_STEPS, notices=list(notices)):
        moment = NoticeMoment(row.step, row.kind, row.version, row.done_at, row.shown_from, row.shown_until)
        found.setdefault(row.notice, []).append(moment)
    return found


def queued_since(rows: Rows, since: datetime) -> set[NoticeDelivery]:
    """The deliveries about notices that were written since an instant."""
    return set(rows.all(_QUEUED, since=since))


def queue_notice_delivery(
    rows: WrittenRows, new: NoticeDelivery, *, turn: str, body: str, now: datetime
) -> None:
    """Puts a message about a notice on its way, once: another worker may have done so."""
    rows.execute(
        _QUEUE,
        id=new_id(),
        recipient=new.recipient,
        hall=new.hall,
        position=new.position,
        alarm=new.hall,
        turn=turn,
        body=body,
        created_at=now,
        queued_at=now,
        tries=0,
        next_at=now,
    )
