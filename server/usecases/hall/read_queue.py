"""The queue of a hall for its counters: waiting, called and served legs, and the counters that are open.

The day's figures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import business_day
from server.domain.hours.half_days import next_break, opens_no_more
from server.domain.instants import text_or_none, to_text
from server.domain.visits.needs import Need
from server.domain.visits.transitions import LegState
from server.ids import session_mark
from server.store.counters.sessions import SessionPlace, free_since, open_places
from server.store.engine.rows import Rows
from server.store.hall.day_counts import arrivals_of_day, greetings_of_day, waits_of_day
from server.store.hours import breaks
from server.store.transactions.database import Database
from server.store.visits import legs as waiting
from server.store.visits import links
from server.store.visits.legs import LegRow, no_shows_to_reinstate
from server.store.visits.visits import exceptional_visits, needs_noted
from server.usecases.answers import Answer, exceptional_answer, leg_answer
from server.usecases.calling.pick_next import CallingState, pick_next
from server.usecases.counters.visible_counters import HIDDEN, CounterVisibility
from server.usecases.hall_view import HallState, hall_state

MOST_NO_SHOWS = 20
"""How many people who did not come are listed, to be reinstated."""
PAGE = 30
"""Waiting legs per queue in one answer."""
MOST_STEP_FREE = 5
"""How many people who wait for a step-free counter are named at once."""


@dataclass(frozen=True, slots=True)
class VisitDetails:
    """Details of visits shown with their legs: needs, the numbers each is linked to, and why one is
    received without the appointment it needed.
    """

    needs: Mapping[str, tuple[Need, ...]]
    linked: Mapping[str, Sequence[str]]
    exceptional: Mapping[str, Answer | None]

    @classmethod
    def read(cls, rows: Rows, hall: str) -> "VisitDetails":
        """Reads those of a hall (id)."""
        received = {
            each.visit: exceptional_answer(each.wanted_service, each.exceptional_reason)
            for each in exceptional_visits(rows, hall)
        }
        return cls(needs_noted(rows, hall), links.linked_numbers(rows, hall), received)

    def leg(self, leg: LegRow) -> Answer:
        """A leg with the details of its visit."""
        visit = leg.visit
        of_visit = {
            "needs": list(self.needs.get(visit, ())),
            "linked": list(self.linked.get(visit, ())),
            "exceptional": self.exceptional.get(visit),
        }
        return leg_answer(leg, of_visit)


def read_queue(database: Database, hall: str, *, reader: str | None = None, page: int = PAGE) -> Answer:
    """The queue of a hall (id or slug): counts, called, in service, and the first waiting legs per queue.

    `reader`: the author who asks, who is told of their own counters also where few agents are present
    (docs/rules/accounts.md); None: what everybody may read.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        hall_now = hall_state(database, rows, hall_id)
        configuration = hall_now.configuration
        on = business_day(configuration.calendar, hall_now.position.as_of)
        opened = waiting.open_legs(rows, hall_id)
        places = open_places(rows, hall_id)
        details = VisitDetails.read(rows, hall_id)
        may_tell = CounterVisibility.of(places, reader)
        at_counters = _counters(database, hall_now, places, opened)

        def answers_of(legs: Iterable[LegRow], state: str) -> list[Answer]:
            return [may_tell.leg(details.leg(row)) for row in legs if row.state == state]

        answer: Answer = {
            "hall": hall_now.row.slug,
            "epoch": hall_now.position.epoch,
            "version": hall_now.position.version,
            "as_of": to_text(hall_now.position.as_of),
            "day": day_figures(rows, hall_id, on),
            "queues": _queues(rows, hall_id, configuration, details, page=page),
            "called": answers_of(opened, LegState.CALLED),
            "in_service": answers_of(opened, LegState.IN_SERVICE),
            "parked": answers_of(opened, LegState.PARKED),
            "counters": [_hidden(each, may_tell) for each in at_counters],
            "shows_counters": may_tell.tells_all,
            "no_shows": answers_of(
                no_shows_to_reinstate(rows, hall_id, on, limit=MOST_NO_SHOWS), LegState.ENDED
            ),
        }
        answer["break"] = read_break(rows, hall_id, configuration, hall_now.position.as_of)
        answer["closed"] = read_closed(configuration, hall_now.position.as_of)
        answer["step_free"] = _step_free(rows, configuration, details.needs, at_counters)
    return answer


def read_queue_page(database: Database, hall: str, queue: str, *, after: str) -> Answer:
    """The next waiting legs of one queue after the leg `after`, in call order."""
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        leg = waiting.leg_row(rows, after)
        key = leg.sort_key if leg is not None and leg.hall == hall_id else ""
        details = VisitDetails.read(rows, hall_id)
        return {
            "queue": queue,
            "legs": [
                details.leg(each)
                for each in waiting.waiting_of_queue(rows, hall_id, queue, limit=PAGE, after=key)
            ],
        }


