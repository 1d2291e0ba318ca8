"""Shapes of printers and print jobs."""

from typing import Literal

from hardware.verdict import Verdict
from server.domain.hall.printer_kinds import PrinterKind
from server.domain.printing.print_jobs import PrintJobState
from server.web.api.responses.exact import LEFT_OUT, Count, ExactShape, Revision


class PrintState(ExactShape):
    """A print job's state, and its verdict; null before it was tried."""

    job: str
    state: PrintJobState
    verdict: Verdict | None
    other_printer: str = LEFT_OUT
    """The label of the kiosk whose printer got the job after the first one refused it; left out otherwise."""


class PrintVerdict(PrintState):
    """A print job with the visit whose paper it is, null for a trial, and the reason of a failure."""

    visit: str | None
    why: str | None


class PrintsAnswer(ExactShape):
    """The last print job of each visit that has one."""

    prints: list[PrintVerdict]


class PrinterPlacedAnswer(ExactShape):
    """The revision of the hall's document that says where the printer is."""

    revision: Revision


class PluggedPrinterAnswer(ExactShape):
    """A printer on USB: its name in documents, what it says of itself ("": nothing), and its USB port.

    `kind`: whether the kernel's driver offers it as a file, or nothing of the kernel has it.
    """

    kind: Literal["usb_file", "usb_bus"]
    usb: str
    maker: str
    model: str
    port: str


class PluggedPrintersAnswer(ExactShape):
    """The printers on USB that are plugged into the server's machine, and its serial lines, used or not."""

    printers: list[PluggedPrinterAnswer]
    lines: list[str]


class RollChangedAnswer(ExactShape):
    """A printer that got another roll, and how many papers the one before gave."""

    printer: str
    papers: Count


class PrinterSecretAnswer(ExactShape):
    """What is typed into the set-up page of a printer that fetches its jobs. The secret is shown once."""

    kind: PrinterKind
    path: str
    """Of the address that the printer asks, on this server."""
    user: str
    """The id of its kiosk."""
    secret: str
