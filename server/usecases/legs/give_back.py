"""Give a called visitor back to the queue."""

from server.domain.calling.queue_order import sort_key
from server.domain.facts import Fact
from server.domain.visits.gestures import Verb, state_after
from server.domain.visits.verb_facts import LegAtCounter, VoidCall, WaitingPlace, leg_given_back
from server.store.visits.legs import LegRow


def given_back(leg: LegRow, *, void: VoidCall | None = None) -> Fact:
    """The fact that a called leg waits again before the others. Refusal: wrong_state.

    `void`: what the leg keeps of its calls, where an alert stopped the last one.
    """
    state_after(leg, Verb.GIVE_BACK)
    key = sort_key(leg.class_, leg.reference_at, leg.number, step=0)
    place = WaitingPlace(key, leg.reference_at, is_at_front=True)
    return leg_given_back(LegAtCounter(leg.id, leg.visit, leg.counter), place, void=void)
