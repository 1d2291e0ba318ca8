"""`parvis devices`: the kiosks and screens of the halls, each bound to its place by a token."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from hardware.status import Abilities, PrinterState
from hardware.transports import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline
from hardware.transports.serial_line import SerialAddress
from hardware.verdict import PrinterTraits, probe, read_state
from server.clock import Clock
from server.commands.examination import Finding
from server.commands.say import day_and_time, open_database, say, sentence, write
from server.domain.hall.devices import PLUGGED_KINDS, Kiosk, PrinterConnection
from server.domain.people.roles import DEVICE_KINDS
from server.domain.printing.handovers import is_silent, is_too_slow
from server.domain.refusals import Refusal
from server.jobs import local_socket
from server.printing import CABLES, address_of
from server.printing.pulled_printers import FOLDER, last_refused_secret
from server.settings import Settings
from server.store.configuration.halls import all_halls
from server.store.devices.paired_devices import PairedDevice, paired_devices
from server.store.devices.printers import PrinterProbe, PulledPrinter, every_probe, every_pulled_printer
from server.store.operation.migrating import open_installed
from server.store.transactions.database import Database
from server.usecases.devices.devices import places_of
from server.usecases.printing.printers import known_here

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
    with closing(open_database(Settings())) as database:
        halls = None if hall is None else [database.hall_id(hall)]
        with database.read() as rows:
            found = paired_devices(rows, halls)
        vacant = list(_vacant(database, hall, {row.configured for row in found if row.revoked_at is None}))
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
        local_socket.pair_device,
        hall=hall,
        kind=kind,
        name=name,
    )
    _say_address(settings, base_url, paired, "paired")


@devices.command("renew")
def renew(
    device: Annotated[str, typer.Argument(help="Id of the device, or of its place in the document.")],
    base_url: BaseUrl = None,
) -> None:
    """Give a device a new token: prints its new address, once; the old token is void at once."""
    settings = Settings()
    paired = write(local_socket.renew_device, device=device)
    _say_address(settings, base_url, paired, "renewed")


def _say_address(
    settings: Settings, base_url: str | None, paired: local_socket.DeviceToken, verb: str
) -> None:
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
    write(local_socket.revoke_device, device=device)
    say(sentence("command.device.revoked", device=device))


LATELY = timedelta(days=1)
UNTRIED = {
    "tcp": "ESC/POS (TCP)",
    "star_cloudprnt": "Star CloudPRNT",
    "epson_direct": "Epson Server Direct Print",
    "gateway": "ESC/POS (parvis-kiosk)",
}
"""Kinds of printers that were tried on simulated printers only; the lines of those on USB and serial lines
say it themselves.
"""


@dataclass(frozen=True, slots=True)
class FetchingPrinter:
    """A printer (the id of its kiosk) that fetches its jobs; `known`: None, it never had a secret.

    `is_of_agent`: a kiosk agent asks for it.
    """

    kiosk: str
    known: PulledPrinter | None
    is_of_agent: bool = False

    def finding(self, now: datetime) -> Finding:
        """When it asked last, and what is wrong with that."""
        known, values = self.known, {"kiosk": self.kiosk}
        kind = "gateway" if self.is_of_agent else "fetching"
        if known is None and not self.is_of_agent:
            return Finding("off", "doctor.fetching.no_secret", values)
        if known is None or known.polled_at is None:
            return Finding("off", f"doctor.{kind}.never", values)
        interval = "–" if known.interval_s is None else known.interval_s
        shown = {**values, "at": day_and_time(known.polled_at), "interval": interval}
        if is_silent(known.polled_at, known.interval_s, now):
            return Finding("off", f"doctor.{kind}.silent", shown)
        if is_too_slow(known.interval_s):
            return Finding("off", "doctor.fetching.slow", shown)
        return Finding("right", "doctor.fetching", shown)

    def refused(self, folder: Path, now: datetime) -> Finding | None:
        """A wrong secret of it that was refused within a day, since it has its present one."""
        at = last_refused_secret(folder, self.kiosk)
        if at is None or self.known is None or at < self.known.renewed_at or now - at > LATELY:
            return None
        return Finding("off", "doctor.fetching.refused", {"kiosk": self.kiosk, "at": day_and_time(at)})


def fetching_found(
    settings: Settings, kiosks: Sequence[Kiosk], known: Sequence[PulledPrinter], now: datetime
) -> list[Finding]:
    """What is to be said of printers that fetch their jobs, among the printers of all kiosks."""
    by_printer = {each.printer: each for each in known}
    fetching = [
        FetchingPrinter(kiosk.id, by_printer.get(kiosk.id), kiosk.printer.kind == "gateway")
        for kiosk in kiosks
        if kiosk.printer is not None and kiosk.printer.is_pulled
    ]
    folder = settings.var / FOLDER
    refused = [found for each in fetching if (found := each.refused(folder, now)) is not None]
    https = [] if settings.is_https or not fetching else [Finding("off", "doctor.fetching.no_https")]
    return [*(each.finding(now) for each in fetching), *refused, *https]


def untried_found(kiosks: Sequence[Kiosk]) -> list[Finding]:
    """The kinds in use that no real printer was tried with."""
    printers = [kiosk.printer for kiosk in kiosks if kiosk.printer is not None]
    used = {printer.kind for printer in printers if not printer.is_simulated}
    names = [name for kind, name in UNTRIED.items() if kind in used]
    return [Finding("off", "doctor.printers.untried", {"kinds": ", ".join(names)})] if names else []


CONNECT_WITHIN_S = 2.0


def probe_printer(
    kiosk: Annotated[str, typer.Argument(help="Id of the printer's kiosk in the hall's document.")],
) -> None:
    """Ask a kiosk's printer how it is and what it can do, on the machine that drives it.

    One that is ready may print a few characters.
    """
    settings = Settings()
    with closing(open_database(settings)) as database:
        printer = _kiosk(database, kiosk).printer
    if printer is None or printer.is_pulled:
        raise Refusal("no_printer")
    address = address_of(printer, settings.var / CABLES / kiosk)
    state = read_state(address, traits=PrinterTraits(tells_outlet=printer.dialect == "custom"))
    say(sentence("command.device.probe.state", kiosk=kiosk, state=state.value))
    speed: int | None = None
    if isinstance(address, SerialAddress) and state is not PrinterState.UNREACHABLE:
        speed = address.likely_speed
        say(sentence("command.device.probe.speed", speed=speed))
    found = _say_abilities(address) if state.may_print else None
    write(
        local_socket.keep_probe,
        kiosk=kiosk,
        place=printer.place,
        state=state.value,
        name="" if found is None else found.name,
        has_process_id=None if found is None else found.has_process_id,
        speed=speed,
    )


def printers_found(settings: Settings, clock: Clock) -> list[Finding]:
    """What is to be said of the printers of all halls. Nothing is sent to any.

    Of each on USB or a serial line: whether this machine can open it. Of each that fetches its jobs: when it
    asked last. Of each that is no simulated one: what it answered when it was probed, and whether somebody
    has read a sheet of it. None where the database cannot say: the look at it tells why.
    """
    try:
        database = open_installed(settings.database_address, clock)
    except Exception:  # noqa: BLE001 - the look at the database tells what is wrong with it
        return []
    try:
        with database.read() as rows:
            halls = [each.id for each in all_halls(rows) if each.is_configured]
            known = every_pulled_printer(rows)
            probes = {each.printer: each for each in every_probe(rows)}
        of_all = [kiosk for hall in halls for kiosk in database.configuration(hall).kiosks.values()]
    finally:
        database.close()
    kiosks = [kiosk for kiosk in of_all if kiosk.prints]
    plugged = [
        _found(kiosk.id, kiosk.printer)
        for kiosk in kiosks
        if kiosk.printer is not None
        and kiosk.printer.kind in PLUGGED_KINDS
        and not kiosk.printer.is_simulated
    ]
    proofs = [
        found
        for kiosk in kiosks
        if kiosk.printer is not None and not kiosk.printer.is_simulated
        for found in _proof(kiosk.id, kiosk.printer, probes.get(kiosk.id))
    ]
    fetching = fetching_found(settings, kiosks, known, clock.now())
    return [*plugged, *fetching, *proofs, *untried_found(kiosks)]


def _found(kiosk: str, printer: PrinterConnection) -> Finding:
    values = {"kiosk": kiosk, "kind": printer.kind}
    try:
        address_of(printer, Path()).connect(within_s=CONNECT_WITHIN_S).close()
    except PrinterUnreachable as failure:
        return Finding("off", "doctor.printer.away", {**values, "why": str(failure)})
    return Finding("right", "doctor.printer", values)


def _say_abilities(address: PrinterAddress) -> Abilities | None:
    try:
        found = probe(address)
    except (PrinterUnreachable, ConnectionLost, SendDeadline) as failure:
        say(sentence("command.device.probe.lost", why=failure.code))
        return None
    say(sentence("command.device.probe.named", name=found.name or "–"))
    say(sentence(f"command.device.probe.{'confirms' if found.has_process_id else 'processes'}"))
    return found


def _proof(kiosk: str, printer: PrinterConnection, probe: PrinterProbe | None) -> Iterator[Finding]:
    """When a printer was probed and what it answered, and whether somebody has read a sheet of it."""
    here, values = known_here(probe, printer), {"kiosk": kiosk}
    if here is not None and here.asked_at is not None:
        at, name = day_and_time(here.asked_at), here.name or "–"
        key = {True: "confirms", False: "processes", None: "stopped"}[here.has_process_id]
        yield Finding("right", f"doctor.probe.{key}", {**values, "at": at, "name": name, "state": here.state})
    elif not printer.is_pulled:
        yield Finding("off", "doctor.probe.never", values)
    if here is not None and here.read_at is not None:
        yield Finding("right", "doctor.paper.read", {**values, "at": day_and_time(here.read_at)})
    else:
        yield Finding("off", "doctor.paper.never", values)


def _kiosk(database: Database, kiosk: str) -> Kiosk:
    """The kiosk of an id, in whichever hall. Refusal: unknown_kiosk."""
    with database.read() as rows:
        halls = [each.id for each in all_halls(rows) if each.is_configured]
    for hall in halls:
        found = database.configuration(hall).kiosks.get(kiosk)
        if found is not None:
            return found
    raise Refusal("unknown_kiosk", name=kiosk)
