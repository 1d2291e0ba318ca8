"""The queue of a hall for its counters: waiting, called and served legs, and the counters that are open.

The day's figures.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from operator import attrgetter
from statistics import median
from typing import Annotated, TypedDict

from hardware.json_types import FALSE_IF_LEFT_OUT, Count, InstantText
from server.domain.attention import overdue
from server.domain.author import SYSTEM, Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day, next_break, opens_no_more
from server.domain.instants import to_text
from server.domain.people.roles import WHOLE_HALL, CallingReach
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import Need
from server.store import hours
from server.store.counters import SessionPlace, open_places
from server.store.engine.statements import Rows
from server.store.hall import arrivals_of_day, greetings_of_day, waits_of_day
from server.store.transactions.database import Database
from server.store.visits import legs as waiting
from server.store.visits.legs import LegRow, no_shows_to_reinstate
from server.store.visits.open_legs import OpenLegs
from server.store.visits.reminders import away_in
from server.store.visits.visits import exceptional_visits, linked_numbers, needs_noted
from server.usecases import answers
from server.usecases.answers import AwayVisitor, ExceptionalReason, Leg, VisitFields
from server.usecases.counters.own_session import CounterVisibility
from server.usecases.hall.counter_work import (
    BreakOfHall,
    ClosedHall,
    CounterWork,
    DayFields,
    DayFigures,
    OfBreak,
    calling_state,
    counter_work,
    hidden_work,
    is_hidden,
    waited,
)
from server.usecases.hall_view import HallState, hall_state
from signage.board import Position

MOST_NO_SHOWS = 20
"""How many people who did not come are listed, to be reinstated."""
PAGE = 30
"""Waiting legs per queue in one answer."""
MOST_STEP_FREE = 5
"""How many people who wait for a step-free counter are named at once."""


class WaitingGroup(TypedDict):
    """How many people wait for a service; `counter`: the one counter that they wait for, if any."""

    service: str
    counter: str | None
    people: Count
    overdue: Count
    """How many of them have waited longer than their target."""


class QueueOfHall(TypedDict):
    """A queue: how many wait, since when the first of them, and the first legs in the order of the queue."""

    queue: str
    services: list[str]
    waiting: Count
    groups: list[WaitingGroup]
    """All who wait, also where `legs` lists only the first."""
    oldest_at: InstantText | None
    legs: list[Leg]


class OfHearingLoop(TypedDict, total=False):
    """What an answer says of counters with a hearing loop in order."""

    hearing_loop: Annotated[bool, FALSE_IF_LEFT_OUT]


class CounterOfHall(CounterWork, OfHearingLoop):
    """A counter as everybody of its hall may read it; `next`: the number it would call now."""

    leg: str | None


class UnservedStepFree(TypedDict):
    """Who waits for a step-free counter while no open one serves them, and the closed ones that could."""

    visit: str
    number: str
    service: str
    counters: list[str]


class QueueAnswer(Position, DayFields, OfBreak):
    """The queue of a hall: figures, who is called, served, waiting, and its counters."""

    queues: list[QueueOfHall]
    called: list[Leg]
    in_service: list[Leg]
    parked: list[Leg]
    no_shows: list[Leg]
    counters: list[CounterOfHall]
    shows_counters: bool
    step_free: list[UnservedStepFree]


class QueuePage(TypedDict):
    """Further waiting legs of one queue."""

    queue: str
    legs: list[Leg]


@dataclass(frozen=True, slots=True)
class VisitDetails:
    """Details of visits shown with their legs: needs, the numbers each is linked to, why one is received
    without the appointment it needed, the numbers that several have, and how far away one is.
    """

    needs: Mapping[str, tuple[Need, ...]]
    linked: Mapping[str, Sequence[str]]
    exceptional: Mapping[str, ExceptionalReason | None]
    shared_numbers: frozenset[str]
    away: Mapping[str, AwayVisitor]

    @classmethod
    def read(cls, database: Database, hall_now: HallState) -> "VisitDetails":
        """Reads those of a hall inside a read."""
        rows, hall = hall_now.rows, hall_now.row.id
        received = {
            each.visit: answers.exceptional_answer(each.wanted_service, each.exceptional_reason)
            for each in exceptional_visits(rows, hall)
        }
        shared = database.open_legs(rows, hall_now.row).shared_numbers()
        away: dict[str, AwayVisitor] = {
            each.visit: {"minutes": each.minutes, "at": to_text(each.said_at)} for each in away_in(rows, hall)
        }
        return cls(needs_noted(rows, hall), linked_numbers(rows, hall), received, shared, away)

    def leg(self, leg: LegRow) -> Leg:
        """A leg with the details of its visit."""
        visit = leg.visit
        of_visit: VisitFields = {
            "needs": list(self.needs.get(visit, ())),
            "linked": list(self.linked.get(visit, ())),
            "exceptional": self.exceptional.get(visit),
            "away": self.away.get(visit),
        }
        if leg.number in self.shared_numbers and leg.state != LegState.ENDED:
            of_visit["shares_number"] = True
        return answers.leg_answer(leg, of_visit)


def read_queue(
    database: Database, hall: str, *, reader: Author | None = None, page: int = PAGE
) -> QueueAnswer:
    """The queue of a hall (id or slug): counts, called, in service, and the first waiting legs per queue.

    `reader`: the author who asks, who is told of their own counters also where few agents are present
    (docs/rules/accounts.md), and of the people and counters in their reach alone; None: what everybody may
    read of the whole hall.
    """
    hall_id, reach = database.hall_id(hall), WHOLE_HALL if reader is None else reader.reach
    with database.read() as rows:
        hall_now = hall_state(database, rows, hall_id)
        configuration = hall_now.configuration
        on = business_day(configuration.calendar, hall_now.as_of)
        opened = waiting.open_legs(rows, hall_id)
        places = open_places(rows, hall_id)
        details = VisitDetails.read(database, hall_now)
        may_tell = CounterVisibility.of(places, reader)
        at_counters = _counters(database, hall_now, places, opened)

        def answers_of(legs: Iterable[LegRow], state: LegState) -> list[Leg]:
            return [
                may_tell.leg(details.leg(row)) for row in legs if row.state == state and reach.has_leg(row)
            ]

        return {
            **hall_now.position_message,
            "day": day_figures(rows, hall_id, on),
            "queues": _queues(hall_now, details, database.open_legs(rows, hall_now.row), reach, page=page),
            "called": answers_of(opened, LegState.CALLED),
            "in_service": answers_of(opened, LegState.IN_SERVICE),
            "parked": answers_of(opened, LegState.PARKED),
            "counters": [_visible(each, may_tell, reach) for each in at_counters],
            "shows_counters": may_tell.tells_all,
            "no_shows": answers_of(
                no_shows_to_reinstate(rows, hall_id, on, limit=MOST_NO_SHOWS), LegState.ENDED
            ),
            "break": read_break(rows, hall_id, configuration, hall_now.as_of),
            "closed": read_closed(configuration, hall_now.as_of),
            "step_free": _step_free(hall_now, details.needs, at_counters, reach),
        }


def read_queue_page(
    database: Database, hall: str, queue: str, *, after: str, reader: Author = SYSTEM
) -> QueuePage:
    """The next waiting legs of one queue after the leg `after`, in call order, in the reach of a reader."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        leg = waiting.leg_row(rows, after)
        key = leg.sort_key if leg is not None and leg.hall == hall_id else ""
        details = VisitDetails.read(database, hall_state(database, rows, hall_id))
        legs = islice(_in_reach(rows, hall_id, queue, reader.reach, limit=PAGE, after=key), PAGE)
        return {"queue": queue, "legs": [details.leg(each) for each in legs]}


