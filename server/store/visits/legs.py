"""Legs: their rows, those of a counter, a queue or a visit, and what a fact makes of one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from sqlalchemy import bindparam, exists, func, or_, select

from server.domain.calling.calls import Explanation
from server.domain.calling.waiting_legs import LegClass, Priority, QueuedLeg
from server.domain.row_changes import Change, Update
from server.domain.visits.transitions import Outcome
from server.domain.visits.verb_facts import Need, ReturnPlace
from server.store.engine.lookups import Count, One, Several
from server.store.engine.statements import SQLITE, Read, Rows, literal_word, rows_of
from server.store.tables.visits import IS_AT_COUNTER, IS_AT_WORK, IS_WAITING, leg, visit


@dataclass(frozen=True, slots=True)
class LegRow:
    """A leg: one wait and one service inside a visit. Its words: docs/glossary.md.

    `position` counts the legs of a visit from 1, `rank` the calls of a leg. Legs of a queue wait in the order
    of `sort_key`; `reference_at` is the arrival that gave the leg its place. Until `not_before` it is not
    called. It lets `lets_pass` first calls of its queue pass, counted from `lets_pass_since`. `parked_s`:
    the seconds it spent set aside, once it was resumed. `note`: the id of an erasable value.
    `urgency`: why it is an urgent case (a code).
    """

    id: str
    visit: str
    hall: str
    business_day: date
    number: str
    position: int
    service: str
    queue: str
    class_: LegClass
    priority: Priority
    target_s: int
    state: str
    sort_key: str
    arrived_at: datetime
    issued_at: datetime
    booked_at: datetime | None
    call: str | None
    rank: int
    first_called_at: datetime | None
    last_called_at: datetime | None
    started_at: datetime | None
    is_start_pressed: bool
    ended_at: datetime | None
    end_reason: str | None
    counter: str | None
    for_counter: str | None
    session: str | None
    rule: str | None
    why: Explanation | None
    reinstated_from: str | None
    reinstatements: int
    quoted_low_s: int | None
    quoted_median_s: int | None
    quoted_high_s: int | None
    series: str
    reference_at: datetime
    is_out_of_series: bool
    is_held: bool
    is_at_front: bool | None
    lets_pass: int | None
    lets_pass_since: datetime | None
    postponements: int | None
    not_before: datetime | None
    parked_at: datetime | None
    parked_s: int | None
    return_place: ReturnPlace | None
    added_services: list[str] | None
    outcome: Outcome | None
    note: str | None
    urgency: str | None


@dataclass(frozen=True, slots=True)
class ReceivedLeg:
    """A leg that was called and has ended at a counter; `reference_at` is the arrival that gave its place."""

    counter: str
    service: str
    reference_at: datetime
    first_called_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class AnnouncedLeg:
    """A leg with an announced range that was called, or that has ended without a call."""

    class_: LegClass
    quoted_low_s: int
    quoted_median_s: int
    quoted_high_s: int
    issued_at: datetime
    arrived_at: datetime
    first_called_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class EndedService:
    """A service that ended at a counter."""

    counter: str
    service: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingInQueue:
    """How many legs wait in a queue, and when the first ticket of them was issued."""

    queue: str
    people: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingGroup(WaitingInQueue):
    """The same of one service of the queue; `for_counter`: of those that wait for that counter alone."""

    service: str
    for_counter: str | None


_FIELDS = {field.name.rstrip("_"): field.name for field in fields(LegRow)}
COLUMNS = tuple(_FIELDS)
"""The columns of a `LegRow`."""

LEGS = rows_of(LegRow, leg)
_OF_HALL = leg.c.hall == bindparam("hall")
_OF_VISIT = leg.c.visit == bindparam("visit")

leg_row = One(LegRow, LEGS.where(leg.c.id == bindparam("leg")))
"""A leg by its id."""
leg_at_counter = One(LegRow, LEGS.where(leg.c.counter == bindparam("counter"), IS_AT_COUNTER))
"""The leg that is called to or served at a counter (id)."""
_AT_WORK = LEGS.where(_OF_HALL, IS_AT_WORK)
open_legs = Several(LegRow, _AT_WORK.order_by(leg.c.last_called_at.desc()))
"""The legs of a hall (id) that are called, in service or parked, the last call first."""
legs_to_return = Several(
    LegRow,
    _AT_WORK.where(leg.c.state == literal_word("parked"), leg.c.not_before <= bindparam("now")).order_by(
        leg.c.not_before, leg.c.id
    ),
    names=("hall", "now"),
)
"""The parked legs of a hall (id) whose timer has ended, the first that ended first."""
_OF_QUEUE = Read(
    LegRow,
    LEGS.where(_OF_HALL, IS_WAITING, leg.c.queue == bindparam("queue"), leg.c.sort_key > bindparam("after"))
    .order_by(leg.c.sort_key)
    .limit(bindparam("limit")),
)
waiting_of_visit = Several(LegRow, LEGS.where(_OF_VISIT, leg.c.state == "waiting", leg.c.is_held.is_(False)))
"""The legs of a visit (id) that wait and are not held: one at most."""
last_leg = One(LegRow, LEGS.where(_OF_VISIT).order_by(leg.c.position.desc()).limit(1))
"""The last leg of a visit (id)."""
_FOLLOWING = leg.alias("following")
no_shows_to_reinstate = Several(
    LegRow,
    LEGS.where(
        _OF_HALL,
        leg.c.business_day == bindparam("on"),
        leg.c.end_reason == "no_show",
        ~exists().where(_FOLLOWING.c.visit == leg.c.visit, _FOLLOWING.c.position > leg.c.position),
    )
    .order_by(leg.c.ended_at.desc())
    .limit(bindparam("limit")),
    names=("hall", "on"),
)
"""At most `limit` legs of a hall (id) and business day that ended as no-shows, the last one first.

