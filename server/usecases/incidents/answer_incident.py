"""Answer an incident: a person says that they come."""

from dataclasses import dataclass
from typing import TypedDict

from server.domain.author import Author
from server.domain.incidents import Incident, incident_answered
from server.domain.refusals import Refusal
from server.store.counters import open_places
from server.store.engine.idempotency_keys import WriteKey
from server.store.incidents import incident_by_id
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.incidents.who_receives import counter_held


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers: the hall (id) they are in, their role there, and whether they oversee it."""

    hall: str
    role: str
    oversees: bool


class AnsweredIncident(TypedDict):
    """An incident is answered; `is_own` false: another person was first."""

    incident: str
    is_own: bool


def existing_incident(database: Database, incident: str) -> Incident:
    """An incident by its id. Refusal: unknown_incident."""
    with database.read() as rows:
        found = incident_by_id(rows, incident)
    if found is None:
        raise Refusal("unknown_incident", incident=incident)
    return found


def answer_incident(
    database: Database,
    incident: str,
    author: Author,
    answering: Answering,
    *,
    write_key: WriteKey | None = None,
) -> AnsweredIncident:
    """The incident (id) as answered. The first person to answer stays named.

    People of other halls of the site answer once it has gone beyond its hall; people of other sites too, if
    they oversee theirs. Refusals: unknown_incident, incident_over, incident_elsewhere.
    """
    found = existing_incident(database, incident)
    _check_reach(database, found, answering)
    with database.read() as rows:
        counter = counter_held(open_places(rows, answering.hall), author)

    def answer(transaction: HallTransaction) -> AnsweredIncident:
        current = incident_by_id(transaction, incident)
        if current is None:
            raise Refusal("unknown_incident", incident=incident)
        if current.ended_at is not None:
            raise Refusal("incident_over")
        if current.answered_at is not None:
            return {"incident": incident, "is_own": author.is_same(current.answered_by)}
        fact = incident_answered(current, role=answering.role, counter=counter, hall=answering.hall)
        transaction.record(fact)
        return {"incident": incident, "is_own": True}

    return database.write(found.hall, author, write_key, answer)


def _check_reach(database: Database, incident: Incident, answering: Answering) -> None:
    if answering.hall == incident.hall:
        return
    sites = {database.configuration(each).site.slug for each in (incident.hall, answering.hall)}
    if incident.escalated_at is None or (len(sites) > 1 and not answering.oversees):
        raise Refusal("incident_elsewhere")