def read_break(rows: Rows, hall: str, configuration: HallConfiguration, now: datetime) -> Answer | None:
    """The break of a hall that runs or begins within the hour, and what happens then to people who wait."""
    at = next_break(configuration.calendar, now)
    if at is None or not at.is_near(now):
        return None
    choice = breaks.decided(rows, hall, at)
    return {
        "begins_at": to_text(at.begins_at),
        "resumes_at": to_text(at.resumes_at),
        "is_running": at.is_running(now),
        "choice": str(choice or configuration.at_break),
        "is_decided": choice is not None,
    }


def read_closed(configuration: HallConfiguration, now: datetime) -> Answer | None:
    """Why a hall does not open any more on its business day, by language; None: it is open or will be.

    Who waits then is still called, and closed with the day.
    """
    calendar = configuration.calendar
    if not opens_no_more(calendar, now):
        return None
    return {"why": dict(calendar.why.get(business_day(calendar, now), {}))}


def _step_free(
    rows: Rows,
    configuration: HallConfiguration,
    noted: Mapping[str, tuple[Need, ...]],
    counters_now: list[Answer],
) -> list[Answer]:
    """People who wait for a step-free counter that no open one serves, and the closed ones that could."""
    states = {each["counter"]: each for each in counters_now}
    found = []
    for visit in (visit for visit, needs in noted.items() if Need.STEP_FREE in needs):
        for leg in waiting.waiting_of_visit(rows, visit):
            able = [each.id for each in configuration.counters_serving(leg.service) if each.is_step_free]
            calling = [states[each] for each in able if states[each]["state"] not in ("closed", "paused")]
            if any(leg.service in each["services"] for each in calling):
                continue
            closed = [each for each in able if states[each]["state"] == "closed"]
            found.append(
                {"visit": leg.visit, "number": leg.number, "service": leg.service, "counters": closed}
            )
    return sorted(found, key=lambda each: str(each["number"]))[:MOST_STEP_FREE]


def _queues(
    rows: Rows, hall: str, configuration: HallConfiguration, details: VisitDetails, *, page: int
) -> list[Answer]:
    counts = waiting.waiting_by_queue(rows, hall)
    found = []
    for queue in configuration.queues.values():
        counted = counts.get(queue.id)
        legs = waiting.waiting_of_queue(rows, hall, queue.id, limit=page) if counted else []
        services = [s.id for s in configuration.services.values() if s.queue == queue.id]
        found.append(
            {
                "queue": queue.id,
                "services": services,
                "waiting": counted.people if counted else 0,
                "oldest_at": to_text(counted.oldest_at) if counted else None,
                "legs": [details.leg(leg) for leg in legs],
            }
        )
    return found


def _counters(
    database: Database, hall_now: HallState, places: Sequence[SessionPlace], opened: Iterable[LegRow]
) -> list[Answer]:
    held = {place.counter: place for place in places}
    legs = {leg.counter: leg for leg in opened if leg.state != LegState.PARKED}
    calling = _calling_state(database, hall_now)
    today = business_day(hall_now.configuration.calendar, hall_now.position.as_of)
    return [
        _counter(counter.id, held.get(counter.id), legs.get(counter.id), calling)
        | ({"hearing_loop": True} if counter.shows_loop(today) else {})
        for counter in hall_now.configuration.counters.values()
        if not counter.is_retired
    ]


def _hidden(answer: Answer, may_tell: CounterVisibility) -> Answer:
    """A counter as everybody may read it: open or closed, for which services, whose number is next."""
    if answer["session_mark"] is None or may_tell.tells(answer["counter"]):
        return answer
    return {name: value for name, value in answer.items() if name != "is_paused"} | HIDDEN | {"leg": None}


def _calling_state(database: Database, state: HallState) -> CallingState:
    legs = database.open_legs(state.rows, state.row)
    return CallingState(state.rows, state.row.id, state.configuration, legs, state.position.as_of)


def _counter(counter: str, place: SessionPlace | None, leg: LegRow | None, calling: CallingState) -> Answer:
    if place is None:
        return {
            "counter": counter,
            "session_mark": None,
            "state": "closed",
            "since": None,
            "leg": None,
            "services": [],
            "next": None,
        }
    if leg is not None:
        state, since = leg.state, text_or_none(leg.started_at or leg.last_called_at)
    elif place.paused_at is not None:
        state, since = "paused", to_text(place.paused_at)
    else:
        state, since = "free", to_text(free_since(calling.rows, place))
    answer: Answer = {
        "counter": counter,
        "session_mark": session_mark(place.session),
        "state": state,
        "since": since,
        "leg": None if leg is None else leg.id,
        "services": place.services,
        "next": _next_number(calling, place),
    }
    if leg is not None and place.is_paused:
        answer["is_paused"] = True  # not told otherwise: a message says this of every counter of the hall
    return answer


def _next_number(calling: CallingState, place: SessionPlace) -> str | None:
    """The number that `next` would call at this place now; None when nobody."""
    if place.counter not in calling.configuration.counters:
        return None
    pick = pick_next(calling, place.counter, place.terms)
    return None if pick is None else pick.leg.number


def day_figures(rows: Rows, hall: str, on: date) -> Answer:
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
