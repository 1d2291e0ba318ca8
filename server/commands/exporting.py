"""`parvis export-visits`: the open format, as files."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from server.commands.say import open_database, say, sentence
from server.settings import Settings
from server.store.configuration.halls import all_halls
from server.usecases.quality.export_visits import export_visits

DAY = ["%Y-%m-%d"]


def export_visits_command(
    starts_on: Annotated[datetime, typer.Option("--from", formats=DAY, help="First day.")],
    ends_on: Annotated[datetime, typer.Option("--to", formats=DAY, help="Last day, included.")],
    out: Annotated[
        Path, typer.Option(file_okay=False, help="Folder for legs.csv, counters.csv and services.csv.")
    ],
    hall: Annotated[
        list[str] | None, typer.Option(help="Slug of a hall, repeatable; all by default.")
    ] = None,
) -> None:
    """Export visits in the open format: legs.csv, counters.csv, services.csv."""
    days: tuple[date, date] = (starts_on.date(), ends_on.date() + timedelta(days=1))
    if days[1] <= days[0]:
        raise typer.BadParameter("the last day is before the first", param_hint="--to")
    database = open_database(Settings())
    try:
        with database.read() as rows:
            halls = hall or [each.slug for each in all_halls(rows) if each.is_configured]
        counts = export_visits(database, halls, days=days, folder=out)
    finally:
        database.close()
    for name, count in counts.items():
        say(sentence("command.rows", file=out / name, count=count))
