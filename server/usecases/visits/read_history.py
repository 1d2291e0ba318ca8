"""The history of one visit: what happened to it, when, at which counter, and why it was called."""

from typing import TypedDict

from hardware.json_types import InstantText
from server.domain.author import Author
from server.domain.calling.calls import Explanation
from server.domain.facts import FactKind
from server.domain.instants import from_micros, to_text
from server.domain.row_changes import Recorded
from server.domain.visits.transitions import EndReason
from server.store.journal.facts import facts_of_visit
from server.store.transactions.database import Database
from server.usecases.visits.find_visits import visit_in_reach
from server.usecases.visits.gestures import undone_among


class FactOfVisit(TypedDict):
    """Something that happened to a visit, without who did it."""

    fact: FactKind
    at: InstantText
    counter: str | None
    service: str | None
    reason: EndReason | None
    """How a leg ended."""
    why: Explanation | None
    """Why a leg was called."""
    is_undone: bool


class HistoryAnswer(TypedDict):
    """What happened to a visit, in order."""

    visit: str
    number: str | None
    facts: list[FactOfVisit]


def read_history(database: Database, visit: str, *, reader: Author) -> HistoryAnswer:
    """What happened to a visit; the answer names no agent. Refusals: unknown_visit, service_not_allowed."""
    with database.read() as rows:
        row = visit_in_reach(rows, visit, reader)
        facts = facts_of_visit(rows, visit)
    undone = undone_among(facts)
    return {
        "visit": visit,
        "number": row.number,
        "facts": [_fact_answer(fact, is_undone=fact_id in undone) for fact_id, fact in facts],
    }


def _fact_answer(fact: Recorded, *, is_undone: bool) -> FactOfVisit:
    body = fact.body
    leg = body.get("new_leg") or body.get("leg")
    return {
        "fact": FactKind(fact.kind),
        "at": to_text(from_micros(fact.happened_at)),
        "counter": body.get("counter"),
        "service": leg["service"] if isinstance(leg, dict) else body.get("service"),
        "reason": EndReason(body["reason"]) if fact.kind == FactKind.LEG_ENDED else None,
        "why": body.get("why"),
        "is_undone": is_undone,
    }
