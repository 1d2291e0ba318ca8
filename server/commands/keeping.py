"""`parvis purge`, `verify-journal`, `backup` and `restore`: keep what must be kept, and no more."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from server.clock import Clock
from server.commands.say import anchors_of, open_database, say, sentence, write
from server.domain.alarms.alarms import AlarmChoice
from server.domain.instants import to_text
from server.jobs import alone, local_socket
from server.settings import Settings
from server.store.journal.verify import JournalFault, verify_journal
from server.store.operation.private_files import back_up_key, bring_key, check_key_copy
from server.usecases.alarms.alarm_recipients import read_recipients
from server.usecases.journal.maintenance import RestoredHall, backup, purge, restore
from server.usecases.media.uploads import bring_media, copy_media, media_folder, media_folder_of


def purge_command() -> None:
    """Erase personal values, tickets' tokens, answers and sessions whose time is over."""
    counts = write(purge)
    say(", ".join(f"{table}: {count}" for table, count in counts.items()))


def verify_journal_command(
    hall: Annotated[
        str | None, typer.Option(help="Slug of a hall; the installation and all halls by default.")
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Also compare rows, documents and personal values with the facts.")
    ] = False,
) -> None:
    """Verify the journals against their hashes, heads and anchors; exit status 1 when something is wrong."""
    settings = Settings()
    with closing(open_database(settings)) as database:
        verified = verify_journal(database, anchors_of(settings), hall=hall, full=full)
    wrong = {fault.journal for fault in verified.faults}
    for journal, count in verified.facts.items():
        if journal not in wrong:
            say(sentence("command.journal.right", journal=journal, count=count))
    for fault in verified.faults:
        say(_describe_fault(fault), style="red")
    if verified.faults:
        raise typer.Exit(1)


def _describe_fault(fault: JournalFault) -> str:
    why = sentence(f"journal.wrong.{fault.wrong}", position=fault.position)
    named = f" ({fault.fact})" if fault.fact else ""
    detail = f" [{fault.detail}]" if fault.detail else ""
    return sentence("command.journal.wrong", journal=fault.journal, why=f"{why}{named}{detail}")


def backup_command(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="File to write; it must not exist.")],
) -> None:
    """Write a backup to a new file and anchor every journal; the server may run.

    Media go into the folder FILE.media beside it, the key of tickets into FILE.key, unless PARVIS_SECRET_KEY
    is set.
    """
    settings = Settings()
    with closing(open_database(settings)) as database:
        check_key_copy(settings, file)
        anchored = backup(database, anchors_of(settings), file)
        key = back_up_key(settings, file)
        copied = copy_media(database, media_folder(settings.var), file)
    say(sentence("command.backup.written", file=file, size=float(file.stat().st_size), count=len(anchored)))
    if copied:
        say(sentence("command.backup.media", place=media_folder_of(file), count=copied))
    if key is not None:
        say(sentence("command.backup.key", place=key))


def restore_command(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A file that `parvis backup` wrote.")
    ],
) -> None:
    """Replace the database by a backup; no server may run.

    Halls begin a new epoch and fresh number series. The key comes back from FILE.key, missing
    media from FILE.media.
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
        has_key = bring_key(settings, file, Clock().now())
        with closing(open_database(settings)) as database:
            brought = bring_media(database, media_folder(settings.var), file)
    for hall in restored.halls:
        say(_restored(hall))
    if restored.lost_of_installation > 0:
        say(sentence("command.restore.installation", count=restored.lost_of_installation), style="yellow")
    if restored.kept is not None:
        say(sentence("command.restore.kept", name=restored.kept))
    if brought.files:
        say(sentence("command.restore.media", count=brought.files))
    if brought.missing:
        say(sentence("command.restore.media_missing", count=brought.missing), style="yellow")
    if not has_key:
        say(sentence("command.restore.key_missing"), style="yellow")
    say(sentence("command.restore.sign_in"))


def _restored(hall: RestoredHall) -> str:
    values = {"hall": hall.hall, "offset": hall.number_offset, "epoch": hall.epoch}
    if hall.lost > 0:
        return sentence("command.restore.lost", count=hall.lost, **values)
    return sentence("command.restore.hall", **values)


alarms = typer.Typer(no_args_is_help=True, help="List who is told of alarms, send them again.")

DAY = ["%Y-%m-%d"]


@alarms.command("recipients")
def list_recipients() -> None:
    """List the recipients of alarms: id, channel, site, address, choice, and state of their deliveries."""
    with closing(open_database(Settings())) as database:
        found = read_recipients(database, lambda _: True)
    for each in found:
        stands = sentence("command.alarms.stands", waiting=each["underway"], given_up=each["given_up"])
        failing = "" if each["failure"] is None else f", {each['failure']}"
        what = f"{each['channel']:8} {each['site']:16} {each['address']}"
        say(f"{each['recipient']}  {what}  {_chosen(each['choice'])}  {stands}{failing}")


def _chosen(choice: AlarmChoice) -> str:
    listed = choice.listed_kinds()
    kinds = sentence("command.alarms.every_kind") if listed is None else ",".join(listed)
    key = "command.alarms.choice" if choice.hall is None else "command.alarms.choice.hall"
    return sentence(key, kinds=kinds, hall=choice.hall, language=choice.language)


@alarms.command("replay")
def replay(
    recipient: Annotated[str, typer.Argument(help="Id of the recipient, as `recipients` lists it.")],
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=DAY, help="From that day on (UTC), at most thirty days ago; yesterday by default."
        ),
    ] = None,
) -> None:
    """Send again, in their order and with their ids, the deliveries that went to a recipient."""
    from_day = since or datetime.now(UTC) - timedelta(days=1)
    count = write(
        local_socket.send_alarms_again,
        recipient=recipient,
        since=to_text(from_day.replace(tzinfo=UTC)),
    )
    say(sentence("command.alarms.again", recipient=recipient, count=count))
