"""Take the next step of incidents that nobody answers: tell more people, then name them as not answered."""

from server.domain.author import SYSTEM
from server.domain.incidents import EscalationReason, incident_escalated, incident_unanswered
from server.store.incidents import halls_with_due_incidents, unanswered_incidents
from server.store.transactions.database import Database


def escalate_incidents(database: Database) -> int:
    """How many steps incidents of all halls took. Several workers may do it at once: a step is one fact."""
    with database.read() as rows:
        halls = halls_with_due_incidents(rows, database.clock.now())
    return sum(_escalate_in(database, hall) for hall in halls)


def _escalate_in(database: Database, hall: str) -> int:
    steps = 0
    with database.transaction(hall, SYSTEM) as transaction:
        for incident in unanswered_incidents(transaction, transaction.hall):
            if incident.is_to_escalate(transaction.now):
                transaction.record(incident_escalated(incident.id, reason=EscalationReason.UNANSWERED))
                steps += 1
            if incident.is_to_name_unanswered(transaction.now):
                transaction.record(incident_unanswered(incident))
                steps += 1
    return steps
