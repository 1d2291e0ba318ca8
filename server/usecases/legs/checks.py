"""Whether a visitor may be called to a counter now. Call a check before anything is recorded."""

from server.domain.alerts.alerts import in_force
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.domain.visits.needs import Need
from server.store import alerts
from server.store.transactions.hall_transaction import HallTransaction
from server.store.visits.legs import LegRow


def check_linked_elsewhere(transaction: HallTransaction, visit: str, counter: str) -> None:
    """Refusal: linked_elsewhere, with the number that another counter serves and that counter.

    Call it before anything is recorded.
    """
    legs = transaction.open_legs
    served = legs.linked_elsewhere(counter).get(legs.link(visit) or "")
    if served is not None:
        raise Refusal("linked_elsewhere", number=served.number, counter=served.counter)


def check_no_alert(transaction: HallTransaction) -> None:
    """Refusal: alert_in_force, nobody is called; who is at a counter may be finished."""
    holding = in_force(alerts.open_alerts(transaction, transaction.hall), transaction.now)
    if holding:
        raise Refusal("alert_in_force", kind=str(holding[0].kind), since=to_text(holding[0].raised_at))


def check_step_free(transaction: HallTransaction, leg: LegRow, counter: str) -> None:
    """Refusal: needs_step_free, when the visitor cannot come to this counter.

    Call it before anything is recorded.
    """
    is_needed = Need.STEP_FREE in transaction.open_legs.needs(leg.visit)
    if is_needed and not transaction.configuration.counters[counter].is_step_free:
        raise Refusal("needs_step_free", counter=counter, number=leg.number)
