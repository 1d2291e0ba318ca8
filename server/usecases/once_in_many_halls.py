"""Answers kept for a repetition of a request that writes in several halls: each hall's own is apart."""

import json
from collections.abc import Callable

import structlog

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.usecases.answers import Answer

log = structlog.get_logger()


def once(
    database: Database, hall: str, author: Author, write_key: WriteKey | None, work: Callable[[], Answer]
) -> Answer:
    """What `work` answers, kept with a hall (id); what it answered to the same request before.

    An answer that cannot be kept is given all the same. Refusal: idempotency_mismatch.
    """
    if write_key is None:
        return work()
    earlier = answered_before(database, write_key)
    if earlier is not None:
        return earlier
    answer = work()
    try:
        return database.write(hall, author, write_key, lambda _: answer)
    except Refusal:
        log.exception("answer_not_kept", hall=hall)
        return answer


def answered_before(database: Database, write_key: WriteKey | None) -> Answer | None:
    """What the same request was answered; None for one that was never made. Refusal: idempotency_mismatch."""
    if write_key is None:
        return None
    query = write_key.answer()
    with database.read() as rows:
        row = rows.one(query.statement, **query.values)
    if row is None:
        return None
    if row["fingerprint"] != write_key.fingerprint:
        raise Refusal("idempotency_mismatch")
    return dict(json.loads(row["answer"]))
