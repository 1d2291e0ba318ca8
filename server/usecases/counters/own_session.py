"""The counter session a gesture comes from, when it wraps up, and what pages may show of it.

The hall, not the person, is shown where few agents are present. Wrapping up: `docs/rules/forgotten.md`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, TypedDict

from server.domain.attention import shows_counters
from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.fold import ServiceEnded, wrap_up_until
from server.domain.hours.calendars import business_day
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState
from server.store import counters
from server.store.counters import SessionPlace
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import legs
from server.usecases.answers import Leg

LEASE = timedelta(seconds=60)
"""How long a counter is held without a sign of its console."""


def session_held(transaction: HallTransaction, counter: str, session: str | None) -> SessionPlace:
    """The place of the caller's session at a counter; prolongs the lease of all its places.

    `session`: the id the caller sent (None: whichever is open; a route never passes None). Refusals:
    no_counter_session when none is open, when another one is, or when it belongs to another author.
    """
    place = place_at(transaction, counter, session)
    if not is_own(transaction, [place]):
        raise Refusal("no_counter_session", counter=counter)
    if place.expires_at is None:
        counters.give_lease(transaction, counter, place.session, transaction.now + LEASE)
    elif place.expires_at - transaction.now < LEASE / 2:
        counters.prolong_lease(transaction, place.session, transaction.now + LEASE)
    return place


def is_own(transaction: HallTransaction, places: Sequence[SessionPlace]) -> bool:
    """Whether the author of a transaction opened these places; False when there are none."""
    return bool(places) and all(transaction.author.is_same(place.author) for place in places)


def place_at(transaction: HallTransaction, counter: str, session: str | None) -> SessionPlace:
    """The place that is open at a counter. Refusal: no_counter_session when it is another session's."""
    place = counters.open_place(transaction, counter)
    if place is None or session not in (None, place.session):
        raise Refusal("no_counter_session", counter=counter)
    return place


def place_of_gesture(
    transaction: HallTransaction, session: str | None, counter: str | None = None
) -> str | None:
    """The counter from which a session makes a gesture: `counter` if it holds that, else its first place.

    Refusal: no_counter_session when the session has ended or belongs to another author.
    """
    if session is None:
        return None
    places = counters.places_of(transaction, transaction.hall, session)
    if not is_own(transaction, places):
        raise Refusal("no_counter_session")
    return _place_among(places, counter)


def place_left(transaction: HallTransaction, session: str, counter: str | None) -> str | None:
    """The counter of a session after it left a place: `counter` or its first place; None: it has ended."""
    places = counters.places_of(transaction, transaction.hall, session)
    return _place_among(places, counter) if places else None


def _place_among(places: Sequence[SessionPlace], counter: str | None) -> str:
    held = [place.counter for place in places]
    return counter if counter in held else held[0]


def keep_session(database: Database, counter: str | None, session: str, *, author: Author) -> bool:
    """Prolongs the lease of an author's session, when its console shows a sign of life.

    False when it no longer holds the counter (None: any counter), or when it belongs to another author.
    """
    with database.store.write() as rows:
        if not counters.holds(rows, session, counter, authors=author.ids):
            return False
        counters.prolong_lease_now(rows, session, database.clock.now() + LEASE)
    return True


def wrapping_up(
    rows: Rows, hall: str, configuration: HallConfiguration, places: Iterable[SessionPlace], now: datetime
) -> Mapping[str, datetime]:
    """Until when each open, unpaused counter wraps up after what it ended last; only those that do.

    What ended before its session was opened does not count. Whether somebody is there is not looked at.
    """
    wrap_up_s = {each.id: each.wrap_up_s for each in configuration.services.values() if each.wrap_up_s}
    if not wrap_up_s:
        return {}
    since = now - timedelta(seconds=max(wrap_up_s.values()))
    on = business_day(configuration.calendar, now)
    ended = {each.counter: each for each in legs.services_ended(rows, hall, on, since=since)}
    found = {}
    for place in places:
        last = ended.get(place.counter)
        if last is None or place.is_paused or last.ended_at < place.opened_at:
            continue
        until = wrap_up_until(ServiceEnded(last.service, last.ended_at), wrap_up_s, now)
        if until is not None:
            found[place.counter] = until
    return found


class HiddenWork(TypedDict):
    """What a counter does, where that is hidden."""

    state: Literal["open"]
    since: None


HIDDEN: Final[HiddenWork] = {"state": "open", "since": None}
"""What pages show of a counter whose work is hidden: that somebody holds it."""


@dataclass(frozen=True, slots=True)
class CounterVisibility:
    """The counters whose work a reader may see: all with three agents or more, else the reader's own."""

    tells_all: bool
    own: frozenset[str] = frozenset()

    @classmethod
    def of(cls, places: Sequence[SessionPlace], reader: Author | None = None) -> "CounterVisibility":
        """Counts from the open places of a hall. `reader`: the author who reads; None: anybody."""
        own = frozenset(
            place.counter for place in places if reader is not None and reader.is_same(place.author)
        )
        return cls(shows_counters(counters.agents_present(places)), own)

    def tells(self, counter: str | None) -> bool:
        """Whether the reader may see what a counter does."""
        return self.tells_all or counter is None or counter in self.own

    def leg[Shown: Leg](self, answer: Shown) -> Shown:
        """The same leg as the reader may see it: in service at a hidden counter, it has no counter, no start.

        Takes out of `answer` what the reader may not see.
        """
        if answer["state"] == LegState.IN_SERVICE and not self.tells(answer["counter"]):
            answer["counter"] = None
            answer["started_at"] = None
        return answer