def read_paper_queue(database: Database, hall: str, *, reader: Author = SYSTEM) -> tuple[datetime, list[Leg]]:
    """When this was read, and everybody who waits in a hall (id): by arrival, priorities first."""
    with database.read() as rows:
        hall_now = hall_state(database, rows, hall)
        details = VisitDetails.read(database, hall_now)
        found = [
            leg
            for queue in hall_now.configuration.queues
            for leg in _in_reach(rows, hall, queue, reader.reach, limit=PAGE)
        ]
        legs = [details.leg(leg) for leg in sorted(found, key=attrgetter("sort_key"))]
    return hall_now.as_of, legs


def _in_reach(
    rows: Rows, hall: str, queue: str, reach: CallingReach, *, limit: int, after: str = ""
) -> Iterator[LegRow]:
    """The waiting legs of a queue that somebody may see, in call order, after a key; read by `limit`."""
    while legs := waiting.waiting_of_queue(rows, hall, queue, limit=limit, after=after):
        yield from (leg for leg in legs if reach.has_leg(leg))
        after = legs[-1].sort_key
        if len(legs) < limit:
            return


def read_break(rows: Rows, hall: str, configuration: HallConfiguration, now: datetime) -> BreakOfHall | None:
    """The break of a hall that runs or begins within the hour, and what happens then to people who wait."""
    at = next_break(configuration.calendar, now)
    if at is None or not at.is_near(now):
        return None
    choice = hours.decided_break(rows, hall, at)
    return {
        "begins_at": to_text(at.begins_at),
        "resumes_at": to_text(at.resumes_at),
        "is_running": at.is_running(now),
        "choice": choice or configuration.at_break,
        "is_decided": choice is not None,
    }


def read_closed(configuration: HallConfiguration, now: datetime) -> ClosedHall | None:
    """Why a hall does not open any more on its business day, by language; None: it is open or will be.

    Who waits then is still called, and closed with the day.
    """
    calendar = configuration.calendar
    if not opens_no_more(calendar, now):
        return None
    return {"why": dict(calendar.why.get(business_day(calendar, now), {}))}


