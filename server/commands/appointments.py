"""`parvis import-appointments`: appointments from a file, with each line that was not taken."""

from pathlib import Path
from typing import Annotated

import typer

from server.commands.say import open_database, say, sentence
from server.domain.refusals import Refusal
from server.jobs import writers
from server.jobs.local_socket import write
from server.settings import Settings


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
    settings = Settings()
    try:
        content = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal("not_utf8", file=str(file)) from error
    is_calendar = file.suffix.lower() == ".ics"
    done = write(
        settings.var,
        lambda: open_database(settings),
        writers.import_appointment_file,
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
