"""`parvis purge`, `verify-journal`, `backup` and `restore`: keep what must be kept, and no more."""

from pathlib import Path
from typing import Annotated

import typer

from server.clock import Clock
from server.commands.say import anchors_of, opened, say
from server.jobs.local_socket import write
from server.jobs.server_lock import alone
from server.settings import Settings
from server.store.verifying import Fault, verify_journal
from server.usecases.copy_media import beside, bring_media, copy_media
from server.usecases.prepare_media import media_folder
from server.usecases.restore import RestoredHall, backup, restore

WORDS = {
    "altered": "was altered",
    "removed": "was removed",
    "inserted": "was inserted",
    "tail_cut": "and those after it were cut off: an anchor knows more",
    "head": "is not what the head says",
    "version": "has another version",
    "anchor": "or one of the next is not the one that was anchored",
    "hall_missing": "is missing as a whole",
    "rows": "has a row that does not follow from its facts",
    "document": "published another document than the one that is kept",
    "erasable": "was recorded with another personal value than the one that is kept",
}


def purge_command() -> None:
    """Erase personal values, tickets' tokens, answers and sessions whose time is over."""
    settings = Settings()
    counts = write(settings.var, lambda: opened(settings), "purge")
    say(", ".join(f"{table}: {count}" for table, count in counts.items()))


def verify_journal_command(
    hall: Annotated[
        str | None, typer.Option(help="Slug of a hall; the installation and all halls unless told.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Also compare rows, documents and personal values with the facts.")
    ] = False,
) -> None:
    """Verify the journals against their hashes, heads and anchors; exit status 1 when something is wrong."""
    settings = Settings()
    database = opened(settings)
    try:
        verified = verify_journal(database, anchors_of(settings), hall=hall, full=full)
    finally:
        database.close()
    wrong = {fault.journal for fault in verified.faults}
    for journal, count in verified.facts.items():
        if journal not in wrong:
            say(f"{journal}: {count} facts, right")
    for fault in verified.faults:
        say(_sentence(fault), style="red")
    if verified.faults:
        raise typer.Exit(1)


def _sentence(fault: Fault) -> str:
    place = "" if fault.position is None else f" fact {fault.position}"
    named = f" ({fault.fact})" if fault.fact else ""
    detail = f" [{fault.detail}]" if fault.detail else ""
    return f"{fault.journal}:{place}{named} {WORDS[fault.wrong]}{detail}"


def backup_command(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="File to write; it must not exist.")],
) -> None:
    """Write a backup of the whole database to a new file, media beside it; the server may run meanwhile."""
    settings = Settings()
    database = opened(settings)
    try:
        anchored = backup(database, anchors_of(settings), file)
        copied = copy_media(database, media_folder(settings.var), file)
    finally:
        database.close()
    say(f"{file}: {file.stat().st_size:,} bytes; {len(anchored)} journals anchored.")
    if copied:
        say(f"{beside(file)}: {copied} files of media; keep it beside the backup.")


def restore_command(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A file that `parvis backup` wrote.")
    ],
) -> None:
    """Replace the database by a backup; no server may run.

    Halls begin a new epoch and fresh number series.
    """
    settings = Settings()
    with alone(settings.var):
        restored = restore(
            settings.database_address,
            Clock(),
            anchors_of(settings),
            file,
            has_real_hours=settings.demo_hours == "real",
        )
        database = opened(settings)
        try:
            brought = bring_media(database, media_folder(settings.var), file)
        finally:
            database.close()
    for hall in restored.halls:
        say(_restored(hall))
    if restored.lost_of_installation > 0:
        say(
            f"installation: {restored.lost_of_installation} facts are lost;"
            " check accounts, devices and keys.",
            style="yellow",
        )
    if restored.kept is not None:
        say(f"The replaced database is kept as {restored.kept}.")
    if brought.files:
        say(f"{brought.files} files of media are brought back.")
    if brought.missing:
        say(
            f"{brought.missing} files of media are missing: notices that show them show nothing;"
            " upload them again.",
            style="yellow",
        )
    say("Everybody signs in again.")


def _restored(hall: RestoredHall) -> str:
    lost = f"at least {hall.lost} facts are lost" if hall.lost > 0 else "nothing is known to be lost"
    return f"{hall.hall}: {lost}; today's numbers go on above {hall.number_offset}; epoch {hall.epoch}"
