"""Printers as people set them up: where each is, its network, its roll, what a probe found."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, TypedDict

from hardware.json_types import Count
from server.documents.checks import printer_outside
from server.documents.configuring import networks_of
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_installation
from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.hall.configuration import HallConfiguration
from server.domain.hall.devices import Kiosk, PrinterConnection, PrinterKind, PrinterProfile
from server.domain.printing.handovers import kept_form
from server.domain.printing.printers import RollEnd
from server.domain.refusals import Refusal, existing
from server.ids import new_token, token_digest
from server.store.configuration.halls import INSTALLATION
from server.store.devices import printers
from server.store.devices.paired_devices import device_of_token
from server.store.devices.printers import PrinterProbe, PulledPrinter
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.configuration.check_configuration import installation_document
from server.usecases.configuration.configuration_document import configuration_document
from server.usecases.configuration.publication import Terms, edit_hall_document, publish_installation
from server.usecases.hall_view import find_kiosk


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


def declare_printer_network(database: Database, author: Author, network: str, *, of_host: str) -> None:
    """Declares the network in which a printer is. Nothing is published when it is declared already.

    Raises DocumentRefused, also when an address `of_host` is not in it; refusals: not_configured,
    stale_revision.
    """
    with database.read() as rows:
        content = installation_document(rows).model_dump(mode="json")
        revision = configuration_document(rows, INSTALLATION).revision
    listed = content.setdefault("printer_networks", [])
    document = parse_installation(json.dumps({**content, "printer_networks": [{"network": network}]}))
    [declared] = document.printer_networks
    if not networks_of(document, has_loopback=False).may_be_configured(of_host):
        raise DocumentRefused([printer_outside(of_host, declared.network)])
    if {"network": declared.network} not in listed:
        listed.append({"network": declared.network})
        publish_installation(database, author, json.dumps(content), Terms(base_revision=revision))


class RollChangedAnswer(TypedDict):
    """A printer that got another roll, and how many papers the one before gave."""

    printer: str
    papers: Count


def change_roll(
    database: Database, hall: str, author: Author, kiosk: str, *, write_key: WriteKey | None = None
) -> RollChangedAnswer:
    """Begins a whole roll in the printer of a kiosk; the answer has the papers that the former one gave.

    Refusals: unknown_kiosk, no_printer.
    """

    def change(transaction: HallTransaction) -> RollChangedAnswer:
        found = existing(transaction.configuration.kiosks.get(kiosk), "unknown_kiosk", name=kiosk)
        if found.printer is None:
            raise Refusal("no_printer")
        before = printers.roll_in(transaction, kiosk)
        end: RollEnd = "out" if before.is_out else "changed"
        printers.replace_roll(transaction, kiosk, end)
        transaction.record(of_kind(FactKind.ROLL_CHANGED, printer=kiosk, papers=before.papers))
        return {"printer": kiosk, "papers": before.papers}

    return database.write(hall, author, write_key, change)


@dataclass(frozen=True, slots=True)
class ProbeAnswers:
    """What a printer answered; the fields are those of `PrinterProbe`."""

    state: str
    name: str
    has_process_id: bool | None
    speed: int | None


def keep_probe(database: Database, kiosk: str, place: str, answers: ProbeAnswers) -> None:
    """Keeps the answers of the printer of a kiosk (id) at a place (`PrinterConnection.place`)."""
    found = PrinterProbe(
        printer=kiosk,
        place=place,
        asked_at=database.clock.now(),
        state=answers.state,
        name=answers.name[:200],
        has_process_id=answers.has_process_id,
        speed=answers.speed,
        read_place=None,
        read_at=None,
    )
    with database.store.write() as rows:
        printers.keep_answers(rows, found)


def note_paper_read(database: Database, hall: str, kiosk: str) -> None:
    """Keeps that somebody read the number on a sheet of a kiosk's printer: it prints on real paper.

    Refusals: unknown_kiosk, no_printer.
    """
    printer = existing(find_kiosk(database.configuration(hall), kiosk).printer, "no_printer")
    with database.store.write() as rows:
        printers.note_read(rows, kiosk, printer.place, database.clock.now())


def known_here(probe: PrinterProbe | None, printer: PrinterConnection) -> PrinterProbe | None:
    """What is known of a printer where it is now; None: nothing.

    Answers and sheets of another place are left out.
    """
    if probe is None:
        return None
    here = probe
    if probe.place != printer.place:
        here = replace(
            here, place=None, asked_at=None, state=None, name=None, has_process_id=None, speed=None
        )
    if probe.read_place != printer.place:
        here = replace(here, read_place=None, read_at=None)
    return None if here.asked_at is None and here.read_at is None else here


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

    One on the kiosk's computer has none (""): the kiosk's agent shows the token of the kiosk.

    Refusals: unknown_hall, unknown_kiosk, printer_not_pulled.
    """
    secret = new_token()
    with database.transaction(database.hall_id(hall), author) as transaction:
        printer = find_kiosk(transaction.configuration, kiosk).printer
        if printer is None or not printer.is_pulled:
            raise Refusal("printer_not_pulled")
        path = address_path(printer.kind, transaction.configuration.hall, kiosk)
        if printer.kind == "gateway":
            return PrinterSecret(printer.kind, path, kiosk, "")
        printers.keep_secret(
            transaction,
            kiosk,
            hall=transaction.hall,
            kind=printer.kind,
            secret=kept_form(kiosk, secret) if printer.kind == "epson_direct" else token_digest(secret),
            renewed_at=transaction.now,
        )
        transaction.record(of_kind(FactKind.PRINTER_SECRET_RENEWED, printer=kiosk))
    return PrinterSecret(printer.kind, path, kiosk, secret)


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
        found = printers.pulled_printer_of(rows, user)
    if found is None or found.kind != kind or not is_proven(found.secret):
        return None
    try:
        configuration = database.configuration(hall)
        is_here = database.hall_id(hall) == found.hall
    except Refusal:
        return None
    return found if is_here and _fetches(configuration, user, kind) else None


def printer_of_kiosk(database: Database, hall: str, kiosk: str, token: str) -> PulledPrinter | None:
    """The printer on the computer of a kiosk of a hall (slug), for the agent that shows the kiosk's token.

    None: it is no token of this kiosk, or its printer is elsewhere.
    """
    with database.read() as rows:
        device = device_of_token(rows, token)
        found = printers.pulled_printer_of(rows, kiosk)
    if device is None or device.revoked_at is not None or (device.slug, device.configured) != (hall, kiosk):
        return None
    if not _fetches(database.configuration(device.hall), kiosk, "gateway"):
        return None
    is_known = found is not None and (found.kind, found.hall) == ("gateway", device.hall)
    return found if is_known else printers.new_gateway(kiosk, device.hall)


def _fetches(configuration: HallConfiguration, kiosk: str, kind: PrinterKind) -> bool:
    """Whether the hall's document has this printer and this kind now."""
    found = configuration.kiosks.get(kiosk)
    if found is None or found.is_retired or found.printer is None:
        return False
    return found.printer.kind == kind
