"""The supervisor's wall: a hall at one glance, under the rule that it shows the hall, not the person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict

from hardware.json_types import Count, InstantText, Seconds
from server.domain.attention import QueueSnapshot, QueueState, overdue, queue_state
from server.domain.hall.configuration import Queue, Service
from server.domain.hall.fold import FORGOTTEN
from server.domain.hours.calendars import business_day
from server.domain.instants import text_or_none, to_text
from server.domain.tickets import StopReason
from server.domain.visits.transitions import LegState
from server.domain.waits.estimate import AfterClosing, Estimate, WaitRange
from server.ids import session_mark
from server.store.absences import planned_from
from server.store.counters import SessionPlace, agents_present, open_places
from server.store.hall import quiet_until
from server.store.transactions.database import Database
from server.store.visits.legs import LegRow
from server.store.visits.open_legs import OpenLegs
from server.store.visits.tickets import stops_of_day
from server.usecases.answers import AnnouncedWait, wait_answer
from server.usecases.counters.own_session import HIDDEN, CounterVisibility, wrapping_up
from server.usecases.hall.absences import PlannedAbsenceAnswer, absence_answer
from server.usecases.hall.counter_work import DayFields, OfBreak, counter_state, waited, waits_since
from server.usecases.hall.read_queue import day_figures, read_break, read_closed
from server.usecases.hall_view import HallState, hall_state
from server.usecases.hours.opening import opening_now
from server.usecases.waits import Estimates
from signage.board import Position

type WallState = Literal["closed", "free", "paused", "forgotten", "called", "in_service", "open"]
"""`forgotten`: paused, as nobody answered the question whether the agent is there. `open`: the wall may not
show what is done there.
"""


class PeopleCount(TypedDict):
    """How many people are in a hall by their open tickets; `all` is the sum of the four states."""

    waiting: Count
    called: Count
    in_service: Count
    parked: Count
    all: Count
    linked: Count
    """How many of `all` are linked to another one: they may be one person's."""


class PeopleAnswer(Position):
    """How many people are in a hall."""

    people: PeopleCount


class QueueOnWall(AnnouncedWait):
    """A queue against the targets of its services."""

    queue: str
    services: list[str]
    waiting: Count
    longest_s: Seconds
    target_s: Seconds
    """The least target of its services."""
    overdue: Count
    """How many have waited longer than their target."""
    counters: Count
    """How many counters serve it now."""
    state: QueueState


class LongWait(TypedDict):
    """One of those who have waited longest."""

    number: str
    service: str
    since: InstantText
    target_s: Seconds


class SentToClosed(TypedDict):
    """Somebody who waits for one counter alone, which nobody holds."""

    number: str
    service: str
    counter: str
    sent_at: InstantText


class SharedNumber(TypedDict):
    """A visit that goes on and has the number of another one: a kiosk went on off line."""

    number: str
    service: str
    issued_at: InstantText


class StoppedService(TypedDict):
    """A service whose tickets are stopped for the rest of the day."""

    service: str
    since: InstantText
    reason: StopReason


class WorkOnWall(TypedDict):
    """What is done at a counter; `wrap_up_until`: the end of the time to finish the visit before."""

    state: WallState
    since: InstantText | None
    number: str | None
    wrap_up_until: InstantText | None
    """The end of the time that the agent has to finish the visit before; null: not now."""


class CounterOnWall(WorkOnWall):
    """A counter; where few agents are present, only whether it is open."""

    counter: str
    session_mark: str | None
    """The same mark for all counters of one session. It is not the id of the session."""
    profile: str | None
    services: list[str]


class CountersOnWall(TypedDict):
    """The counters of a hall: how many agents are present, and how many counters are in each state."""

    agents: Count
    """How many agents are present."""
    shows_counters: bool
    counted: dict[WallState, Count]
    """How many counters are in each state."""
    counters: list[CounterOnWall]


class WallAnswer(Position, DayFields, OfBreak, CountersOnWall):
    """A hall at one glance."""

    quiet_until: InstantText | None
    """The instant until which calls are silent."""
    absences: list[PlannedAbsenceAnswer]
    """The planned absences of counters, those of today and every week, by time."""
    people: PeopleCount
    queues: list[QueueOnWall]
    longest: list[LongWait]
    sent_to_closed: list[SentToClosed]
    shared_numbers: list[SharedNumber]
    stops: list[StoppedService]


LONGEST = 8
"""How many of the longest waits are listed."""


