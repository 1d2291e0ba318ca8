"""Give a printer that fetches its jobs its secret, and know a printer by it."""

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import PrinterKind
from server.domain.printing.handovers import kept_form
from server.domain.refusals import Refusal
from server.ids import new_token, token_digest
from server.store.printing.printers import PulledPrinter, keep_secret, pulled_printer_of
from server.store.transactions.database import Database
from server.usecases.find_configured import find_kiosk


@dataclass(frozen=True, slots=True)
class PrinterSecret:
    """What is typed into the set-up page of a printer. The secret is shown once.

    `path`: of the address on this server; `user`: the id of the kiosk.
    """

    kind: PrinterKind
    path: str
    user: str
    secret: str


def renew_printer_secret(database: Database, hall: str, author: Author, kiosk: str) -> PrinterSecret:
    """Gives the printer of a kiosk a new secret, shown once; the former one is void at once.

    Refusals: unknown_hall, unknown_kiosk, printer_not_pulled.
    """
    secret = new_token()
    with database.transaction(database.hall_id(hall), author) as transaction:
        printer = find_kiosk(transaction.configuration, kiosk).printer
        if printer is None or not printer.is_pulled:
            raise Refusal("printer_not_pulled")
        keep_secret(
            transaction,
            kiosk,
            hall=transaction.hall,
            kind=printer.kind,
            secret=kept_secret(printer.kind, kiosk, secret),
            renewed_at=transaction.now,
        )
        transaction.record(of_kind(FactKind.PRINTER_SECRET_RENEWED, printer=kiosk))
        path = address_path(printer.kind, transaction.configuration.hall, kiosk)
    return PrinterSecret(printer.kind, path, kiosk, secret)


def kept_secret(kind: PrinterKind, user: str, secret: str) -> str:
    """What is kept of a secret, as the protocol of the kind needs it to check a proof."""
    return kept_form(user, secret) if kind == "epson_direct" else token_digest(secret)


def address_path(kind: PrinterKind, hall: str, kiosk: str) -> str:
    """The path that a printer of a kind asks for its jobs; `hall`: its slug."""
    return f"/impression/{kind.partition('_')[0]}/{hall}/{kiosk}"


def printer_of_secret(
    database: Database, kind: PrinterKind, hall: str, user: str, *, is_proven: Callable[[str], bool]
) -> PulledPrinter | None:
    """The printer of a hall (slug) that proves who it is; None: it does not, or is of another hall or kind.

    `is_proven(kept)`: whether the request proves that it knows the secret of which this is kept.
    """
    with database.read() as rows:
        found = pulled_printer_of(rows, user)
    if found is None or found.kind != kind or not is_proven(found.secret):
        return None
    try:
        configuration = database.configuration(hall)
        is_here = database.hall_id(hall) == found.hall
    except Refusal:
        return None
    return found if is_here and _fetches(configuration, user, kind) else None


def _fetches(configuration: HallConfiguration, kiosk: str, kind: PrinterKind) -> bool:
    """Whether the hall's document has this printer and this kind now."""
    found = configuration.kiosks.get(kiosk)
    if found is None or found.is_retired or found.printer is None:
        return False
    return found.printer.kind == kind
