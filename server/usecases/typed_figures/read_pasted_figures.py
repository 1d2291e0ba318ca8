"""Read values that were pasted from a spreadsheet, without taking them."""

from zoneinfo import ZoneInfo

from server.domain.quality.typed_figures import Pasted, TypedFigureRequest, read_pasted
from server.store.transactions.database import Database
from server.usecases.typed_figures.type_figures import check_figures


def read_pasted_figures(database: Database, hall: str, pasted: Pasted) -> list[TypedFigureRequest]:
    """The values of a pasted text, which `type_figures` would take for a hall (id or slug).

    Refusals: those of `read_pasted` and of `type_figures`; unknown_hall.
    """
    configuration = database.configuration(hall)
    zone = ZoneInfo(configuration.site.time_zone)
    today = database.clock.now().astimezone(zone).date()
    requests = read_pasted(pasted, today)
    with database.read() as rows:
        check_figures(rows, database.hall_id(hall), requests, today, services=configuration.services)
    return requests
