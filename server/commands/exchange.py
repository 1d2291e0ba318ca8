"""`parvis report`: recompute the figures that are stored, or write an evidence pack."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from server.apart import close_all
from server.app import CATALOGUES
from server.commands.exporting import DAY
from server.commands.say import language, open_database, say, sentence
from server.language import Catalogues
from server.settings import ASSETS, Settings
from server.store.configuration.halls import all_halls
from server.store.engine.snapshots import snapshot
from server.store.journal.rebuild import differences
from server.store.transactions.database import Database
from server.usecases.quality.read_totals import ALWAYS, recompute_rollups
from server.usecases.reports.reports import report_of_period
from server.web.pages.reports.pack import pack_steps
from server.web.pages.reports.sheet import sheet_page
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence


def report(
    recompute: Annotated[
        bool, typer.Option("--recompute", help="Recompute every stored figure from the visits.")
    ] = False,
    facts: Annotated[
        bool, typer.Option("--facts", help="Also recompute the visits from the facts of the journal.")
    ] = False,
    starts_on: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="First day; all by default.")
    ] = None,
    ends_on: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last day, included.")] = None,
    hall: Annotated[
        list[str] | None, typer.Option(help="Slug of a hall, repeatable; all by default.")
    ] = None,
    pack: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The evidence pack to write, a zip archive.")
    ] = None,
    period: Annotated[str, typer.Option(help="Of the pack: 2026-Q3, 2026-09 or 2026.")] = "",
) -> None:
    """Recompute stored figures, print how many differ and replace those; exit status 1 when one does.

    Or write the evidence pack of a period: of the newest frozen report, else a draft of the figures of now.
    """
    if pack is not None:
        write_pack(pack, period, hall)
        return
    if not recompute:
        raise typer.BadParameter("say --recompute, or --pack", param_hint="--recompute")
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


def write_pack(out: Path, period: str, halls: Sequence[str] | None) -> None:
    """Writes the evidence pack of halls (slugs; None: all) and a period, and prints each step.

    Refusals: unknown_hall, bad_report_period.
    """
    settings = Settings()
    database = open_database(settings)
    try:
        with database.read() as rows:
            named = halls or sorted(each.slug for each in all_halls(rows) if each.is_configured)
        words = ReportWording(Sentence(Catalogues(CATALOGUES).translate, language()))
        found = report_of_period(database, named, period)
        papers = Papers(ASSETS)
        for step in pack_steps(database, found, words, paper=lambda: papers.made(sheet_page(found, words))):
            if step.archive is None:
                say(sentence("terminal.report_step", done=step.done + 1, steps=step.steps, what=step.next))
            else:
                part = out.with_name(f"{out.name}.part")
                part.write_bytes(step.archive)
                part.replace(out)
    finally:
        close_all()
        database.close()
    say(sentence("terminal.report_packed", file=out))


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
