"""Counter sessions, their places, the leases of counters, calls that a calling rule counts, and messages.

A session holds one counter or several. Each row of `counter_session` is one of its places; the first place
gives the session its id. Messages between pages at work are short lines that are deleted within the hour.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import bindparam, delete, func, select, type_coerce, update

from server.domain.facts import Json
from server.domain.hall.fold import DutyTerms
from server.store.engine.lookups import ChangeBy, NewRow, OfHall, One, Several
from server.store.engine.statements import Read, Rows, Write, WrittenRows, rows_of
from server.store.engine.writes import Writes
from server.store.tables.columns import Document
from server.store.tables.counters import counter_lease, counter_session, duty, message
from server.store.tables.journals import hall_fact
from server.store.tables.visits import leg


@dataclass(frozen=True, slots=True)
class SessionPlace:
    """A counter that a session holds or held. `session`: its id, that of its first place.

    `expires_at`: the end of its lease, None where it has none; `duty`: its running interval of duty (id).
    """

    id: str
    session: str
    hall: str
    counter: str
    author: str
    profile: str | None
    rule: str
    services: list[str]
    opened_at: datetime
    paused_at: datetime | None
    pause_reason: str | None
    expires_at: datetime | None
    duty: str | None

    @property
    def terms(self) -> DutyTerms:
        """The terms it was opened under."""
        return DutyTerms(tuple(self.services), self.rule, self.profile)

    @property
    def is_paused(self) -> bool:
        """Whether nobody is called there now, because its session pauses."""
        return self.paused_at is not None


_WITH_LEASE_AND_DUTY = counter_session.outerjoin(
    counter_lease, counter_lease.c.counter == counter_session.c.counter
).outerjoin(duty, (duty.c.session == counter_session.c.id) & duty.c.closed_at.is_(None))
_PLACES = rows_of(
    SessionPlace,
    counter_session,
    session=func.coalesce(counter_session.c.joined_to, counter_session.c.id),
    expires_at=counter_lease.c.expires_at,
    duty=duty.c.id,
).select_from(_WITH_LEASE_AND_DUTY)
_IS_OPEN = counter_session.c.closed_at.is_(None)
open_place = One(SessionPlace, _PLACES.where(counter_session.c.counter == bindparam("counter"), _IS_OPEN))
"""The place of the session that holds a counter; None when nobody holds it."""
open_places = OfHall(SessionPlace, _PLACES.where(_IS_OPEN), counter_session.c.hall)
"""Every counter that a session holds, in a hall (id) or in every hall."""
place_by_id = One(SessionPlace, _PLACES.where(counter_session.c.id == bindparam("place")))
"""A place of a session, open or ended, by its id."""
halls_of_author = Several(
    str,
    select(counter_session.c.hall)
    .where(counter_session.c.author.in_(bindparam("authors", expanding=True)), _IS_OPEN)
    .distinct(),
)
"""The halls (ids) where an author, by any of these ids, holds a counter."""
_LAST_SIGN = Read(
    datetime,
    select(hall_fact.c.recorded_at)
    .where(
        hall_fact.c.hall == bindparam("hall"),
        hall_fact.c.counter == bindparam("counter"),
        hall_fact.c.kind != "ProfileChanged",
    )
    .order_by(hall_fact.c.position.desc())
    .limit(1),
)


def agents_present(places: Iterable[SessionPlace]) -> int:
    """How many people hold a counter, by the open places of a hall.

    Somebody who took a further counter after the change of year holds places by two pseudonyms.
    """
    return len(set({place.session: place.author for place in places}.values()))


def places_of(rows: Rows, hall: str, session: str) -> list[SessionPlace]:
    """The places a session holds, in the order of their opening; none when it has ended."""
    found = [place for place in open_places(rows, hall) if place.session == session]
    return sorted(found, key=lambda place: (place.opened_at, place.id))


def last_sign_at(rows: Rows, hall: str, counter: str) -> datetime:
    """When something was done last at a counter that was opened once; a supervisor's move does not count."""
    found = rows.one(_LAST_SIGN, hall=hall, counter=counter)
    assert found is not None
    return found


def free_since(rows: Rows, place: SessionPlace) -> datetime:
    """Since when nobody is at an open counter: its opening, or what was done last there."""
    return max(place.opened_at, last_sign_at(rows, place.hall, place.counter))


_HELD = Read(
    str,
    select(counter_lease.c.counter)
    .join(
        counter_session,
        (counter_session.c.counter == counter_lease.c.counter) & counter_session.c.closed_at.is_(None),
    )
    .where(
        counter_lease.c.session == bindparam("session"),
        counter_session.c.author.in_(bindparam("authors", expanding=True)),
    ),
)
_GIVE = Write.upsert(counter_lease, ["counter"], ["session", "expires_at"])
_PROLONG = Write(
    update(counter_lease).where(counter_lease.c.session == bindparam("of_session")), "expires_at"
)
end_lease = ChangeBy(delete(counter_lease).where(counter_lease.c.counter == bindparam("of_counter")))
"""Ends the lease of a counter: nobody holds it any more."""