@dataclass(frozen=True, slots=True)
class _WallState:
    """The rows a wall is computed from, read at one committed state."""

    hall: HallState
    legs: Sequence[LegRow]
    places: Sequence[SessionPlace]
    wrap_ups: Mapping[str, datetime]
    now: datetime

    def waiting(self, queue: str) -> list[LegRow]:
        """The legs that wait in a queue, without those that wait for a closed counter."""
        apart = {leg.id for leg, _ in self.sent_to_closed()}
        return [
            leg
            for leg in self.legs
            if leg.state == LegState.WAITING and leg.queue == queue and leg.id not in apart
        ]

    def sent_to_closed(self) -> list[tuple[LegRow, str]]:
        """The legs that wait for one counter alone, which nobody holds, with it; the first sent first."""
        open_counters = {place.counter for place in self.places}
        sent = [
            (leg, leg.for_counter)
            for leg in self.legs
            if leg.state == LegState.WAITING and leg.for_counter and leg.for_counter not in open_counters
        ]
        return sorted(sent, key=lambda each: (each[0].arrived_at, each[0].id))

    def serving(self, queue: Queue) -> int:
        """How many counters on duty serve a queue."""
        services = {s.id for s in self.hall.configuration.services.values() if s.queue == queue.id}
        on_duty = (place for place in self.places if not place.is_paused)
        return sum(not services.isdisjoint(place.services) for place in on_duty)

    def gives_tickets(self, services: Sequence[Service]) -> bool:
        """Whether a ticket may be taken now for one of the services: else no wait is announced."""
        configuration, now = self.hall.configuration, self.hall.as_of
        return any(opening_now(configuration, service.id, now).opening.may_issue for service in services)


def read_wall(database: Database, estimates: Estimates, hall: str) -> WallAnswer:
    """The wall of a hall (id or slug). Refusal: unknown_hall.

    What each counter does is left out where fewer than three agents are present (`CounterVisibility`).
    """
    hall_id = database.hall_id(hall)
    ranges = estimates.of(hall_id).ranges
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        as_of = state.as_of
        on = business_day(state.configuration.calendar, as_of)
        places = open_places(rows, hall_id)
        wrap_ups = wrapping_up(rows, hall_id, state.configuration, places, as_of)
        open_legs = database.open_legs(rows, state.row)
        people = people_of(open_legs)
        snapshot = _WallState(state, list(open_legs), places, wrap_ups, as_of)
        at_counters = _counters(snapshot)
        stops = stops_of_day(rows, hall_id, on)
        day = day_figures(rows, hall_id, on)
        quiet = quiet_until(rows, hall_id, as_of)
        planned = planned_from(rows, hall_id, state.configuration.site.local_day(as_of))
        rest = read_break(rows, hall_id, state.configuration, as_of)
    return {
        **state.position_message,
        "day": day,
        "break": rest,
        "closed": read_closed(state.configuration, as_of),
        "quiet_until": text_or_none(quiet),
        "absences": [absence_answer(each) for each in planned],
        "people": people,
        "queues": _queues(snapshot, ranges),
        "longest": _longest(snapshot),
        "sent_to_closed": [
            {
                "number": leg.number,
                "service": leg.service,
                "counter": counter,
                "sent_at": to_text(leg.arrived_at),
            }
            for leg, counter in snapshot.sent_to_closed()
        ],
        "shared_numbers": _shared_numbers(open_legs),
        "stops": [
            {"service": stop.service, "since": to_text(stop.stopped_at), "reason": stop.reason}
            for stop in stops.values()
        ],
        **at_counters,
    }


