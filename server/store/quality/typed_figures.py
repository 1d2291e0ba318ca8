"""Reads of the typed figures of a hall, and of the annotations of its days."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import bindparam, or_

from server.domain.quality.annotations import DayAnnotation
from server.domain.quality.periods import parse_period
from server.domain.quality.typed_figures import TypedFigure
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, rows_of
from server.store.tables.quality import day_annotation, typed_figure


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    indicator: str
    period: str
    value: str
    source: str
    is_from_other_tool: bool
    author: str
    recorded_at: datetime
    service: str | None


_OF_HALL = rows_of(_Row, typed_figure).where(typed_figure.c.hall == bindparam("hall"))
_ORDER = typed_figure.c.recorded_at, typed_figure.c.id
_STANDING = Read(
    _Row,
    _OF_HALL.where(typed_figure.c.withdrawn_at.is_(None)).order_by(*_ORDER),
)
_STOOD = Read(
    _Row,
    _OF_HALL.where(
        typed_figure.c.recorded_at <= bindparam("at"),
        or_(typed_figure.c.withdrawn_at.is_(None), typed_figure.c.withdrawn_at > bindparam("at")),
    ).order_by(*_ORDER),
)


def typed_figures(rows: Rows, hall: str, *, at: datetime | None = None) -> list[TypedFigure]:
    """The typed figures of a hall (id) that stand, or that stood at an instant, in the order of recording."""
    found = rows.all(_STANDING, hall=hall) if at is None else rows.all(_STOOD, hall=hall, at=at)
    return [
        TypedFigure(
            each.indicator,
            parse_period(each.period),
            Decimal(each.value),
            each.source,
            each.is_from_other_tool,
            each.service or "",
            id=each.id,
            author=each.author,
            recorded_at=each.recorded_at,
        )
        for each in found
    ]


_STANDING_ANNOTATIONS = rows_of(DayAnnotation, day_annotation).where(
    day_annotation.c.hall == bindparam("hall"), day_annotation.c.withdrawn_at.is_(None)
)
_BETWEEN = Read(
    DayAnnotation,
    _STANDING_ANNOTATIONS.where(
        day_annotation.c.day >= bindparam("starts_on"), day_annotation.c.day < bindparam("ends_on")
    ).order_by(day_annotation.c.day, day_annotation.c.annotated_at, day_annotation.c.id),
)
_ONE = Read(DayAnnotation, _STANDING_ANNOTATIONS.where(day_annotation.c.id == bindparam("id")))


def annotations_between(rows: Rows, hall: str, starts_on: date, ends_on: date) -> list[DayAnnotation]:
    """The annotations of a hall (id) that stand, from `starts_on`, before `ends_on`, by day."""
    return rows.all(_BETWEEN, hall=hall, starts_on=starts_on, ends_on=ends_on)


def annotation_of(rows: Rows, hall: str, annotation: str) -> DayAnnotation | None:
    """An annotation (id) of a hall (id); None: there is none, or it was withdrawn."""
    return rows.one(_ONE, hall=hall, id=annotation)
