"""`parvis devices`: the paired kiosks and screens."""

from typing import Annotated

import typer

from server.commands.say import opened, say
from server.domain.instants import micros_to_text
from server.jobs.local_socket import write
from server.settings import Settings
from server.store.accounts import paired_devices

devices = typer.Typer(no_args_is_help=True, help="List paired kiosks and screens, or revoke one.")


@devices.command("list")
def list_devices(
    hall: Annotated[str | None, typer.Option(help="Slug of a hall; every hall unless told.")] = None,
) -> None:
    """List the devices: id, kind, hall, place in the configuration, since when, and whether revoked."""
    database = opened(Settings())
    try:
        wanted = None if hall is None else database.hall_id(hall)
        with database.read() as rows:
            found = paired_devices(rows, wanted)
    finally:
        database.close()
    for row in found:
        since = (micros_to_text(row["created_at"]) or "")[:19]
        revoked = (
            "" if row["revoked_at"] is None else f"revoked {(micros_to_text(row['revoked_at']) or '')[:19]}"
        )
        place = f"{row['kind']:7} {row['slug']:16} {row['configured']:24}"
        say(f"{row['id']}  {place} {since}  {revoked}".rstrip())


@devices.command("revoke")
def revoke(device: Annotated[str, typer.Argument(help="Id of the device.")]) -> None:
    """Revoke a device: its token is worth nothing from now on."""
    settings = Settings()
    write(settings.var, lambda: opened(settings), "revoke_device", device=device)
    say(f"{device}: revoked.")
