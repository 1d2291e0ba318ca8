"""Whether a visitor can come to a counter."""

from server.domain.refusals import Refusal
from server.domain.visits.needs import Need
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow


def check_step_free(transaction: HallTransaction, leg: LegRow, counter: str) -> None:
    """Refusal: needs_step_free, when the visitor cannot come to this counter.

    Call it before anything is recorded.
    """
    is_needed = Need.STEP_FREE in transaction.open_legs.needs(leg.visit)
    if is_needed and not transaction.configuration.counters[counter].is_step_free:
        raise Refusal("needs_step_free", counter=counter, number=leg.number)
