"""Printers of kiosks: where each is, a trial with its verdict, and « bobine changée »."""

from typing import Literal, TypedDict

from hardware.json_types import Revision
from hardware.transports.serial_line import serial_lines
from hardware.transports.usb import PluggedPrinter, plugged_printers
from server.domain.hall.devices import PRINTER_FIELDS
from server.domain.people.roles import Permission
from server.usecases.printing.print_jobs import PrintState, PrintVerdict, print_trial, read_print
from server.usecases.printing.printers import (
    PrinterRequest,
    RollChangedAnswer,
    SharedPrinter,
    change_roll,
    set_printer,
)
from server.web.access.callers import require_caller
from server.web.access.requirements import requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.devices import KioskPath, PrinterBody, PrintJobPath
from server.web.api.shapes.requests import HallPath


class PrinterPlacedAnswer(TypedDict):
    """The revision of the hall's document that says where the printer is."""

    revision: Revision


class PluggedPrinterAnswer(TypedDict):
    """A printer on USB: its name in documents, what it says of itself ("": nothing), and its USB port.

    `kind`: whether the kernel's driver offers it as a file, or nothing of the kernel has it.
    """

    kind: Literal["usb_file", "usb_bus"]
    usb: str
    maker: str
    model: str
    port: str


class PluggedPrintersAnswer(TypedDict):
    """The printers on USB that are plugged into the server's machine, and its serial lines, used or not."""

    printers: list[PluggedPrinterAnswer]
    lines: list[str]


def blueprint(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("printers")

    @routes.put("/halls/<hall>/kiosks/<kiosk>/printer")
    @requires(Permission.CONFIGURE)
    def place(path: KioskPath, body: PrinterBody) -> PrinterPlacedAnswer:
        """Says where a kiosk's printer is, whose it uses, or that it has none: a revision of the document."""
        caller, hall = require_caller(Permission.CONFIGURE, path.hall)
        return {"revision": set_printer(api.database, hall, caller.author, path.kiosk, _request(body))}

    @routes.get("/halls/<hall>/printers/plugged")
    @requires(Permission.CONFIGURE)
    def plugged(path: HallPath) -> PluggedPrintersAnswer:
        """The printers on USB of the server's machine, each with its name, and its serial lines."""
        require_caller(Permission.CONFIGURE, path.hall)
        printers = [_described(each) for each in plugged_printers()]
        return {"printers": printers, "lines": [str(each) for each in serial_lines()]}

    @routes.post("/halls/<hall>/kiosks/<kiosk>/printer/trial")
    @requires(Permission.SUPERVISE)
    def trial(path: KioskPath) -> tuple[PrintState, Literal[202]]:
        """Prints a sheet that is no ticket; its verdict comes as that of any job."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        key = write_key(caller.author)
        return print_trial(api.database, hall, caller.author, path.kiosk, write_key=key), 202

    @routes.get("/halls/<hall>/print-jobs/<job>")
    @requires(Permission.SUPERVISE)
    def verdict(path: PrintJobPath) -> PrintVerdict:
        """What became of a print job."""
        _, hall = require_caller(Permission.SUPERVISE, path.hall)
        return read_print(api.database, hall, path.job)

    @routes.post("/halls/<hall>/kiosks/<kiosk>/printer/roll")
    @requires(Permission.REPRINT)
    def roll(path: KioskPath) -> RollChangedAnswer:
        """Another roll was put into a kiosk's printer."""
        caller, hall = require_caller(Permission.REPRINT, path.hall)
        key = write_key(caller.author)
        return change_roll(api.database, hall, caller.author, path.kiosk, write_key=key)

    return routes


def _request(body: PrinterBody) -> PrinterRequest | SharedPrinter | None:
    """The printer that is asked for; None: none, on purpose."""
    if body.prints_at is not None:
        return SharedPrinter(body.prints_at)
    place = PRINTER_FIELDS[body.kind].place
    has_none = place is not None and getattr(body, place) is None
    return None if has_none else PrinterRequest(**body.model_dump(exclude={"prints_at"}))


def _described(plugged: PluggedPrinter) -> PluggedPrinterAnswer:
    printer = plugged.printer
    return {
        "kind": plugged.kind,
        "usb": str(plugged.name),
        "maker": printer.maker,
        "model": printer.model,
        "port": printer.port,
    }
