"""The history of one visit: what happened to it, when, at which counter, and why it was called."""

from server.domain.facts import FactKind
from server.domain.instants import micros_to_text
from server.domain.refusals import Refusal
from server.domain.row_changes import Recorded
from server.store.journal.facts import facts_of_visit
from server.store.transactions.database import Database
from server.store.visits.visits import visit_row
from server.usecases.answers import Answer
from server.usecases.visits.undo_gesture import undone_among


def read_history(database: Database, visit: str) -> Answer:
    """What happened to a visit, in order; its answer names no agent. Refusal: unknown_visit.

    `why`: of a call, the rule, the score, the three runners-up and the sentence's key and values as they were
    kept. `reason`: how a leg ended. `is_undone`: whether the gesture was taken back afterwards.
    """
    with database.read() as rows:
        row = visit_row(rows, visit)
        if row is None:
            raise Refusal("unknown_visit", visit=visit)
        facts = facts_of_visit(rows, visit)
    undone = undone_among(facts)
    return {
        "visit": visit,
        "number": row.number,
        "facts": [_fact_answer(fact, is_undone=fact_id in undone) for fact_id, fact in facts],
    }


def _fact_answer(fact: Recorded, *, is_undone: bool) -> Answer:
    body = fact.body
    leg = body.get("new_leg") or body.get("leg")
    return {
        "fact": str(fact.kind),
        "at": micros_to_text(fact.happened_at),
        "counter": body.get("counter"),
        "service": leg["service"] if isinstance(leg, dict) else body.get("service"),
        "reason": body.get("reason") if fact.kind == FactKind.LEG_ENDED else None,
        "why": body.get("why"),
        "is_undone": is_undone,
    }
