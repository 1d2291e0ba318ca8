"""The agents that receive visitors of a hall now, its next break and its linked visits, for estimates."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.half_days import last_closing
from server.domain.visits.transitions import LegState
from server.domain.waits.hall_snapshot import CounterNow, UpcomingBreak
from server.domain.waits.linked_ahead import LinkedMember, LinkedNow
from server.store import hours
from server.store.counters import SessionPlace, open_places
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.store.visits.legs import LegRow, open_legs
from server.store.visits.links import linked_visits
from server.store.visits.open_legs import OpenLegs
from server.usecases.counters.wrapping_up import wrapping_up
from server.usecases.hall_view import HallState

type Receiving = tuple[CounterNow, Sequence[SessionPlace]]
"""An agent, or a counter where visitors work by themselves, with the places of its session."""


def receiving_now(rows: Rows, hall: str, state: HallState) -> list[Receiving]:
    """The agents who receive visitors in a hall (id), one visitor at a time; those in a pause are left out.

    The counters of one session count as one agent, except those where visitors work by themselves.
    """
    configuration, as_of = state.configuration, state.position.as_of
    open_now = [place for place in open_places(rows, hall) if not place.is_paused]
    opened = open_legs(rows, hall)
    people = Counter(leg.counter for leg in opened if leg.state != LegState.PARKED)
    wrap_ups = wrapping_up(rows, hall, configuration, open_now, as_of)
    by_agent: dict[str, list[SessionPlace]] = {}
    for place in open_now:
        by_agent.setdefault(agent_of(configuration, place), []).append(place)
    found: list[Receiving] = []
    for agent, places in by_agent.items():
        at = [place.counter for place in places]
        here = sum(people[counter] for counter in at)
        wraps_up_s = _longest_s((wrap_ups[counter] for counter in at if counter in wrap_ups), as_of)
        queues = frozenset(queue for place in places for queue in _queues(configuration, place))
        is_free = not here and not wraps_up_s
        counter = CounterNow(
            agent,
            queues,
            is_free,
            wraps_up_s=0.0 if here else wraps_up_s,
            also_here=max(0, here - 1),
            services=frozenset(each for place in places for each in place.services),
        )
        found.append((counter, places))
    return found


def agent_of(configuration: HallConfiguration, place: SessionPlace) -> str:
    """The session of a place, or the counter itself where visitors work by themselves."""
    counter = configuration.counters.get(place.counter)
    return place.counter if counter is not None and counter.is_self_service else place.session


def _queues(configuration: HallConfiguration, place: SessionPlace) -> Iterable[str]:
    services = configuration.services
    return (services[each].queue for each in place.services if each in services)


def _longest_s(untils: Iterable[datetime], as_of: datetime) -> float:
    return max(((until - as_of).total_seconds() for until in untils), default=0.0)


def rest_now(rows: Rows, hall: str, state: HallState) -> UpcomingBreak | None:
    """The break that runs or comes next today in a hall (id), if those who wait then are carried over."""
    now = state.position.as_of
    at = hours.carried_over(rows, hall, state.configuration, now)
    if at is None:
        return None
    return UpcomingBreak((at.begins_at - now).total_seconds(), (at.resumes_at - now).total_seconds())


def closes_in_s(configuration: HallConfiguration, now: datetime) -> dict[str, float]:
    """Seconds until each service closes for the day, by service; absent where it goes on after midnight.

    Once it has closed, agents receive those who still wait until the day ends: seconds until then.
    """
    found = {}
    for service in configuration.services.values():
        calendar = configuration.calendar_of(service.id)
        closes_at = last_closing(calendar, now)
        if closes_at is not None:
            found[service.id] = (closes_at - now).total_seconds()
    return found


def linked_now(database: Database, rows: Rows, state: HallState) -> tuple[LinkedNow, ...]:
    """The linked visits that wait, and which agent receives one of them. Without links, no leg is read."""
    remembered = database.remembered_legs(state.row.id)
    is_current = remembered is not None and remembered.length >= state.row.journal_length
    if not (remembered.has_links if is_current and remembered else linked_visits(rows, state.row.id)):
        return ()
    legs = database.open_legs(rows, state.row)
    places = open_places(rows, state.row.id)
    agents = {place.counter: agent_of(state.configuration, place) for place in places}
    waiting_of: dict[str, list[LegRow]] = {}
    at: dict[str, str] = {}
    for leg in legs:
        link = legs.link(leg.visit)
        if link is None:
            continue
        if leg.state == LegState.WAITING:
            waiting_of.setdefault(link, []).append(leg)
        elif leg.state != LegState.PARKED:
            at[link] = agents.get(str(leg.counter), str(leg.counter))
    return tuple(
        _linked(legs, together, at.get(link))
        for link, together in waiting_of.items()
        if link in at or len(together) > 1
    )


def _linked(legs: OpenLegs, together: list[LegRow], at: str | None) -> LinkedNow:
    members = (
        LinkedMember(leg.visit, leg.queue, legs.ahead(leg.queue, leg.sort_key))
        for leg in sorted(together, key=lambda leg: (leg.reference_at, leg.id))
    )
    return LinkedNow(tuple(members), at)