Only legs that are the last of their visit.
"""
hall_of = One(str, select(leg.c.hall).where(leg.c.id == bindparam("leg")))
"""The hall (id) of a leg."""
_ENDED_BY_A_SERVICE = or_(
    leg.c.end_reason == "served", (leg.c.end_reason == "transferred") & leg.c.started_at.is_not(None)
)
counter_of_leg = One(str, select(leg.c.counter).where(leg.c.id == bindparam("leg")))
"""The counter to which a leg (id) was called last; None before a call, and where there is no such leg."""
services_ended = Several.of(
    EndedService,
    leg,
    "hall",
    leg.c.business_day == bindparam("on"),
    leg.c.ended_at > bindparam("since"),
    leg.c.counter.is_not(None),
    _ENDED_BY_A_SERVICE,
    order=("ended_at", "id"),
    names=("hall", "on"),
)
"""The services that ended at counters of a hall (id) on a business day, after an instant, in order."""
received_last = Several(
    ReceivedLeg,
    rows_of(ReceivedLeg, leg)
    .where(
        _OF_HALL,
        leg.c.last_called_at.is_not(None),
        leg.c.counter.is_not(None),
        leg.c.end_reason.in_(["served", "transferred"]),
    )
    .order_by(leg.c.last_called_at.desc())
    .limit(bindparam("limit")),
    names=("hall",),
)
"""At most `limit` legs that ended at counters of a hall (id), the last one called first."""
_ANNOUNCED = rows_of(AnnouncedLeg, leg).where(
    _OF_HALL,
    leg.c.quoted_high_s > 0,
    leg.c.quoted_median_s.is_not(None),
    or_(leg.c.first_called_at.is_not(None), leg.c.ended_at.is_not(None)),
)
announced_before = Several(
    AnnouncedLeg,
    _ANNOUNCED.where(leg.c.business_day < bindparam("on"))
    .order_by(leg.c.business_day.desc(), leg.c.id.desc())
    .limit(bindparam("limit")),
    names=("hall", "on"),
)
"""At most `limit` legs of business days before one, whose announced waits have ended; the last first."""
announced_on = Several(
    AnnouncedLeg, _ANNOUNCED.where(leg.c.business_day == bindparam("on")), names=("hall", "on")
)
"""The legs of a business day whose announced waits have ended, in any order."""
ahead = Count(
    int,
    select(func.count().label("ahead"))
    .select_from(leg)
    .where(_OF_HALL, IS_WAITING, leg.c.queue == bindparam("queue"), leg.c.sort_key < bindparam("sort_key")),
    names=("hall", "queue", "sort_key"),
)
"""How many legs wait before this place in a queue."""
_OWN = visit.alias("own")
_LINK = select(_OWN.c.link).where(_OWN.c.id == bindparam("visit")).scalar_subquery()
_LINKED_AHEAD = Read(
    int,
    select(func.count().label("linked"))
    .select_from(leg.join(visit, visit.c.id == leg.c.visit))
    .where(
        *(_OF_HALL, IS_WAITING, leg.c.queue == bindparam("queue"), leg.c.sort_key < bindparam("sort_key")),
        visit.c.link == _LINK,
    ),
)
_COUNTED = (leg.c.queue, func.count().label("people"), func.min(leg.c.issued_at).label("oldest_at"))
_WAITING = Read(WaitingInQueue, select(*_COUNTED).where(_OF_HALL, IS_WAITING).group_by(leg.c.queue))
waiting_groups = Several(
    WaitingGroup,
    select(*_COUNTED, leg.c.service, leg.c.for_counter)
    .where(_OF_HALL, IS_WAITING)
    .group_by(leg.c.queue, leg.c.service, leg.c.for_counter)
    .order_by(leg.c.queue, leg.c.service, leg.c.for_counter),
)
"""The waiting people of a hall (id) by queue, service and the counter that alone may call them."""


def waiting_of_queue(rows: Rows, hall: str, queue: str, *, limit: int, after: str = "") -> list[LegRow]:
    """At most `limit` waiting legs of a queue in call order, after a sort key."""
    return rows.all(_OF_QUEUE, hall=hall, queue=queue, after=after, limit=limit)


def linked_ahead(rows: Rows, leg: LegRow) -> int:
    """How many of the legs that wait before a leg in its queue are of visits linked to its own."""
    asked = {"hall": leg.hall, "queue": leg.queue, "sort_key": leg.sort_key, "visit": leg.visit}
    return rows.one(_LINKED_AHEAD, **asked) or 0


def waiting_by_queue(rows: Rows, hall: str) -> dict[str, WaitingInQueue]:
    """The waiting people of a hall (id), by queue; queues where nobody waits are left out."""
    return {each.queue: each for each in rows.all(_WAITING, hall=hall)}


_decoders = {
    name: decode
    for name in COLUMNS
    if (decode := leg.c[name].type.dialect_impl(SQLITE).result_processor(SQLITE, None)) is not None
}


def leg_of_kept(values: Mapping[str, object]) -> LegRow:
    """A leg of its columns as facts and the memory of a hall keep them: instants in microseconds, JSON texts.

    SQLite keeps them in the same form, so that its types decode them.
    """
    (found,) = leg_row.read.decoded(SQLITE, [[values[name] for name in COLUMNS]])
    return found


def leg_after(before: LegRow, changes: Iterable[Change]) -> LegRow:
    """A leg as the row changes of a fact leave it."""
    changed: dict[str, object] = {}
    for change in changes:
        if isinstance(change, Update) and change.id == before.id:
            changed |= {name: value for name, value in change.values.items() if name in _FIELDS}
    decoded = {
        name: _decoders[name](value) if name in _decoders else value for name, value in changed.items()
    }
    return replace(before, **{_FIELDS[name]: value for name, value in decoded.items()})  # type: ignore[arg-type]


type FirstCalls = Iterable[tuple[str, datetime]]
"""The queue and the instant of first calls."""


def as_queued(
    leg: LegRow,
    needs: Collection[Need] = (),
    first_calls: FirstCalls = (),
    *,
    link: str | None = None,
) -> QueuedLeg:
    """A waiting leg as calling rules read it, with the needs and the link of its visit, after first calls."""
    return QueuedLeg(
        id=leg.id,
        number=leg.number,
        series=leg.series,
        service=leg.service,
        queue=leg.queue,
        leg_class=leg.class_,
        reference=leg.reference_at,
        issued_at=leg.issued_at,
        target_s=leg.target_s,
        booked_at=leg.booked_at,
        for_counter=leg.for_counter,
        is_out_of_series=leg.is_out_of_series,
        is_held=leg.is_held,
        needs_step_free=Need.STEP_FREE in needs,
        is_at_front=bool(leg.is_at_front),
        lets_pass=still_lets_pass(leg, first_calls),
        not_before=leg.not_before,
        link=link,
        urgency=leg.urgency,
    )


def still_lets_pass(leg: LegRow, first_calls: FirstCalls) -> int:
    """How many first calls of its queue a leg lets pass yet."""
    if not leg.lets_pass or leg.lets_pass_since is None:
        return 0
    since = leg.lets_pass_since
    return max(0, leg.lets_pass - sum(queue == leg.queue and at > since for queue, at in first_calls))
