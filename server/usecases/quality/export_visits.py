"""Export visits in the open format: `legs.csv`, `counters.csv`, `services.csv`, line by line.

Where figures of one agent are off (docs/rules/accounts.md), no leg names its counter. Counters and sessions
on duty then have random names, other ones each day: a reader can recompute every figure but follow nobody.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

from server.domain.instants import midnight
from server.domain.quality.open_format import (
    COUNTER_COLUMNS,
    LEG_COLUMNS,
    SERVICE_COLUMNS,
    Cell,
    cell_text,
    leg_cells,
)
from server.domain.texts import plain_cells
from server.ids import session_mark
from server.store.quality.figures import Duty, days_with_legs, duties_between, legs_of_day
from server.store.quality.targets import are_individual_figures_on
from server.store.transactions.database import Database


def export_visits(
    database: Database, halls: Sequence[str], *, days: tuple[date, date], folder: Path
) -> dict[str, int]:
    """Writes the three files of some halls (ids or slugs) into a folder; the rows written, per file.

    `days`: the first is included, the second excluded. Each file is complete or absent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "legs.csv": legs_csv(database, halls, days),
        "counters.csv": counters_csv(database, halls, days),
        "services.csv": services_csv(database, halls),
    }
    return {name: _write(folder / name, lines) for name, lines in files.items()}


def legs_csv(database: Database, halls: Iterable[str], days: tuple[date, date]) -> Iterator[str]:
    """The lines of `legs.csv`, header first. Only one business day of one hall is in memory at a time."""
    yield _line(LEG_COLUMNS)
    for hall in halls:
        hall_id, configuration = database.hall_id(hall), database.configuration(hall)
        with database.read() as rows:
            with_legs = days_with_legs(rows, hall_id, *days)
            names_counters = are_individual_figures_on(rows, configuration.site.slug)
        for day in with_legs:
            with database.read() as rows:
                legs = legs_of_day(rows, hall_id, day)
            for leg in legs:
                counter = leg.counter if names_counters else None
                yield _line(leg_cells(replace(leg, hall=configuration.hall, counter=counter)))


def counters_csv(database: Database, halls: Iterable[str], days: tuple[date, date]) -> Iterator[str]:
    """The lines of `counters.csv`: the intervals on duty of these local days, also those partly in them."""
    yield _line(COUNTER_COLUMNS)
    for hall in halls:
        configuration = database.configuration(hall)
        zone = ZoneInfo(configuration.site.time_zone)
        starts_at, ends_at = (midnight(day, zone) for day in days)
        with database.read() as rows:
            duties = duties_between(rows, database.hall_id(hall), starts_at, ends_at)
            names_counters = are_individual_figures_on(rows, configuration.site.slug)
        if not names_counters:
            duties = _unnamed(duties, zone)
        for duty in duties:
            planned: tuple[Cell, ...] = (None, None)
            yield _line(
                cell_text(value)
                for value in (
                    duty.counter,
                    configuration.hall,
                    session_mark(duty.session),
                    duty.profile,
                    duty.rule,
                    ";".join(duty.services),
                    duty.opened_at,
                    duty.closed_at,
                    *planned,
                )
            )


def _unnamed(duties: Iterable[Duty], zone: ZoneInfo) -> list[Duty]:
    """The duties with random names of counters and sessions, other ones each local day."""
    names: dict[tuple[date, str], str] = {}

    def name(duty: Duty, of: str) -> str:
        day = duty.opened_at.astimezone(zone).date()
        return names.setdefault((day, of), token_hex(4))

    return [
        replace(each, counter=name(each, each.counter), session=name(each, each.session)) for each in duties
    ]


def services_csv(database: Database, halls: Iterable[str]) -> Iterator[str]:
    """The lines of `services.csv`, as configured now."""
    yield _line(SERVICE_COLUMNS)
    for hall in halls:
        configuration = database.configuration(hall)
        for service in configuration.services.values():
            yield _line(
                (
                    service.id,
                    configuration.hall,
                    str(service.target_s),
                    str(service.target_appointment_s),
                    str(service.target_priority_s),
                    str(service.typed_mean_s),
                )
            )


def _line(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(plain_cells(cells))
    return text.getvalue()


def _write(path: Path, lines: Iterator[str]) -> int:
    part = path.with_suffix(".part")
    count = -1
    with part.open("w", encoding="utf-8", newline="") as file:
        for line in lines:
            file.write(line)
            count += 1
    part.replace(path)
    return count
