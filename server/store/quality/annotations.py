"""Reads of the annotations of days."""

from datetime import date

from sqlalchemy import bindparam

from server.domain.quality.annotations import DayAnnotation
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, rows_of
from server.store.tables.quality import day_annotation

_STANDING = rows_of(DayAnnotation, day_annotation).where(
    day_annotation.c.hall == bindparam("hall"), day_annotation.c.withdrawn_at.is_(None)
)
_BETWEEN = Read(
    DayAnnotation,
    _STANDING.where(
        day_annotation.c.day >= bindparam("starts_on"), day_annotation.c.day < bindparam("ends_on")
    ).order_by(day_annotation.c.day, day_annotation.c.annotated_at, day_annotation.c.id),
)
_ONE = Read(DayAnnotation, _STANDING.where(day_annotation.c.id == bindparam("id")))


def annotations_between(rows: Rows, hall: str, starts_on: date, ends_on: date) -> list[DayAnnotation]:
    """The annotations of a hall (id) that stand, from `starts_on`, before `ends_on`, by day."""
    return rows.all(_BETWEEN, hall=hall, starts_on=starts_on, ends_on=ends_on)


def annotation_of(rows: Rows, hall: str, annotation: str) -> DayAnnotation | None:
    """An annotation (id) of a hall (id); None: there is none, or it was withdrawn."""
    return rows.one(_ONE, hall=hall, id=annotation)