def read_people(database: Database, hall: str) -> PeopleAnswer:
    """How many people are in a hall (id or slug), and nothing else about them. Refusal: unknown_hall."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        state = hall_state(database, rows, hall_id)
        people = people_of(database.open_legs(rows, state.row))
    return {**state.position_message, "people": people}


def people_of(legs: OpenLegs) -> PeopleCount:
    """How many people are in the hall by their open tickets: `all` is the sum of the four states.

    A visit has one open leg at most. Linked visits are counted one by one, as an evacuation must miss nobody;
    `linked` says how many of `all` are linked to another open one, since they may be one person's.
    """
    counted = Counter(leg.state for leg in legs)
    links = Counter(link for leg in legs if (link := legs.link(leg.visit)) is not None)
    linked = sum(count for count in links.values() if count > 1)
    return {
        "waiting": counted[LegState.WAITING],
        "called": counted[LegState.CALLED],
        "in_service": counted[LegState.IN_SERVICE],
        "parked": counted[LegState.PARKED],
        "all": counted.total() - counted[LegState.ENDED],
        "linked": linked,
    }


def _expected_s(found: Estimate) -> tuple[float, float] | None:
    """The ends of an expected wait in seconds; None: unknown."""
    match found:
        case WaitRange(low_s, high_s):
            return low_s, high_s
        case AfterClosing(median_s):
            return median_s, median_s
    return None


def _queues(snapshot: _WallState, ranges: Mapping[str, Estimate]) -> list[QueueOnWall]:
    configuration = snapshot.hall.configuration
    found: list[QueueOnWall] = []
    for queue in configuration.queues.values():
        services = [s for s in configuration.services.values() if s.queue == queue.id and not s.is_retired]
        waiting = snapshot.waiting(queue.id)
        expected = ranges.get(queue.id) if snapshot.gives_tickets(services) else None
        if not services and not waiting:
            continue
        target_s = min((s.target_s for s in services), default=0)
        waits = [waited(leg, snapshot.now) for leg in waiting]
        state = queue_state(QueueSnapshot(waits, _expected_s(expected), target_s, snapshot.serving(queue)))
        found.append(
            {
                "queue": queue.id,
                "services": [service.id for service in services],
                "waiting": len(waiting),
                "longest_s": int(max((each.wait_s for each in waits), default=0)),
                "target_s": target_s,
                "overdue": overdue(waits),
                **wait_answer(expected),
                "counters": snapshot.serving(queue),
                "state": state,
            }
        )
    return found


def _longest(snapshot: _WallState) -> list[LongWait]:
    waiting = [leg for leg in snapshot.legs if leg.state == LegState.WAITING]
    waiting.sort(key=lambda leg: (waits_since(leg), leg.id))
    return [
        {
            "number": leg.number,
            "service": leg.service,
            "since": to_text(waits_since(leg)),
            "target_s": leg.target_s,
        }
        for leg in waiting[:LONGEST]
    ]


def _shared_numbers(legs: OpenLegs) -> list[SharedNumber]:
    numbers = legs.shared_numbers()
    shared = [leg for leg in legs if leg.number in numbers] if numbers else []
    return [
        {"number": leg.number, "service": leg.service, "issued_at": to_text(leg.issued_at)}
        for leg in sorted(shared, key=lambda leg: (leg.number, leg.issued_at))
    ]


def _counters(snapshot: _WallState) -> CountersOnWall:
    held = {place.counter: place for place in snapshot.places}
    at_counter = {
        leg.counter: leg for leg in snapshot.legs if leg.state in (LegState.CALLED, LegState.IN_SERVICE)
    }
    agents = agents_present(snapshot.places)
    may_tell = CounterVisibility.of(snapshot.places)
    found: list[CounterOnWall] = []
    counted: dict[WallState, int] = {}
    for counter in snapshot.hall.configuration.counters.values():
        place = held.get(counter.id)
        if counter.is_retired and place is None:
            continue
        doing = _doing(snapshot, place, at_counter.get(counter.id), snapshot.wrap_ups.get(counter.id))
        is_visible = place is None or may_tell.tells(counter.id)
        state = doing["state"] if is_visible or doing["state"] == "forgotten" else "open"
        counted[state] = counted.get(state, 0) + 1
        if not is_visible:
            doing = {**HIDDEN, "number": None, "wrap_up_until": None}
        found.append(
            {
                "counter": counter.id,
                "session_mark": None if place is None else session_mark(place.session),
                "profile": None if place is None else place.profile,
                "services": [] if place is None else place.services,
                **doing,
            }
        )
    return {"agents": agents, "shows_counters": may_tell.tells_all, "counted": counted, "counters": found}


def _doing(
    snapshot: _WallState, place: SessionPlace | None, leg: LegRow | None, wrap_up: datetime | None
) -> WorkOnWall:
    until = text_or_none(wrap_up) if leg is None else None
    if place is None:
        return {"state": "closed", "since": None, "number": None, "wrap_up_until": until}
    state, since = counter_state(place, leg, snapshot.hall.rows)
    number = None if leg is None else leg.number
    is_forgotten = state == "paused" and place.pause_reason == FORGOTTEN
    return {
        "state": "forgotten" if is_forgotten else state,
        "since": since,
        "number": number,
        "wrap_up_until": until,
    }
