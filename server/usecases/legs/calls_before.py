"""What is left of a leg's calls when the call it has is void: those before it stand."""

from server.domain.facts import FactKind
from server.domain.journal.fold import rows_after
from server.domain.row_changes import Recorded
from server.domain.visits.transitions import LegState
from server.domain.visits.verb_facts import CalledBefore
from server.store.engine.rows import Row
from server.store.journal.facts import facts_of_visit
from server.store.transactions.hall_transaction import HallTransaction


def called_before(transaction: HallTransaction, row: Row) -> CalledBefore:
    """When a leg was first and last called, but for the call it has now; its own instants while it waits.

    Who was postponed once has been called: a wait is counted to that call, whatever becomes of a later one.
    """
    if row["state"] == LegState.WAITING:
        return CalledBefore(row["first_called_at"], row["last_called_at"])
    facts = [fact for _, fact in facts_of_visit(transaction, row["visit"])]
    at = next(place for place, fact in enumerate(facts) if _is_call(fact, row["call"]))
    leg = rows_after(facts[:at])["leg", row["id"]]
    return CalledBefore(leg.get("first_called_at"), leg.get("last_called_at"))


def _is_call(fact: Recorded, call: str) -> bool:
    return fact.kind == FactKind.LEG_CALLED and bool(fact.body["call"] == call)
