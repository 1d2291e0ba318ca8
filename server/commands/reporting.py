"""`parvis report`: recompute the figures that are stored."""

from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from server.commands.exporting import DAY
from server.commands.say import open_database, say, sentence
from server.settings import Settings
from server.store.configuration.halls import all_halls
from server.store.engine.snapshots import snapshot
from server.store.journal.rebuild import differences
from server.store.transactions.database import Database
from server.usecases.quality.recompute_rollups import ALWAYS, recompute_rollups


def report(
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Recompute every stored figure from the visits.")
    ] = False,
    facts: Annotated[
        bool, typer.Option("--facts", help="Also recompute the visits from the facts of the journal.")
    ] = False,
    starts_on: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="First day; all unless told.")
    ] = None,
    ends_on: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last day, included.")] = None,
    hall: Annotated[
        list[str] | None, typer.Option(help="Slug of a hall; may be given several times. All unless told.")
    ] = None,
) -> None:
    """Recompute stored figures, and print how many differ; exit status 1 when one does."""
    if not recompute:
        raise typer.BadParameter("say --recompute", param_hint="--recompute")
    first = ALWAYS[0] if starts_on is None else starts_on.date()
    end = ALWAYS[1] if ends_on is None else ends_on.date() + timedelta(days=1)
    database = open_database(Settings())
    try:
        with database.read() as rows:
            halls = hall or [each.slug for each in all_halls(rows) if each.is_configured]
        wrong = sum(_recompute(database, each, (first, end), with_facts=facts) for each in halls)
    finally:
        database.close()
    if wrong:
        raise typer.Exit(1)


def _recompute(database: Database, hall: str, days: tuple[date, date], *, with_facts: bool) -> int:
    """How many values of a hall differ; says so, and which."""
    result = recompute_rollups(database, hall, days)
    wrong = len(result.differing)
    style = "red" if wrong else None
    say(sentence("command.report.recomputed", hall=hall, checked=result.checked, count=wrong), style=style)
    for period in result.differing:
        say(sentence("command.report.differs", hall=hall, period=period), style="red")
    if with_facts:
        with snapshot(database) as rows:
            rebuilt = len(differences(rows, database.hall_id(hall)))
        style = "red" if rebuilt else None
        say(sentence("command.report.rebuilt", hall=hall, count=rebuilt), style=style)
        wrong += rebuilt
    return wrong
