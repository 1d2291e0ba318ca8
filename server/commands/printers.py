"""`parvis devices probe`: what a printer really answers, asked on the machine that drives it."""

from typing import Annotated

import typer

from hardware.status import PrinterState
from hardware.transports.interface import ConnectionLost, PrinterAddress, PrinterUnreachable, SendDeadline
from hardware.transports.serial_line.serial_address import SerialAddress
from hardware.verdict import PrinterTraits, probe, read_state
from server.commands.say import opened, say, sentence
from server.domain.hall.configuration import Kiosk
from server.domain.refusals import Refusal
from server.printing.printer_addresses import CABLES, address_of
from server.settings import Settings
from server.store.configuration.halls import all_halls
from server.store.transactions.database import Database


def probe_printer(
    kiosk: Annotated[str, typer.Argument(help="Id of the printer's kiosk in the hall's document.")],
) -> None:
    """Ask a kiosk's printer how it is and what it can do. One that is ready may print a few characters."""
    settings = Settings()
    database = opened(settings)
    try:
        printer = _kiosk(database, kiosk).printer
    finally:
        database.close()
    if printer is None or printer.is_pulled:
        raise Refusal("no_printer")
    address = address_of(printer, settings.var / CABLES / kiosk)
    state = read_state(address, traits=PrinterTraits(tells_outlet=printer.dialect == "custom"))
    say(sentence("command.device.probe.state", kiosk=kiosk, state=state.value))
    if isinstance(address, SerialAddress) and state is not PrinterState.UNREACHABLE:
        say(sentence("command.device.probe.speed", speed=address.likely_speed))
    if state.may_print:
        _say_abilities(address)


def _say_abilities(address: PrinterAddress) -> None:
    try:
        found = probe(address)
    except (PrinterUnreachable, ConnectionLost, SendDeadline) as failure:
        say(sentence("command.device.probe.lost", why=failure.code))
        return
    name = " ".join(each for each in (found.maker, found.model) if each)
    say(sentence("command.device.probe.named", name=name or "–"))
    say(sentence(f"command.device.probe.{'confirms' if found.has_process_id else 'processes'}"))


def _kiosk(database: Database, kiosk: str) -> Kiosk:
    """The kiosk of an id, in whichever hall. Refusal: unknown_kiosk."""
    with database.read() as rows:
        halls = [each.id for each in all_halls(rows) if each.is_configured]
    for hall in halls:
        found = database.configuration(hall).kiosks.get(kiosk)
        if found is not None:
            return found
    raise Refusal("unknown_kiosk", name=kiosk)
