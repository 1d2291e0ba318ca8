"""`parvis devices`: the kiosks and screens of the halls, each bound to its place by a token."""

import socket
from collections.abc import Iterator
from typing import Annotated

import typer

from server.commands.say import day_and_time, open_database, say, sentence
from server.domain.people.roles import DEVICE_KINDS
from server.jobs import writers
from server.jobs.local_socket import write
from server.settings import Settings
from server.store.configuration.halls import all_halls
from server.store.devices.paired_devices import PairedDevice, paired_devices
from server.store.transactions.database import Database
from server.usecases.devices.devices import places_of

devices = typer.Typer(no_args_is_help=True, help="Pair kiosks and screens, list, renew or revoke them.")

EVERY_ADDRESS = ("0.0.0.0", "::", "")
BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Address the device reaches the server at; PARVIS_PUBLIC_URL, or this machine's by default.",
    ),
]


@devices.command("list")
def list_devices(
    hall: Annotated[str | None, typer.Option(help="Slug of a hall; every hall by default.")] = None,
) -> None:
    """List the devices: id, kind, hall, place in the configuration, since when, and whether revoked.

    Then the kiosks and screens no device is paired with.
    """
    database = open_database(Settings())
    try:
        hall_id = None if hall is None else database.hall_id(hall)
        with database.read() as rows:
            found = paired_devices(rows, hall_id)
        vacant = list(_vacant(database, hall, {row.configured for row in found if row.revoked_at is None}))
    finally:
        database.close()
    for row in found:
        _say_device(row)
    unpaired = sentence("command.device.vacant")
    for kind, slug, place, label in vacant:
        say(f"{unpaired:36}  {kind:7} {slug:16} {place:24} {label}")


def _say_device(row: PairedDevice) -> None:
    revoked_at = row.revoked_at
    revoked = "" if revoked_at is None else sentence("command.device.revoked_at", at=day_and_time(revoked_at))
    place = f"{row.kind:7} {row.slug:16} {row.configured:24}"
    say(f"{row.id}  {place} {day_and_time(row.created_at)}  {revoked}".rstrip())


def _vacant(database: Database, hall: str | None, taken: set[str]) -> Iterator[tuple[str, str, str, str]]:
    with database.read() as rows:
        configured = [each.slug for each in all_halls(rows) if each.is_configured]
    for slug in configured:
        if hall is not None and database.hall_id(hall) != database.hall_id(slug):
            continue
        for kind in DEVICE_KINDS:
            for place, label in places_of(database.configuration(slug), kind).items():
                if place not in taken:
                    yield kind, slug, place, label


@devices.command("pair")
def pair(
    hall: Annotated[str, typer.Argument(help="Slug of the hall.")],
    kind: Annotated[str, typer.Argument(help=f"What it is: {' or '.join(DEVICE_KINDS)}.")],
    name: Annotated[str, typer.Argument(help="Its id or its label in the hall's document.")],
    base_url: BaseUrl = None,
) -> None:
    """Pair a kiosk or screen: prints the address to open on it, once."""
    settings = Settings()
    paired = write(
        settings.var, lambda: open_database(settings), writers.pair_device, hall=hall, kind=kind, name=name
    )
    _say_address(settings, base_url, paired, "paired")


@devices.command("renew")
def renew(
    device: Annotated[str, typer.Argument(help="Id of the device, or of its place in the document.")],
    base_url: BaseUrl = None,
) -> None:
    """Give a device a new token: prints its new address, once; the old token is void at once."""
    settings = Settings()
    paired = write(settings.var, lambda: open_database(settings), writers.renew_device, device=device)
    _say_address(settings, base_url, paired, "renewed")


def _say_address(settings: Settings, base_url: str | None, paired: writers.DeviceToken, verb: str) -> None:
    base = (base_url or settings.public_url or _own_address(settings)).rstrip("/")
    say(sentence(f"command.device.{verb}", place=paired["configured"], id=paired["id"]))
    say(f"{base}/{paired['kind']}#t={paired['token']}")


def _own_address(settings: Settings) -> str:
    """This machine's address; by its name where the server listens on every address."""
    if settings.host in EVERY_ADDRESS:
        return f"{settings.scheme}://{socket.gethostname()}:{settings.port}"
    return settings.base_url


@devices.command("revoke")
def revoke(
    device: Annotated[str, typer.Argument(help="Id of the device, or of its place in the document.")],
) -> None:
    """Revoke a device: its token is void from now on."""
    settings = Settings()
    write(settings.var, lambda: open_database(settings), writers.revoke_device, device=device)
    say(sentence("command.device.revoked", device=device))
