"""Answers kept for a repetition of a request that writes in several halls: each hall's own is apart."""

from collections.abc import Callable
from typing import cast

import structlog

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.engine import idempotency_keys
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.usecases.answers import Answer

log = structlog.get_logger()


def once(
    database: Database, hall: str, author: Author, write_key: WriteKey | None, work: Callable[[], Answer]
) -> Answer:
    """The answer of `work`, which a hall (id) keeps; for a repetition the kept one, without working.

    An answer that cannot be kept is returned all the same. Refusal: idempotency_mismatch.
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
    """The answer to the same request; None for a new one. Refusal: idempotency_mismatch."""
    if write_key is None:
        return None
    with database.read() as rows:
        earlier = idempotency_keys.answered_before(rows, write_key)
    return None if earlier is None else cast(Answer, earlier.value)
