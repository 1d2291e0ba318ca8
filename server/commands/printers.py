"""`parvis devices probe`: what a printer really answers, asked on the machine that drives it.

And what `parvis doctor` says of printers.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from hardware.status import Abilities, PrinterState
from hardware.transports.interface import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline
from hardware.transports.serial_line.serial_address import SerialAddress
from hardware.verdict import PrinterTraits, probe, read_state
from server.clock import Clock
from server.commands.examination import Finding
from server.commands.fetching_printers import fetching_found, untried_found
from server.commands.say import day_and_time, open_database, say, sentence
from server.domain.hall.devices import Kiosk, PrinterConnection
from server.domain.hall.printer_kinds import PLUGGED_KINDS
from server.domain.refusals import Refusal
from server.jobs import writers
from server.jobs.local_socket import write
from server.printing.printer_addresses import CABLES, address_of
from server.settings import Settings
from server.store.configuration.halls import all_halls
from server.store.printing.printers import PrinterProbe, every_probe, every_pulled_printer
from server.store.transactions.database import Database
from server.store.transactions.open_installed import open_installed
from server.usecases.printing.printers import known_here

CONNECT_WITHIN_S = 2.0


def probe_printer(
    kiosk: Annotated[str, typer.Argument(help="Id of the printer's kiosk in the hall's document.")],
) -> None:
    """Ask a kiosk's printer how it is and what it can do, on the machine that drives it.

    One that is ready may print a few characters.
    """
    settings = Settings()
    database = open_database(settings)
    try:
        printer = _kiosk(database, kiosk).printer
    finally:
        database.close()
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
        settings.var,
        lambda: open_database(settings),
        writers.keep_probe,
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
    kiosks = [kiosk for kiosk in of_all if kiosk.printer is not None and not kiosk.is_retired]
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
