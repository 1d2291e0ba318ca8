"""Read the typed figures of a hall that apply."""

from datetime import datetime
from typing import TypedDict

from hardware.json_types import InstantText
from server.domain.instants import to_text
from server.domain.quality.typed_figures import TypedFigure, TypedUnit, current_figures
from server.store.quality.typed_figures import typed_figures
from server.store.transactions.database import Database


def read_typed_figures(database: Database, hall: str, *, at: datetime | None = None) -> list[TypedFigure]:
    """The typed figures of a hall (id or slug) that apply now, or that applied at an instant.

    The last one of each indicator, service and period; in the order of indicators, the latest period first.
    Refusal: unknown_hall.
    """
    with database.read() as rows:
        return current_figures(typed_figures(rows, database.hall_id(hall), at=at))


class TypedFigureOfHall(TypedDict):
    """A value that people or a program entered, because the hall does not measure it."""

    figure: str
    indicator: str
    service: str | None
    """The id of a service; null for the whole hall."""
    period: str
    """A month, a quarter or a year."""
    value: float
    unit: TypedUnit
    source: str
    """Where it was counted."""
    is_from_other_tool: bool
    """True: an earlier tool measured it."""
    recorded_at: InstantText


class ReadTypedFigures(TypedDict):
    """The typed figures of a hall (slug) that apply."""

    hall: str
    figures: list[TypedFigureOfHall]


def typed_figures_answer(database: Database, hall: str) -> ReadTypedFigures:
    """The typed figures of a hall (id or slug) as the API gives them. Refusal: unknown_hall."""
    return {
        "hall": database.configuration(hall).hall,
        "figures": [_answer(each) for each in read_typed_figures(database, hall)],
    }


def _answer(figure: TypedFigure) -> TypedFigureOfHall:
    return {
        "figure": figure.id,
        "indicator": figure.indicator,
        "service": figure.service or None,
        "period": figure.period.name,
        "value": float(figure.value),
        "unit": figure.unit,
        "source": figure.source,
        "is_from_other_tool": figure.is_from_other_tool,
        "recorded_at": to_text(figure.recorded_at),
    }