def _step_free(
    hall_now: HallState,
    noted: Mapping[str, tuple[Need, ...]],
    counters_now: Iterable[CounterOfHall],
    reach: CallingReach,
) -> list[UnservedStepFree]:
    """People who wait for a step-free counter that no open one serves, and the closed ones that could.

    Of both, those that the reader may see.
    """
    rows, configuration = hall_now.rows, hall_now.configuration
    states = {each["counter"]: each for each in counters_now}
    found: list[UnservedStepFree] = []
    for visit in (visit for visit, needs in noted.items() if Need.STEP_FREE in needs):
        for leg in filter(reach.has_leg, waiting.waiting_of_visit(rows, visit)):
            able = [each.id for each in configuration.counters_serving(leg.service) if each.is_step_free]
            calling = [states[each] for each in able if states[each]["state"] not in ("closed", "paused")]
            if any(leg.service in each["services"] for each in calling):
                continue
            closed = [each for each in able if states[each]["state"] == "closed" and reach.has_counter(each)]
            found.append(
                {"visit": leg.visit, "number": leg.number, "service": leg.service, "counters": closed}
            )
    return sorted(found, key=lambda each: each["number"])[:MOST_STEP_FREE]


def _queues(
    hall_now: HallState, details: VisitDetails, open_legs: OpenLegs, reach: CallingReach, *, page: int
) -> list[QueueOfHall]:
    """Each queue with the people that the reader may see; a queue out of reach where nobody is for them."""
    rows, hall, configuration = hall_now.rows, hall_now.row.id, hall_now.configuration
    groups = [
        group
        for group in waiting.waiting_groups(rows, hall)
        if reach.has_waiting(group.service, group.for_counter)
    ]
    late = Counter(
        (leg.service, leg.for_counter)
        for leg in open_legs
        if leg.state == LegState.WAITING and overdue([waited(leg, hall_now.as_of)])
    )
    found: list[QueueOfHall] = []
    for queue in configuration.queues.values():
        counted = [group for group in groups if group.queue == queue.id]
        services = [s.id for s in configuration.services.values() if s.queue == queue.id]
        if not counted and not (reach.is_whole or any(map(reach.has_service, services))):
            continue
        legs = islice(_in_reach(rows, hall, queue.id, reach, limit=page), page) if counted else ()
        found.append(
            {
                "queue": queue.id,
                "services": services,
                "waiting": sum(group.people for group in counted),
                "groups": [
                    {
                        "service": group.service,
                        "counter": group.for_counter,
                        "people": group.people,
                        "overdue": late[group.service, group.for_counter],
                    }
                    for group in counted
                ],
                "oldest_at": to_text(min(group.oldest_at for group in counted)) if counted else None,
                "legs": [details.leg(leg) for leg in legs],
            }
        )
    return found


def _counters(
    database: Database, hall_now: HallState, places: Sequence[SessionPlace], opened: Iterable[LegRow]
) -> list[CounterOfHall]:
    held = {place.counter: place for place in places}
    legs = {leg.counter: leg for leg in opened if leg.state != LegState.PARKED}
    calling = calling_state(database, hall_now)
    today = business_day(hall_now.configuration.calendar, hall_now.as_of)
    found: list[CounterOfHall] = []
    for counter in hall_now.configuration.counters.values():
        if counter.is_retired:
            continue
        place, leg = held.get(counter.id), legs.get(counter.id)
        loop: OfHearingLoop = {"hearing_loop": True} if counter.shows_loop(today) else {}
        found.append(
            {
                **counter_work(counter.id, place, leg, calling),
                **loop,
                "leg": None if place is None or leg is None else leg.id,
            }
        )
    return found


def _visible(counter: CounterOfHall, may_tell: CounterVisibility, reach: CallingReach) -> CounterOfHall:
    """A counter as a reader may see it; out of their reach also without who is next."""
    is_reached = reach.has_counter(counter["counter"]) or counter["session_mark"] is None
    if is_reached and not is_hidden(counter, may_tell):
        return counter
    hidden = hidden_work(counter)
    hidden["leg"] = None
    if not is_reached:
        hidden["next"] = None
    return hidden


def day_figures(rows: Rows, hall: str, on: date) -> DayFigures:
    """The figures of a hall (id) on a business day, so far."""
    arrivals = arrivals_of_day(rows, hall, on)
    waits = waits_of_day(rows, hall, on)
    waited_s = [max(0.0, each.wait.total_seconds()) for each in waits]
    within = sum(each.wait.total_seconds() <= each.target_s for each in waits)
    return {
        "received": arrivals.received,
        "no_shows": arrivals.no_shows or 0,
        "median_wait_s": int(median(waited_s)) if waited_s else None,
        "within_target_percent": round(100 * within / len(waits)) if waits else None,
        "greetings": greetings_of_day(rows, hall, on),
    }
