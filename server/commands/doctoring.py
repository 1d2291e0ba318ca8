"""`parvis doctor`: what this machine has and lacks, in sentences.

With `--rebuild` the rows from the journals.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

import typer

from server.clock import Clock
from server.commands.examination import Finding, examinations
from server.commands.printers import printers_found
from server.commands.say import open_database, say, sentence
from server.commands.voices import voices_found
from server.jobs.server_lock import alone
from server.settings import Settings
from server.store.configuration.halls import all_halls
from server.store.journal.anchors import INSTALLATION
from server.store.journal.rebuild import rebuild
from server.store.journal.rebuild_installation import rebuild_installation

MARKS = {"right": ("✓", None), "off": ("·", "yellow"), "wrong": ("✗", "red")}


def doctor(
    rebuild_rows: Annotated[
        bool,
        typer.Option(
            "--rebuild",
            help="Write the rows of visits, notices and displays anew from the journals; no server may run.",
        ),
    ] = False,
) -> None:
    """Examine the installation; exit status 1 when something it cannot do without is wrong."""
    settings = Settings()
    if rebuild_rows:
        _rebuild(settings)
        return
    printers = printers_found(settings, Clock())
    findings = [*_examined(examinations(settings)), *voices_found(settings), *printers]
    for finding in findings:
        mark, style = MARKS[finding.state]
        say(f"{mark} {sentence(finding.key, **finding.values)}", style=style)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(1)


def _examined(examinations: list[Callable[[], Finding]]) -> Iterator[Finding]:
    for examine in examinations:
        yield examine()


def _rebuild(settings: Settings) -> None:
    with alone(settings.var):
        database = open_database(settings)
        try:
            with database.read() as rows:
                halls = [hall.slug for hall in all_halls(rows)]
            _say_changed(INSTALLATION, rebuild_installation(database))
            for hall in halls:
                _say_changed(hall, rebuild(database, hall))
        finally:
            database.close()


def _say_changed(journal: str, changed: Sequence[tuple[str, str]]) -> None:
    if not changed:
        say(sentence("doctor.rows.right", journal=journal))
        return
    say(sentence("doctor.rows.wrong", journal=journal, count=len(changed)))
    for table, row in changed[:20]:
        say(f"  {table} {row}")
