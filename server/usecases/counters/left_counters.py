"""Counters that people leave: by themselves, since they may not call any more, or forgotten and then paused.

No visitor shall wait for nobody: who is served at a closed counter is finished; who was only called waits
again, before the others. The rule of forgotten counters in words: `docs/rules/forgotten.md`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from server.domain.author import SYSTEM, Author
from server.domain.hall.fold import FORGOTTEN, PresenceTimes, presence_confirmed, presence_times
from server.domain.people.roles import CallingReach, Permission
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import Limits
from server.store.counters import halls_of_author, last_sign_at, open_places, places_of
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.people.accounts import Grant, reach_of
from server.store.people.pseudonyms import ids_of_account
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import legs
from server.store.visits.legs import LegRow
from server.usecases.counters.counter_sessions import end_free_place, end_place, pause_place
from server.usecases.counters.own_session import session_held
from server.usecases.legs import NO_AGENT_TO_STATE_IT, end_served, given_back

REASON = "not_allowed"


def leave_counters(database: Database, author: Author, account: str, grants: Sequence[Grant]) -> int:
    """Closes the counters that an account holds and at which its roles do not let it call; how many.

    Each hall is a transaction of its own: one that refuses does not keep the others.
    Refusal: database_busy, of the first hall that could not record it; again does what is left.
    """
    with database.read() as rows:
        ids = ids_of_account(rows, account)
        halls = halls_of_author(rows, ids)
    left, failed = 0, list[Refusal]()
    for hall in halls:
        reach = reach_of(grants, Permission.CALL, database.configuration(hall))
        if reach.is_whole:
            continue
        try:
            with database.transaction(hall, author) as transaction:
                left += _leave(transaction, ids, reach)
        except Refusal as refusal:
            failed.append(refusal)
    if failed:
        raise failed[0]
    return left


def _leave(transaction: HallTransaction, ids: Collection[str], reach: CallingReach) -> int:
    own = [place for place in open_places(transaction, transaction.hall) if place.author in ids]
    places = [
        place
        for place in own
        if not reach.has_counter(place.counter)
        or len(reach.services_of(place.counter, place.services)) < len(place.services)
    ]
    for place in places:
        leg = legs.leg_at_counter(transaction, place.counter)
        if leg is not None and leg.state == LegState.CALLED:
            transaction.record(given_back(leg))
        elif leg is not None:
            ended = end_served(transaction, leg, NO_AGENT_TO_STATE_IT, counter=place.counter)
            transaction.record(ended)
        end_place(transaction, place, REASON)
    return len(places)


def give_back_forgotten(database: Database, hall: str) -> int:
    """Puts visitors called to the forgotten counters of a hall (id) back in their queue, and pauses these.

    How many visitors.

    A session of which somebody is in service at another place goes on: its agent is at work.
    Safe with several workers: all is decided under the hall's lock.
    """
    limits, now = database.configuration(hall).limits, database.clock.now()
    with database.read() as rows:
        if not _forgotten(rows, hall, limits, now):
            return 0
    with database.transaction(hall, SYSTEM) as transaction:
        limits = transaction.configuration.limits
        found = _forgotten(transaction, transaction.hall, limits, transaction.now)
        for leg in found:
            transaction.record(given_back(leg))
        _pause(transaction, {leg.counter for leg in found if leg.counter is not None})
    return len(found)


def presence_of(rows: Rows, hall: str, limits: Limits, places: Sequence[str]) -> PresenceTimes | None:
    """When the console asks whether the agent of these places is there; None: nobody is called to them."""
    called = legs.open_legs(rows, hall)
    if not any(leg.state == LegState.CALLED and leg.counter in places for leg in called):
        return None
    return presence_times((last_sign_at(rows, hall, each) for each in places), limits)


def confirm_presence(
    database: Database,
    counter: str,
    author: Author,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """Notes that the agent is there. Nothing changes when nobody is called to the session any more.

    Refusal: no_counter_session.
    """

    def confirm(transaction: HallTransaction) -> None:
        own_place = session_held(transaction, counter, session)
        places = places_of(transaction, transaction.hall, own_place.session)
        at = [legs.leg_at_counter(transaction, place.counter) for place in places]
        if any(leg is not None and leg.state == LegState.CALLED for leg in at):
            transaction.record(presence_confirmed(own_place.id, counter))

    database.write(database.hall_of_counter(counter), author, write_key, confirm)


def _forgotten(rows: Rows, hall: str, limits: Limits, now: datetime) -> list[LegRow]:
    """The legs called to counters whose session has given no sign for too long; the first call first."""
    called = [
        (leg, leg.counter)
        for leg in legs.open_legs(rows, hall)
        if leg.state == LegState.CALLED and leg.counter is not None
    ]
    if not called:
        return []
    session_of = {place.counter: place.session for place in open_places(rows, hall)}
    found = []
    for leg, counter in reversed(called):
        session = session_of.get(counter)
        places = {counter} | {
            at for at, other in session_of.items() if session is not None and other == session
        }
        signs = (last_sign_at(rows, hall, place) for place in places)
        if presence_times(signs, limits).is_over(now):
            found.append(leg)
    return found


def _pause(transaction: HallTransaction, forgotten: set[str]) -> None:
    places = open_places(transaction, transaction.hall)
    serving = {
        leg.counter
        for leg in legs.open_legs(transaction, transaction.hall)
        if leg.state == LegState.IN_SERVICE
    }
    sessions = {place.session for place in places if place.counter in forgotten}
    at_work = {place.session for place in places if place.counter in serving}
    for place in places:
        if place.session in sessions - at_work and not place.is_paused:
            pause_place(transaction, place, FORGOTTEN)


def leave_place(
    database: Database,
    counter: str,
    author: Author,
    *,
    session: str | None = None,
    write_key: WriteKey | None = None,
) -> None:
    """Leaves one place of a session, which goes on at the others; with the last one it ends.

    Refusals: no_counter_session, place_busy when somebody is called or served there.
    """

    def leave(transaction: HallTransaction) -> None:
        end_free_place(transaction, session_held(transaction, counter, session))

    database.write(database.hall_of_counter(counter), author, write_key, leave)
