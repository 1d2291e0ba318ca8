"""Read the annotations of a hall's days."""

from datetime import date

from server.domain.quality.annotations import DayAnnotation
from server.store.quality.typed_figures import annotations_between
from server.store.transactions.database import Database


def read_annotations(database: Database, hall: str, starts_on: date, ends_on: date) -> list[DayAnnotation]:
    """The annotations of a hall (id or slug) that stand, from `starts_on`, before `ends_on`, by day.

    Refusal: unknown_hall.
    """
    with database.read() as rows:
        return annotations_between(rows, database.hall_id(hall), starts_on, ends_on)
