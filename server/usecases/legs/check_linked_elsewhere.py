"""Linked visits are received at one counter: a visit waits while another counter serves one linked to it."""

from server.domain.refusals import Refusal
from server.store.transactions.hall_transaction import HallTransaction


def check_linked_elsewhere(transaction: HallTransaction, visit: str, counter: str) -> None:
    """Refusal: linked_elsewhere, with the number that another counter serves and that counter.

    Call it before anything is recorded.
    """
    legs = transaction.open_legs
    served = legs.linked_elsewhere(counter).get(legs.link(visit) or "")
    if served is not None:
        raise Refusal("linked_elsewhere", number=served.number, counter=served.counter)
