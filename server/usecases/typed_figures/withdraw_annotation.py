"""Withdraw an annotation: it is shown no more."""

from server.domain.author import Author
from server.domain.quality.annotations import annotation_withdrawn
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.quality.typed_figures import annotation_of
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.typed_figures.annotate_day import AnnotatedDay


def withdraw_annotation(
    database: Database, hall: str, author: Author, annotation: str, *, write_key: WriteKey | None = None
) -> AnnotatedDay:
    """The annotation (id) that was withdrawn. Refusal: unknown_annotation, also when it was withdrawn."""

    def withdraw(transaction: HallTransaction) -> AnnotatedDay:
        found = annotation_of(transaction, transaction.hall, annotation)
        if found is None:
            raise Refusal("unknown_annotation", annotation=annotation)
        transaction.record(annotation_withdrawn(found))
        return {"annotation": found.id, "day": found.day.isoformat(), "words": found.words}

    return database.write(hall, author, write_key, withdraw)
