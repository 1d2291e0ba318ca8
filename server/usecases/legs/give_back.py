"""Persons whom a forgotten counter gives back to the queue."""

from server.domain.calling.queue_order import sort_key
from server.domain.facts import Fact
from server.domain.instants import from_micros
from server.domain.visits.transitions import Verb, state_after
from server.domain.visits.verb_facts import LegAtCounter, VoidCall, WaitingPlace, leg_given_back
from server.store.engine.rows import Row


def given_back(row: Row, *, void: VoidCall | None = None) -> Fact:
    """The fact that a called leg (its row) waits again before the others. Refusal: wrong_state.

    `void`: an alert stopped its call.
    """
    state_after(row, Verb.GIVE_BACK)
    reference = from_micros(row["reference_at"])
    key = sort_key(row["class"], reference, row["number"], step=0)
    place = WaitingPlace(key, reference, is_at_front=True)
    return leg_given_back(LegAtCounter(row["id"], row["visit"], row["counter"]), place, void=void)