def holds(rows: Rows, session: str, counter: str | None, *, authors: Collection[str]) -> bool:
    """Whether the session of an author, by any of these ids, has the lease of a counter (None: of any)."""
    own_counters = rows.all(_HELD, session=session, authors=sorted(authors))
    return bool(own_counters) if counter is None else counter in own_counters


def give_lease(transaction: Writes, counter: str, session: str, expires_at: datetime) -> None:
    """Gives the lease of a counter to a session."""
    transaction.run(_GIVE, counter=counter, session=session, expires_at=expires_at)


def prolong_lease(transaction: Writes, session: str, expires_at: datetime) -> None:
    """Prolongs the lease of a session, that of all its places."""
    transaction.run(_PROLONG, of_session=session, expires_at=expires_at)


def prolong_lease_now(rows: WrittenRows, session: str, expires_at: datetime) -> None:
    """As `prolong_lease`, in a transaction of no hall."""
    rows.execute(_PROLONG, of_session=session, expires_at=expires_at)


@dataclass(frozen=True, slots=True)
class FirstCall:
    """The first call of a leg."""

    queue: str
    first_called_at: datetime


@dataclass(frozen=True, slots=True)
class CallByRule:
    """A call of a queue, and why the rule made it."""

    queue: str
    why: Json


first_calls = Several.of(
    FirstCall,
    leg,
    "hall",
    leg.c.last_called_at > bindparam("since"),
    leg.c.first_called_at > bindparam("since"),
)
"""The first calls of legs of a hall (id) after an instant."""
calls_by_rule = Several(
    CallByRule,
    select(leg.c.queue, type_coerce(leg.c.why, Document).label("why"))
    .join(counter_session, counter_session.c.id == leg.c.session)
    .where(
        leg.c.hall == bindparam("hall"),
        leg.c.business_day == bindparam("on"),
        leg.c.rule == bindparam("rule"),
        counter_session.c.profile == bindparam("profile"),
    )
    .order_by(leg.c.first_called_at, leg.c.id),
    names=("hall", "on"),
)
"""The calls of a business day that a rule made for sessions of a work profile, the first call first."""


type MessageKind = Literal["counter", "help"]
type PhraseName = Literal[
    "come", "visitor_back", "document", "interpreter", "ring", "walk_over", "help", "profile", "profile_all"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message of a hall (id). `text` is erased once it was seen; after `erase_after` nobody reads it."""

    id: str
    hall: str
    kind: MessageKind
    counter: str | None
    phrase: PhraseName | None
    text: str | None
    sent_at: datetime
    sent_from: str
    seen_at: datetime | None
    seen_from: str | None
    erase_after: datetime


_MESSAGES = rows_of(MessageRow, message)
_OF_HALL = _MESSAGES.where(message.c.hall == bindparam("hall"), message.c.erase_after > bindparam("now"))
message_row = One(MessageRow, _MESSAGES.where(message.c.id == bindparam("message")))
"""A message by its id."""
unseen_messages = Several(
    MessageRow,
    _OF_HALL.where(message.c.counter == bindparam("counter"), message.c.seen_at.is_(None)).order_by(
        message.c.sent_at, message.c.id
    ),
    names=("hall", "counter"),
)
"""The unseen messages for a counter of a hall (id), the oldest first."""
newest_messages = Several(
    MessageRow,
    _OF_HALL.where(message.c.kind == bindparam("kind"))
    .order_by(message.c.sent_at.desc(), message.c.id.desc())
    .limit(10),
    names=("hall", "kind"),
)
"""The ten newest messages of a kind in a hall (id), the latest first."""
insert_message = NewRow(message, MessageRow)
"""Keeps a new message, which nobody has seen."""
delete_old_messages = ChangeBy(
    message.delete().where(message.c.hall == bindparam("of_hall"), message.c.erase_after <= bindparam("now")),
    *("of_hall", "now"),
)
"""Deletes the messages of a hall (id) that nobody may read any more."""
delete_profile_messages = ChangeBy(
    message.delete().where(
        message.c.counter == bindparam("of_counter"), message.c.phrase.in_(["profile", "profile_all"])
    ),
    "of_counter",
)
"""Deletes what tells the agent of a counter (id) that somebody else changed its profile."""
_NOTE_SEEN = Write(
    message.update()
    .where(message.c.id == bindparam("row_id"), message.c.seen_at.is_(None))
    .values(text=None),
    *("seen_at", "seen_from"),
)


def note_message_seen(transaction: Writes, message: str, *, at: datetime, seen_from: str) -> None:
    """Notes where a message was seen and erases its words; one that was seen before stays as it is."""
    transaction.run(_NOTE_SEEN, row_id=message, seen_at=at, seen_from=seen_from)
