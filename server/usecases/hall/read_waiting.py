"""The people who wait for a counter, in the order of its calling rule at this instant."""

from typing import TypedDict

from hardware.json_types import Count, InstantText
from server.domain.author import SYSTEM, Author
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.visits.transitions import LegState
from server.store.counters import open_place
from server.store.transactions.database import Database
from server.store.visits.open_legs import OpenLegs
from server.usecases.answers import Leg
from server.usecases.calling.pick_next import CallingState, order_of_calls, profile_of
from server.usecases.hall.read_queue import VisitDetails
from server.usecases.hall_view import hall_state


class WaitingAnswer(TypedDict):
    """Everybody who waits for a counter: first the `may_call` ones it may call now, in the order of calls."""

    counter: str
    epoch: str
    version: Count
    as_of: InstantText
    may_call: Count
    legs: list[Leg]


def read_waiting(database: Database, counter: str, *, reader: Author = SYSTEM) -> WaitingAnswer:
    """Everyone who waits for a counter (id): first those it may call now, in call order, then the others.

    The others keep their place but cannot be called here now: held, a timer, a need, a link.
    Nobody for a closed counter. `reader`: who asks, and reads of the people in their reach.
    Refusal: unknown_counter.
    """
    hall = database.hall_of_counter(counter)
    with database.read() as rows:
        state = hall_state(database, rows, hall)
        if counter not in state.configuration.counters:
            raise Refusal("unknown_counter", counter=counter)
        place = open_place(rows, counter)
        legs: OpenLegs = database.open_legs(rows, state.row)
        at = CallingState(rows, hall, state.configuration, legs, state.position.as_of)
        in_order: list[str] = []
        others: list[str] = []
        if place is not None:
            terms = place.terms
            in_order = order_of_calls(at, counter, terms)
            profile = profile_of(state.configuration, terms)
            mine = legs.heads(profile.queues, counter=counter, most=None)
            left = [
                leg
                for leg in mine
                if leg.id not in set(in_order)
                and (leg.service in terms.services or leg.for_counter == counter)
            ]
            others = [leg.id for leg in sorted(left, key=lambda leg: leg.sort_key)]
        if not reader.reach.is_whole:
            in_order, others = (
                [leg for leg in found if reader.reach.has_leg(legs.leg(leg))] for found in (in_order, others)
            )
        details = VisitDetails.read(rows, hall)
        answers = [details.leg(legs.leg(leg)) for leg in (*in_order, *others)]
    return {
        "counter": counter,
        "epoch": state.position.epoch,
        "version": state.position.version,
        "as_of": to_text(state.position.as_of),
        "may_call": len(in_order),
        "legs": [leg for leg in answers if leg["state"] == LegState.WAITING],
    }
