"""Whether an alert stops the calls of a hall."""

from server.domain.alerts.alerts import in_force
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.store import alerts
from server.store.transactions.hall_transaction import HallTransaction


def check_no_alert(transaction: HallTransaction) -> None:
    """Refusal: alert_in_force, nobody is called; who is at a counter may be finished."""
    holding = in_force(alerts.open_alerts(transaction, transaction.hall), transaction.now)
    if holding:
        raise Refusal("alert_in_force", kind=str(holding[0].kind), since=to_text(holding[0].raised_at))
