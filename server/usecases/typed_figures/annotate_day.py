"""Annotate a day: say in a few words why its figures are special."""

from datetime import date
from typing import TypedDict
from zoneinfo import ZoneInfo

from server.domain.author import Author
from server.domain.quality.annotations import check_day, checked_words, day_annotated
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction


class AnnotatedDay(TypedDict):
    """The id of an annotation, its local day and its words."""

    annotation: str
    day: str
    words: str


def annotate_day(
    database: Database, hall: str, author: Author, day: date, words: str, *, write_key: WriteKey | None = None
) -> AnnotatedDay:
    """The annotation of a local day of a hall (id or slug); a day may have several.

    `words` say what happened, « grève », and name nobody.

    Refusals: annotation_missing, annotation_too_long; bad_annotation_day more than a year ahead.
    """
    line = checked_words(words)

    def annotate(transaction: HallTransaction) -> AnnotatedDay:
        check_day(day, transaction.now.astimezone(ZoneInfo(transaction.configuration.site.time_zone)).date())
        annotation = new_id()
        transaction.record(day_annotated(annotation, day, line))
        return {"annotation": annotation, "day": day.isoformat(), "words": line}

    return database.write(hall, author, write_key, annotate)
