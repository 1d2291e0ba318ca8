"""Read the figures of a hall that anybody may have: those of the last months that are over."""

from datetime import date, timedelta
from typing import TypedDict

from server.domain.hall.configuration import HallConfiguration
from server.domain.quality.few_people import OpenFigure, open_figures
from server.domain.quality.rollup import Rollup
from server.domain.refusals import Refusal
from server.store.quality.stored_rollups import days_with_rows
from server.store.transactions.database import Database
from server.usecases.quality.count_days import counted_hall
from server.usecases.quality.counts import read_totals
from server.usecases.quality.withheld_figures import Days, withheld_in_parts

MONTHS = 24
"""How many months that are over are given."""


class OpenService(TypedDict):
    """The figures of a service (id) in a month. `name`: in the language of the answer."""

    service: str
    name: str
    figures: list[OpenFigure]


class OpenMonth(TypedDict):
    """The figures of a month (`2026-10`). `counted_days`: on how many days something was counted."""

    month: str
    counted_days: int
    first_on: str
    last_on: str
    figures: list[OpenFigure]
    services: list[OpenService]


def public_hall(database: Database, hall: str) -> HallConfiguration:
    """A hall (id or slug) that has a public page. Refusal: unknown_hall, also while its page is off."""
    configuration = database.configuration(database.hall_id(hall))
    if not configuration.site.has_public_page:
        raise Refusal("unknown_hall", hall=hall)
    return configuration


def read_open_figures(database: Database, hall: str, language: str) -> list[OpenMonth]:
    """The months in which something was counted, the oldest first. Refusal: that of `public_hall`."""
    configuration = public_hall(database, hall)
    counted = counted_hall(database, hall)
    months = _months_before(counted.today)
    with database.read() as rows:
        days = days_with_rows(rows, counted.id, months[0].starts_on, months[-1].ends_on)
    counted_days = {
        f"{month.starts_on:%Y-%m}": [day for day in days if month.starts_on <= day < month.ends_on]
        for month in months
    }
    spans = {f"{month.starts_on:%Y-%m}": month for month in months}
    withheld = withheld_in_parts(database, counted.id, spans, is_public=True)
    found: list[OpenMonth] = []
    for name, span in spans.items():
        rollup = read_totals(database, [counted.id], *span)[counted.id]
        if rollup == Rollup() or not counted_days[name]:
            continue
        whole, services = open_figures(rollup, withheld[name])
        found.append(
            {
                "month": name,
                "counted_days": len(counted_days[name]),
                "first_on": counted_days[name][0].isoformat(),
                "last_on": counted_days[name][-1].isoformat(),
                "figures": whole,
                "services": [
                    {"service": key, "name": _name(configuration, key, language), "figures": figures}
                    for key, figures in services.items()
                ],
            }
        )
    return found


def _name(configuration: HallConfiguration, service: str, language: str) -> str:
    described = configuration.services.get(service)
    return described.name(language) if described else service


def _months_before(today: date) -> list[Days]:
    """The last months that are over on a day, the oldest first."""
    months: list[Days] = []
    end = today.replace(day=1)
    for _ in range(MONTHS):
        start = (end - timedelta(days=1)).replace(day=1)
        months.append(Days(start, end))
        end = start
    return months[::-1]
