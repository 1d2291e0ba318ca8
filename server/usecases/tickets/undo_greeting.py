"""Undo of a « +1 reçu sans ticket » of the reception desk: it is at no counter, so in no counter's undo."""

import json

from server.domain.author import Author
from server.domain.facts import FactKind, gesture_undone
from server.domain.instants import from_micros
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.answers import Answer
from server.usecases.visits.undo_gesture import MAY_UNDO_FOR

_LAST = (
    "SELECT id, body, happened_at FROM hall_fact WHERE hall = :hall AND kind = :kind AND counter IS NULL"
    " ORDER BY position DESC LIMIT 40"
)


def undo_greeting(
    database: Database, hall: str, author: Author, greeting: str, *, write_key: WriteKey | None = None
) -> Answer:
    """Takes back a greeting counted at no counter; it is in no figure then.

    Refusals: wrong_state when there is none such or it was taken back, too_late_to_undo after five minutes.
    """

    def undo(transaction: HallTransaction) -> Answer:
        fact = _counted(transaction, greeting)
        row = {"table": "greeting", "id": greeting, "values": {"is_undone": True}}
        transaction.record(gesture_undone([fact], None, counter=None, restored={"rows": [row]}))
        return {"undone": fact, "greeting": greeting}

    return database.write(hall, author, write_key, undo)


def _counted(transaction: HallTransaction, greeting: str) -> str:
    sql = "SELECT is_undone FROM greeting WHERE id = :id AND hall = :hall"
    row = transaction.one(sql, id=greeting, hall=transaction.hall)
    facts = transaction.all(_LAST, hall=transaction.hall, kind=str(FactKind.GREETING_COUNTED))
    fact = next((each for each in facts if json.loads(each["body"])["id"] == greeting), None)
    if row is None or row["is_undone"] or fact is None:
        raise Refusal("wrong_state", verb="undo")
    if transaction.now - from_micros(fact["happened_at"]) > MAY_UNDO_FOR:
        raise Refusal("too_late_to_undo", minutes=int(MAY_UNDO_FOR.total_seconds() // 60))
    return str(fact["id"])
