"""Raise an incident: somebody at a counter or at the reception desk asks for a person beside them."""

from dataclasses import dataclass
from typing import TypedDict

from server.domain.author import Author
from server.domain.incidents import (
    EscalationReason,
    incident_escalated,
    incident_joined,
    incident_raised,
    shown_at_place,
)
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.incidents import shown_incidents
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


class RaisedIncident(TypedDict):
    """An incident was raised; `is_joined`: one stood at its place already."""

    incident: str
    is_joined: bool
    is_received: bool
    """False: nobody is connected to receive it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether anybody is connected to receive an incident: in its hall, and anywhere."""

    is_here: bool
    is_anywhere: bool


def raise_incident(
    database: Database,
    hall: str,
    author: Author,
    counter: str | None,
    *,
    reach: Reach,
    write_key: WriteKey | None = None,
) -> RaisedIncident:
    """The incident raised at a counter (id) of a hall, or at the reception desk (None).

    A further press at the same place joins the incident that stands there, unless somebody has answered it:
    then it is another one. Where nobody of the hall is connected, it goes beyond the hall at once; where
    nobody is at all, it is kept and the answer says so. Refusal: unknown_counter.
    """

    def raise_in(transaction: HallTransaction) -> RaisedIncident:
        if counter is not None and counter not in transaction.configuration.counters:
            raise Refusal("unknown_counter", counter=counter)
        shown = shown_incidents(transaction, transaction.hall, transaction.now)
        waiting = [each for each in shown if each.answered_at is None]
        standing = shown_at_place(waiting, counter, transaction.now)
        if standing is not None:
            transaction.record(incident_joined(standing))
            return _answer(standing.id, reach, is_joined=True)
        incident = new_id()
        transaction.record(incident_raised(incident, counter))
        if not reach.is_here:
            transaction.record(incident_escalated(incident, reason=EscalationReason.NOBODY_HERE))
        return _answer(incident, reach, is_joined=False)

    return database.write(hall, author, write_key, raise_in)


def _answer(incident: str, reach: Reach, *, is_joined: bool) -> RaisedIncident:
    return {"incident": incident, "is_joined": is_joined, "is_received": reach.is_anywhere}
