"""Reads of the typed figures of a hall."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import bindparam

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


_STANDING = Read(
    _Row,
    rows_of(_Row, typed_figure)
    .where(typed_figure.c.hall == bindparam("hall"), typed_figure.c.withdrawn_at.is_(None))
    .order_by(typed_figure.c.recorded_at, typed_figure.c.id),
)


def typed_figures(rows: Rows, hall: str) -> list[TypedFigure]:
    """The typed figures of a hall (id) that were not withdrawn, in the order of recording."""
    return [
        TypedFigure(
            each.indicator,
            parse_period(each.period),
            Decimal(each.value),
            each.source,
            each.is_from_other_tool,
            id=each.id,
            author=each.author,
            recorded_at=each.recorded_at,
        )
        for each in rows.all(_STANDING, hall=hall)
    ]
