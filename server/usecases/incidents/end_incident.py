"""End an incident: it is over, or it was raised by mistake."""

from server.domain.author import Author
from server.domain.incidents import IncidentEndReason, incident_ended
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.incidents import incident_by_id
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


def end_incident(
    database: Database,
    hall: str,
    incident: str,
    author: Author,
    reason: IncidentEndReason,
    *,
    oversees: bool,
    write_key: WriteKey | None = None,
) -> None:
    """Ends an incident of a hall. One that is over stays as it is.

    The person who pressed may end it, the one who answered, and who oversees the hall; only the first may
    call it a mistake. Refusals: unknown_incident, incident_of_another.
    """

    def end(transaction: HallTransaction) -> None:
        found = incident_by_id(transaction, incident)
        if found is None or found.hall != transaction.hall:
            raise Refusal("unknown_incident", incident=incident)
        is_own = found.is_own_of(author)
        may_end = is_own or author.is_same(found.answered_by) or oversees
        if not may_end or (reason is IncidentEndReason.MISTAKE and not is_own):
            raise Refusal("incident_of_another")
        if found.ended_at is None:
            transaction.record(incident_ended(found, reason=reason))

    database.write(hall, author, write_key, end)
