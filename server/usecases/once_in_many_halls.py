"""Answers kept for a repetition of a request that writes in several halls: each hall's own is apart."""

from collections.abc import Callable

import structlog

from server.domain.author import Author
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import KeptAnswer, WriteKey, answered_before
from server.store.transactions.database import Database

log = structlog.get_logger()


def once[Answer](
    database: Database, hall: str, author: Author, write_key: WriteKey | None, work: Callable[[], Answer]
) -> Answer:
    """The answer of `work`, which a hall (id) keeps; for a repetition the kept one, without working.

    An answer that cannot be kept is returned all the same. Refusal: idempotency_mismatch.
    """
    if write_key is None:
        return work()
    earlier = kept_answer(database, write_key)
    if earlier is not None:
        return earlier.answer_of(work)
    answer = work()
    try:
        return database.write(hall, author, write_key, lambda _: answer)
    except Refusal:
        log.exception("answer_not_kept", hall=hall)
        return answer


def kept_answer(database: Database, write_key: WriteKey | None) -> KeptAnswer | None:
    """What is kept of the same request; None for a new one. Refusal: idempotency_mismatch."""
    if write_key is None:
        return None
    with database.read() as rows:
        return answered_before(rows, write_key)
