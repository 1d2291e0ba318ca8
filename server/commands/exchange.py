"""What goes in and out as files: configurations, appointments, visits and evidence packs."""

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from server.apart import close_all
from server.app import CATALOGUES
from server.commands.say import console, document_words, errors, language, open_database, say, sentence, write
from server.domain.refusals import Refusal
from server.jobs import local_socket
from server.language import Catalogues
from server.settings import ASSETS, Settings
from server.store.configuration.documents import newest
from server.store.configuration.halls import HALL, INSTALLATION, all_halls
from server.store.engine.stores import snapshot
from server.store.journal.rebuild import differences
from server.store.transactions.database import Database
from server.usecases.quality.counts import ALWAYS, recompute_rollups
from server.usecases.quality.visits import export_visits
from server.usecases.reports.reports import report_of_period
from server.usecases.visitor_sentences import export_sentences, keep_sentences, read_sentences
from server.web.pages.reports.pack import pack_steps
from server.web.pages.reports.papers import sheet_page
from server.web.pages.reports.wording import ReportWording
from server.web.rendering.pdf import Papers
from server.web.rendering.viewer import Sentence

SIGNS = {"added": "+", "removed": "-", "changed": "~", "moved": "↕"}
LONGEST_VALUE = 70


def import_configuration(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="JSON document of a hall or the installation.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and show what would change; publish nothing.")
    ] = False,
) -> None:
    """Publish a configuration document.

    Every problem is printed with its place, and nothing is published then.
    """
    try:
        content = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("not_utf8", file=str(file)) from error
    published = write(
        local_socket.import_document,
        content=content,
        dry_run=dry_run,
    )
    _tell(published)


def _tell(published: local_socket.ImportedDocument) -> None:
    for path, kind, before, after in published["changes"]:
        change = " → ".join(_short(value) for value in (before, after) if value is not None)
        say(f"{SIGNS[kind]} {path}: {change}")
    translate = document_words()
    for path, key, values in published["warnings"]:
        say(f"! {path or '.'}: {translate(key, language(), **values)}", style="yellow")
    key = "command.document.published" if published["is_published"] else "command.document.would"
    described = {"scope": published["scope"], "revision": published["revision"]}
    say(sentence(key, count=len(published["changes"]), **described))


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def export_configuration(
    hall: Annotated[
        str | None, typer.Option(help="Slug of a hall; the installation's document by default.")
    ] = None,
) -> None:
    """Print the published document, ready to be changed and imported."""
    with closing(open_database(Settings())) as database, database.read() as rows:
        if hall is None:
            found = newest(rows, INSTALLATION, INSTALLATION)
        else:
            found = newest(rows, HALL, database.hall_id(hall))
    if found is None:
        raise Refusal("not_configured", hall=hall or INSTALLATION)
    console.out(found.content, end="", highlight=False)


def export_translations(
    code: Annotated[str, typer.Argument(metavar="LANGUAGE", help="Code of a language of visitors: ar, tr…")],
    file: Annotated[Path, typer.Argument(dir_okay=False, help="PO file to write; it must not exist.")],
) -> None:
    """Write every sentence that visitors read, in one PO file for a translator."""
    content = export_sentences(CATALOGUES, code, Settings().translations)
    try:
        with file.open("xb") as out:
            out.write(content)
    except FileExistsError as error:
        raise Refusal("file_exists", file=str(file)) from error


def import_translations(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="PO file from a translator.")],
) -> None:
    """Keep the sentences of a translator's file as the site's own, shown from the server's next start.

    Exit status 1 with a line for each sentence that cannot be shown; nothing is kept then.
    """
    read = read_sentences(CATALOGUES, file.read_bytes())
    for fault in read.faults:
        errors.print(
            f"{fault.key}: {sentence(f'terminal.translations.{fault.code}', **fault.values)}", markup=False
        )
    if read.faults:
        raise typer.Exit(1)
    keep_sentences(read, Settings().translations)
    say(sentence("terminal.translations.kept", count=len(read.catalogue), language=read.language))


def import_appointments_command(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV or iCalendar (.ics) file in UTF-8.")
    ],
    hall: Annotated[str, typer.Option(help="Slug of the hall they are for.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and tell what would change; write nothing.")
    ] = False,
) -> None:
    """Book, move and cancel the appointments of a file; a refused line does not affect the others.

    Exit status 1 where one was refused.
    """
    try:
        content = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("not_utf8", file=str(file)) from error
    is_calendar = file.suffix.lower() == ".ics"
    done = write(
        local_socket.import_appointment_file,
        hall=hall,
        content=content,
        form="ics" if is_calendar else "csv",
        dry_run=dry_run,
    )
    for line in done["refused"]:
        at = sentence(f"command.appointments.{'event' if is_calendar else 'line'}", number=line["line"])
        why = sentence(f"refusal.{line['code']}")
        say(f"! {at} {line['external_id']}: {line['code']}. {why}", style="yellow")
    counts = {
        "booked": done["booked"],
        "moved": done["moved"],
        "cancelled": done["cancelled"],
        "unchanged": done["unchanged"],
    }
    key = "command.appointments.would" if dry_run else "command.appointments.done"
    say(sentence(key, hall=hall, refused=len(done["refused"]), **counts))
    if done["refused"]:
        raise typer.Exit(1)


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
    with closing(open_database(Settings())) as database:
        with database.read() as rows:
            halls = hall or [each.slug for each in all_halls(rows) if each.is_configured]
        counts = export_visits(database, halls, days=days, folder=out)
    for name, count in counts.items():
        say(sentence("command.rows", file=out / name, count=count))


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
    with closing(open_database(Settings())) as database:
        with database.read() as rows:
            halls = hall or [each.slug for each in all_halls(rows) if each.is_configured]
        wrong = sum(_recompute(database, each, (first, end), with_facts=facts) for each in halls)
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
