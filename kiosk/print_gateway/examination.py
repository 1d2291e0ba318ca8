"""What `parvis-print-gateway doctor` finds: the printer, the server, the clock."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from hardware.transports import PrinterUnreachable
from hardware.transports.serial_line import serial_lines
from hardware.transports.usb import plugged_printers
from kiosk.print_gateway.gateway import sentence_of_status
from kiosk.print_gateway.hall_server import HallServer, ServerRefused, ServerSilent
from kiosk.print_gateway.local_printer import LocalPrinter, address_in
from kiosk.print_gateway.settings import GatewaySettings

CONNECT_WITHIN_S = 5.0
CLOCK_OFF_S = 300.0


@dataclass(frozen=True, slots=True)
class GatewayFinding:
    """One thing that is right, to be known, or wrong: the key of a sentence and its values."""

    state: Literal["right", "off", "wrong"]
    key: str
    values: dict[str, object]


def examine(settings: GatewaySettings) -> Iterator[GatewayFinding]:
    """Everything that can be found out without printing."""
    yield _printer_found(settings)
    yield from _server_found(settings)


def printers_there() -> list[tuple[str, str]]:
    """What can be named in the settings: the option, and its value."""
    on_usb = [("--usb", str(each.name)) for each in plugged_printers()]
    return [*on_usb, *(("--line", str(line)) for line in serial_lines())]


def _printer_found(settings: GatewaySettings) -> GatewayFinding:
    address = address_in(settings)
    try:
        address.connect(within_s=CONNECT_WITHIN_S).close()
    except PrinterUnreachable as failure:
        key = "no_permission" if _is_forbidden(failure) else "printer.unreachable_because"
        return GatewayFinding("wrong", f"print_gateway.{key}", {"why": str(failure)})
    state = LocalPrinter(address).state()
    return GatewayFinding("right" if state.may_print else "off", f"print_gateway.printer.{state.value}", {})


def _is_forbidden(failure: PrinterUnreachable) -> bool:
    return isinstance(failure.__cause__, PermissionError)


def _server_found(settings: GatewaySettings) -> Iterator[GatewayFinding]:
    server = HallServer(settings)
    try:
        server_s = server.check()
    except ServerSilent as silent:
        yield GatewayFinding("wrong", "print_gateway.server.silent", {"why": str(silent)})
        return
    except ServerRefused as refused:
        yield GatewayFinding("wrong", sentence_of_status(refused.status), {"status": refused.status})
        return
    finally:
        server.close()
    yield GatewayFinding("right", "print_gateway.server.known", {"address": settings.address})
    off_s = 0.0 if server_s is None else time.time() - server_s
    if abs(off_s) > CLOCK_OFF_S:
        yield GatewayFinding("off", "print_gateway.clock", {"minutes": round(abs(off_s) / 60)})
