"""The counter session a gesture comes from: its author's own, and its lease."""

from collections.abc import Sequence
from datetime import timedelta

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.counters import (
    SessionPlace,
    give_lease,
    holds,
    open_place,
    places_of,
    prolong_lease,
    prolong_lease_now,
)
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction

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
        give_lease(transaction, counter, place.session, transaction.now + LEASE)
    elif place.expires_at - transaction.now < LEASE / 2:
        prolong_lease(transaction, place.session, transaction.now + LEASE)
    return place


def is_own(transaction: HallTransaction, places: Sequence[SessionPlace]) -> bool:
    """Whether the author of a transaction opened these places; False when there are none."""
    return bool(places) and all(transaction.author.is_same(place.author) for place in places)


def place_at(transaction: HallTransaction, counter: str, session: str | None) -> SessionPlace:
    """The place that is open at a counter. Refusal: no_counter_session when it is another session's."""
    place = open_place(transaction, counter)
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
    places = places_of(transaction, transaction.hall, session)
    if not is_own(transaction, places):
        raise Refusal("no_counter_session")
    return _place_among(places, counter)


def place_left(transaction: HallTransaction, session: str, counter: str | None) -> str | None:
    """The counter of a session after it left a place: `counter` or its first place; None: it has ended."""
    places = places_of(transaction, transaction.hall, session)
    return _place_among(places, counter) if places else None


def _place_among(places: Sequence[SessionPlace], counter: str | None) -> str:
    held = [place.counter for place in places]
    return counter if counter in held else held[0]


def keep_session(database: Database, counter: str | None, session: str, *, author: Author) -> bool:
    """Prolongs the lease of an author's session, when its console shows a sign of life.

    False when it no longer holds the counter (None: any counter), or when it belongs to another author.
    """
    with database.store.write() as rows:
        if not holds(rows, session, counter, authors=author.ids):
            return False
        prolong_lease_now(rows, session, database.clock.now() + LEASE)
    return True
