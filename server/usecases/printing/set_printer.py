"""Change where the printer of a kiosk is: this edits the hall's document and publishes it at once."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from server.domain.author import Author
from server.domain.hall.devices import Kiosk, PrinterConnection, PrinterProfile
from server.domain.hall.printer_kinds import PrinterKind
from server.store.transactions.database import Database
from server.usecases.configuration.edit_hall_document import edit_hall_document
from server.usecases.find_configured import find_kiosk


@dataclass(frozen=True, slots=True)
class PrinterRequest:
    """A printer: the width of its paper in mm, and its name or address and TCP port, its name on USB, or its
    serial line with its speed in bits a second (None: found by asking).

    Without them it is a simulated one of that kind; one that fetches its jobs has none of them.
    """

    host: str | None
    port: int
    paper_mm: Literal[80, 58]
    kind: PrinterKind = "tcp"
    usb: str | None = None
    line: str | None = None
    speed: int | None = None


@dataclass(frozen=True, slots=True)
class SharedPrinter:
    """The printer of another kiosk of the hall (`at`), which prints for this one too."""

    at: str


def set_printer(
    database: Database,
    hall: str,
    author: Author,
    kiosk: str,
    request: PrinterRequest | SharedPrinter | None,
) -> int:
    """Gives a kiosk this printer, that of another kiosk, or none on purpose (None): it then shows the number
    only. The revision; without a change nothing is published.

    Refusals: unknown_kiosk, stale_revision, and those of a document.
    """
    configuration = database.configuration(hall)
    configured = find_kiosk(configuration, kiosk)
    if _is_same(configured, request):
        return configuration.revision
    own = request if isinstance(request, PrinterRequest) else None
    described = {
        "printer": None if own is None else asdict(own) | _kept(configured.printer, own),
        "prints_at": request.at if isinstance(request, SharedPrinter) else None,
        "number_only": request is None,
    }

    def change(content: dict[str, Any]) -> None:
        next(each for each in content["kiosks"] if each["id"] == kiosk).update(described)

    return edit_hall_document(database, hall, author, change).revision


def _kept(printer: PrinterConnection | None, request: PrinterRequest) -> dict[str, str | None]:
    """What the request says nothing of: as before where there was a printer."""
    dialect = "epson" if printer is None else printer.dialect
    backup = None if printer is None else printer.backup
    return {"profile": _profile(printer, request), "dialect": dialect, "backup": backup}


def _profile(printer: PrinterConnection | None, request: PrinterRequest) -> PrinterProfile:
    """The profile of the printer: as before on paper of the same width, else one that prints pictures."""
    if printer is not None and printer.paper_mm == request.paper_mm:
        return printer.profile
    return "raster-80" if request.paper_mm == 80 else "raster-58"


def _is_same(kiosk: Kiosk, request: PrinterRequest | SharedPrinter | None) -> bool:
    if kiosk.printer is None or not isinstance(request, PrinterRequest):
        is_shared = isinstance(request, SharedPrinter) and kiosk.prints_at == request.at
        return kiosk.printer is None and (is_shared or (request is None and kiosk.is_number_only))
    present = PrinterRequest(**{each.name: getattr(kiosk.printer, each.name) for each in fields(request)})
    return present == request
