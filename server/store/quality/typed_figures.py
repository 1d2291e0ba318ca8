"""Reads of the typed figures of a hall."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam, or_

from server.domain.quality.periods import parse_period
from server.domain.quality.typed_figures import TypedFigure
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, rows_of
from server.store.tables.quality import typed_figure


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
