"""Close the counters at which somebody may not call any more: no visitor shall wait for nobody.

As when a counter is closed: who is served there is finished. Who was only called waits again, before the
others, and is called by a colleague.
"""

from collections.abc import Collection, Sequence

from server.domain.author import Author
from server.domain.people.roles import CallingReach, Permission
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState
from server.store.counters import halls_of_author, open_places
from server.store.people.accounts import Grant, reach_of
from server.store.people.pseudonyms import ids_of_account
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits import legs
from server.usecases.counters.counter_sessions import end_place
from server.usecases.legs.following_leg import NO_AGENT_TO_STATE_IT, end_served
from server.usecases.legs.void_calls import given_back

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
