"""Read what the author of an entry may know of it: its state and the answer, nothing of what was written."""

import hmac
from dataclasses import dataclass
from datetime import date

from server.domain.complaints.entries import EntryState
from server.domain.complaints.references import typed_key
from server.domain.refusals import Refusal
from server.ids import token_digest
from server.store.complaints import entry_of_reference
from server.store.transactions.database import Database
from server.usecases.complaints.add_entry import open_register


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """The state of an entry. `reason`: why there is no answer; `due_on`: until when one is awaited."""

    reference: str
    kind: str
    state: str
    written_on: date
    due_on: date | None
    answer: str
    reason: str


def read_own_entry(database: Database, hall: str, *, reference: str, secret: str) -> OwnEntry:
    """The state of the entry of a reference with its secret, as they are typed.

    Refusals: unknown_hall, also while the site has no register; unknown_complaint, also for a wrong secret.
    """
    open_register(database, hall)
    with database.read() as rows:
        row = entry_of_reference(rows, typed_key(reference))
    digest = token_digest(typed_key(secret))
    if (
        row is None
        or row.hall != database.hall_id(hall)
        or not hmac.compare_digest(row.secret_digest, digest)
    ):
        raise Refusal("unknown_complaint")
    reason = "" if row.state == EntryState.SET_ASIDE else row.reason
    return OwnEntry(row.reference, row.kind, row.state, row.written_on, row.due_on, row.answer, reason)
