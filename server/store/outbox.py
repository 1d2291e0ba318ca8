"""Outboxes: tables of messages on their way. A sender takes one for a while and notes what became of it.

Deliveries of alarms go in the order of each hall's facts. A delivery is written in the transaction of its
fact. The next delivery to the same recipient from the same hall goes once it is sent or given up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Select, Table, and_, bindparam, case, func, null, or_, select

from server.domain.notices.lifecycle import ENDED, PUBLISHED, NoticeMoment, Targets
from server.ids import new_id
from server.store.engine.lookups import ChangeBy, Distinct, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of, values_of
from server.store.tables.alerts import delivery
from server.store.tables.notices import notice, notice_step
from server.store.transactions.hall_transaction import HallTransaction

TAKEN_FOR = timedelta(minutes=3)
"""When a sender dies, another tries its message after this time, longer than a letter takes to be sent."""


class Underway(Protocol):
    """A message that was found due. `tries`: how often it was taken to be sent before."""

    @property
    def id(self) -> str: ...
    @property
    def tries(self) -> int: ...


class Outbox:
    """The statements of one outbox. `is_underway`, `is_free`: messages to send, and that no sender has.

    `freed`: an update after which no sender has the message; `is_free` takes the parameter `now`.
    """

    def __init__(self, table: Table) -> None:
        row = table.c
        is_row, is_of_try = row.id == bindparam("row_id"), row.tries == bindparam("of_tries")
        self.is_underway = and_(row.sent_at.is_(None), row.given_up_at.is_(None))
        self.is_free = or_(row.taken_until.is_(None), row.taken_until <= bindparam("now"))
        self.freed = table.update().values(taken_until=null())
        self._take = Write(
            table.update()
            .where(is_row, self.is_underway, is_of_try, self.is_free)
            .values(tries=row.tries + 1),
            "taken_until",
        )
        self._note_sent = Write(
            self.freed.where(is_row).values(failure=null(), given_up_at=null()), "sent_at"
        )
        self._note_failed = Write(
            self.freed.where(is_row, self.is_underway, is_of_try), "failure", "next_at", "given_up_at"
        )

    def take(self, rows: WrittenRows, message: Underway, now: datetime) -> bool:
        """Takes a message that was found due; False when another sender has it."""
        values = {"row_id": message.id, "of_tries": message.tries, "now": now}
        return bool(rows.execute(self._take, **values, taken_until=now + TAKEN_FOR))

    def note_sent(self, rows: WrittenRows, message: Underway, now: datetime) -> None:
        """Notes that a message arrived, even if it was given up or another sender took it meanwhile."""
        rows.execute(self._note_sent, row_id=message.id, sent_at=now)

    def note_failed(
        self, rows: WrittenRows, message: Underway, failure: str, *, now: datetime, again_at: datetime | None
    ) -> None:
        """Notes the failure (a code) of a message that was taken; `again_at` None: gives it up.

        Nothing changes where it was given up meanwhile, or another sender has taken it since.
        """
        rows.execute(
            self._note_failed,
            row_id=message.id,
            of_tries=message.tries + 1,
            failure=failure,
            next_at=now if again_at is None else again_at,
            given_up_at=now if again_at is None else None,
        )


@dataclass(frozen=True, slots=True)
class Message:
    """A message about an alarm. `turn`: what happened to the alarm; `body`: JSON, as it will be sent."""

    alarm: str
    turn: str
    body: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message (`body`) to a recipient (id). `tries`: how often it was taken to be sent."""

    id: str
    recipient: str
    body: str
    queued_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The deliveries of a recipient: how many are on their way or given up, and when the last one was sent.

    `failure`: the code of the present failure; `next_at`: when a delivery is tried next.
    """

    recipient: str
    underway: int
    given_up: int
    sent_at: datetime | None
    failure: str | None
    next_at: datetime | None


DELIVERIES = Outbox(delivery)


def _due() -> Select[*tuple[object, ...]]:
    firsts = (
        select(delivery.c.recipient, delivery.c.hall, func.min(delivery.c.position).label("position"))
        .where(DELIVERIES.is_underway)
        .group_by(delivery.c.recipient, delivery.c.hall)
        .subquery("firsts")
    )
    is_first = and_(
        firsts.c.recipient == delivery.c.recipient,
        firsts.c.hall == delivery.c.hall,
        firsts.c.position == delivery.c.position,
    )
    return (
        rows_of(Delivery, delivery)
        .join(firsts, is_first)
        .where(delivery.c.next_at <= bindparam("now"), DELIVERIES.is_free)
        .order_by(delivery.c.queued_at, delivery.c.id)
    )


due_deliveries = Several(Delivery, _due())
"""The first delivery of each recipient and hall, where it is due and no sender has it."""
_STANDINGS = Read(
    Standing,
    select(
        delivery.c.recipient,
        func.count(case((DELIVERIES.is_underway, 1))).label("underway"),
        func.count(delivery.c.given_up_at).label("given_up"),
        func.max(delivery.c.sent_at).label("sent_at"),
        func.max(case((DELIVERIES.is_underway, delivery.c.failure))).label("failure"),
        func.min(case((DELIVERIES.is_underway, delivery.c.next_at))).label("next_at"),
    ).group_by(delivery.c.recipient),
)
_QUEUE = Write.insert_or(
    lambda new: {"alarm": new["alarm"]},  # where another worker was first, its delivery stays
    delivery,
    ("recipient", "hall", "position"),
    ("id", "alarm", "turn", "body", "created_at", "queued_at", "tries", "next_at"),
)
_OF_RECIPIENT = delivery.c.recipient == bindparam("of_recipient")
give_up = ChangeBy(
    DELIVERIES.freed.where(delivery.c.id == bindparam("row_id"), DELIVERIES.is_underway),
    *("row_id", "given_up_at"),
)
"""Gives a delivery up: it is not sent any more."""
give_up_all = ChangeBy(
    DELIVERIES.freed.where(_OF_RECIPIENT, DELIVERIES.is_underway), *("of_recipient", "given_up_at")
)
"""Gives up every delivery that is on its way to a recipient (id)."""
_SEND_AGAIN = Write(
    DELIVERIES.freed.where(_OF_RECIPIENT, delivery.c.created_at >= bindparam("since")).values(
        sent_at=null(), given_up_at=null(), tries=0
    ),
    "queued_at",
    "next_at",
)


def queue_delivery(transaction: HallTransaction, recipient: str, message: Message, *, now: datetime) -> None:
    """Puts a message about the last recorded fact on its way to a recipient.

    `now`: of the wall clock, which may be behind the facts.
    """
    key = NoticeDelivery(recipient, transaction.hall, transaction.journal_length)
    transaction.run(_QUEUE, **_queued(key, message, now))


def _queued(key: "NoticeDelivery", message: Message, now: datetime) -> dict[str, object]:
    begins = dict.fromkeys(("created_at", "queued_at", "next_at"), now)
    return {"id": new_id(), **values_of(key), **values_of(message), **begins, "tries": 0}


def send_again(rows: WrittenRows, recipient: str, *, since: datetime, now: datetime) -> int:
    """Queues again the messages to a recipient since an instant, sent or given up; how many."""
    return rows.execute(_SEND_AGAIN, of_recipient=recipient, since=since, queued_at=now, next_at=now)


def standing_by_recipient(rows: Rows) -> Mapping[str, Standing]:
    """How the deliveries of each recipient (id) stand; recipients without any are missing."""
    return {each.recipient: each for each in rows.all(_STANDINGS)}


@dataclass(frozen=True, slots=True)
class ChangedNotice:
    """A notice that changed lately, or whose end came."""

    id: str
    kind: str
    targets: Targets


@dataclass(frozen=True, slots=True)
class NoticeDelivery:
    """The key of a delivery: its recipient, the hall or notice (`hall`) it is about, its position there."""

    recipient: str
    hall: str
    position: int


@dataclass(frozen=True, slots=True)
class _Step(NoticeMoment):
    notice: str


_SINCE = bindparam("since", type_=notice.c.changed_at.type)
_NOW = bindparam("now", type_=notice.c.changed_at.type)
changed_notices = Several.of(
    ChangedNotice,
    notice,
    or_(
        notice.c.changed_at >= _SINCE,
        and_(notice.c.shown_until >= _SINCE, notice.c.shown_until <= _NOW),
    ),
)
"""The notices that changed since an instant, and those whose end came since."""
_STEPS = Read(
    _Step,
    rows_of(_Step, notice_step)
    .where(notice_step.c.notice.in_(bindparam("notices", expanding=True)))
    .order_by(notice_step.c.notice, notice_step.c.step),
)
queued_since = Distinct(
    NoticeDelivery,
    select(delivery.c.recipient, delivery.c.hall, delivery.c.position).where(
        delivery.c.created_at >= bindparam("since", type_=delivery.c.created_at.type),
        delivery.c.turn.in_((PUBLISHED, ENDED)),
    ),
)
"""The deliveries about notices that were written since an instant."""


def moments_of(rows: Rows, notices: Iterable[str]) -> Mapping[str, list[NoticeMoment]]:
    """The steps of notices (ids), in order."""
    found: dict[str, list[NoticeMoment]] = {}
    for row in rows.all(_STEPS, notices=list(notices)):
        found.setdefault(row.notice, []).append(row)
    return found


def queue_notice_delivery(
    rows: WrittenRows, new: NoticeDelivery, *, turn: str, body: str, now: datetime
) -> None:
    """Puts a message about a notice on its way, once: another worker may have done so."""
    rows.execute(_QUEUE, **_queued(new, Message(new.hall, turn, body), now))
