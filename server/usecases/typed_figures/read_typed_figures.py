"""Read the typed figures of a hall that apply."""

from server.domain.quality.typed_figures import TypedFigure, current_figures
from server.store.quality.typed_figures import typed_figures
from server.store.transactions.database import Database


def read_typed_figures(database: Database, hall: str) -> list[TypedFigure]:
    """The typed figures of a hall (id or slug): the last one of each indicator and period.

    In the order of indicators, the latest period first. Refusal: unknown_hall.
    """
    with database.read() as rows:
        return current_figures(typed_figures(rows, database.hall_id(hall)))
