"""Devices of every hall: seen, paired, renewed from afar, revoked; printers of kiosks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypedDict

from pydantic import Field, model_validator

from hardware.json_types import InstantText, Revision
from hardware.transports.serial_line import serial_lines
from hardware.transports.usb import PluggedPrinter, plugged_printers
from server.domain.devices.connections import live_connections
from server.domain.devices.device_state import Sighting
from server.domain.hall.devices import PRINTER_FIELDS, PrinterKind
from server.domain.instants import to_text
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store.devices.paired_devices import DeviceInUse, device_in_use
from server.usecases.devices import pairing
from server.usecases.devices.devices import DevicePlace, place_named, revoke_device
from server.usecases.devices.read_supervision import DevicesAnswer, SightingsOf, read_devices
from server.usecases.printing.print_jobs import PrintState, PrintVerdict, print_trial, read_print
from server.usecases.printing.printers import (
    PrinterRequest,
    RollChangedAnswer,
    SharedPrinter,
    change_roll,
    renew_printer_secret,
    set_printer,
)
from server.web.access.callers import Caller, require_caller, sites_where
from server.web.access.requirements import PEOPLE_AND_KEYS
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, HallCall, write_key
from server.web.api.shapes import LINE, OPAQUE, RequestShape, Slug

type Kind = Literal["kiosk", "screen"]
type Code = Annotated[str, Field(min_length=1, max_length=20)]
"""A code as somebody types it: with spaces or dashes, in small letters."""

type TellRenewal = Callable[[str, str, str], None]
"""`tell(kind, connection, told)`: what one page of a device is told, so that it renews its token."""


class CodeBody(RequestShape):
    """The code a device shows."""

    code: Code


class PairingBody(RequestShape):
    """The code a device shows, and the place it takes: one of the hall's document, or a new one by its label.

    `replaces`: the device that stands there gives way.
    """

    code: Code
    hall: str = Slug
    kind: Kind
    id: Annotated[str, Slug] | None = None
    label: Annotated[str, Field(min_length=1, max_length=60, pattern=LINE)] | None = None
    replaces: bool = False

    @model_validator(mode="after")
    def _says_where(self) -> "PairingBody":
        if (self.id is None) == (self.label is None):
            raise ValueError("either a place of the document, or the label of a new one")
        return self


class RenewalBody(RequestShape):
    """Which of a device's connections is its own; may be left out while there is one."""

    connection: Annotated[str, Field(min_length=1, max_length=64, pattern=OPAQUE)] | None = None


class PrinterBody(RequestShape):
    """A kiosk's printer: on the network by `host`, on USB by `usb`, on a serial line by `line`; where that
    one is null it has none on purpose, and shows the number only. One that fetches its jobs needs none of
    them.
    """

    kind: PrinterKind = "tcp"
    host: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9._:\[\]-]+$")] | None
    port: Annotated[int, Field(ge=1, le=65_535)] = 9100
    usb: Annotated[str, Field(min_length=1, max_length=90)] | None = None
    """The name of a printer on USB, as `/printers/plugged` gives it with its kind."""
    line: Annotated[str, Field(min_length=1, max_length=140)] | None = None
    """A serial line of the server's machine, as `/printers/plugged` gives it."""
    speed: Literal[9600, 19_200, 38_400, 57_600, 115_200] | None = None
    """In bits a second; null: found by asking the printer."""
    paper_mm: Literal[80, 58] = 80
    prints_at: Annotated[str, Slug] | None = None
    """Another kiosk of the hall, whose printer prints for this one; all else is ignored then."""


class RenewalAnswer(TypedDict):
    """A device that was asked to exchange its token."""

    device: str
    asked_at: InstantText


@dataclass(frozen=True)
class Devices:
    """What these views need: what is known of the devices of halls, how one is told, who is nudged.

    `slow_codes`: a brake on guessing codes.
    """

    sightings_of: SightingsOf
    tell_renewal: TellRenewal
    changed: Callable[[str], None]
    slow_codes: Callable[[], None]


def devices_api(api: Api, devices: Devices) -> ApiRoutes:
    routes = ApiRoutes("devices")
    _pairings(routes, api, devices)
    _tokens(routes, api, devices)

    @routes.get("/devices", Permission.SUPERVISE, of=PEOPLE_AND_KEYS, anywhere=True)
    def list_devices() -> DevicesAnswer:
        """Every kiosk, screen and printer of every hall the caller oversees, as it was last seen."""
        caller, _ = sites_where(Permission.SUPERVISE)
        return read_devices(api.database, caller.may, devices.sightings_of, api.translate)

    return routes


def _pairings(routes: ApiRoutes, api: Api, devices: Devices) -> None:
    @routes.post("/devices/pairings/find", Permission.CONFIGURE, of=PEOPLE_AND_KEYS, anywhere=True)
    def find(body: CodeBody) -> pairing.AskingDeviceAnswer:
        """Which device shows a code: its address, its browser, the size of its picture."""
        sites_where(Permission.CONFIGURE)
        devices.slow_codes()
        return pairing.read_asking_device(api.database, body.code)

    @routes.post("/devices/pairings", Permission.CONFIGURE)
    def pair(body: PairingBody) -> tuple[pairing.PairedAnswer, Literal[201]]:
        """The device that shows a code takes a place of a hall, and opens its page by itself."""
        caller, hall = require_caller(Permission.CONFIGURE, body.hall)
        devices.slow_codes()
        key = write_key(caller.author)
        before = pairing.paired_before(api.database, body.code, key)
        if before is not None:
            return before, 201
        confirmation = pairing.Confirmation(
            body.code, _place(api, hall, caller, body), replaces=body.replaces
        )
        paired = pairing.confirm_pairing(api.database, caller.author, confirmation, write_key=key)
        devices.changed(hall)
        return paired, 201


def _tokens(routes: ApiRoutes, api: Api, devices: Devices) -> None:
    @routes.post("/devices/<device>/renewal", Permission.CONFIGURE)
    def renew(device: str, body: RenewalBody) -> tuple[RenewalAnswer, Literal[202]]:
        """Has a device exchange its token for another, by the page of its own that is connected."""
        caller, row = _configured(api, device)
        now = api.database.clock.now()
        sighting = devices.sightings_of([row.hall])[row.hall].sightings.get(row.configured)
        connection = _own_connection(sighting, body.connection, now)
        token = pairing.ask_renewal(api.database, caller.author, row.id)
        devices.tell_renewal(row.kind, connection, token)
        return {"device": row.id, "asked_at": to_text(now)}, 202

    @routes.delete("/devices/<device>", Permission.CONFIGURE, responses={204: None})
    def revoke(device: str) -> Any:
        """A device may do nothing any more; its place is free."""
        caller, row = _configured(api, device)
        revoke_device(api.database, caller.author, row.id)
        devices.changed(row.hall)
        return "", 204


def _place(api: Api, hall: str, caller: Caller, body: PairingBody) -> DevicePlace:
    """The place of the document that is named, or a new one under the label that is given."""
    if body.label is not None:
        return pairing.add_place(api.database, hall, caller.author, kind=body.kind, label=body.label.strip())
    return place_named(api.database, hall, kind=body.kind, name=body.id or "")


def _own_connection(sighting: Sighting | None, connection: str | None, now: datetime) -> str:
    """The connection of a device that is told to renew its token.

    Refusals: device_not_connected; several_connections while it is not said which one is the device's.
    """
    connections = () if sighting is None else live_connections(sighting.connections, now)
    ids = [each.id for each in connections]
    if not ids or (connection is not None and connection not in ids):
        raise Refusal("device_not_connected")
    if connection is None and len(ids) > 1:
        raise Refusal("several_connections")
    return connection or ids[0]


def _configured(api: Api, device: str) -> tuple[Caller, DeviceInUse]:
    """The caller, who configures the hall of a device, and its row. Refusals: `allowed`'s, not_found."""
    sites_where(Permission.CONFIGURE)
    with api.database.read() as rows:
        row = device_in_use(rows, device)
    if row is None:
        raise Refusal("not_found", device=device)
    return require_caller(Permission.CONFIGURE, row.hall)[0], row


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


def printers_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("printers")

    @routes.put("/halls/<hall>/kiosks/<kiosk>/printer", Permission.CONFIGURE)
    def place(kiosk: str, body: PrinterBody, at: HallCall) -> PrinterPlacedAnswer:
        """Says where a kiosk's printer is, whose it uses, or that it has none: a revision of the document."""
        return {"revision": set_printer(api.database, at.hall, at.author, kiosk, _request(body))}

    @routes.get("/halls/<hall>/printers/plugged", Permission.CONFIGURE)
    def plugged(hall: str) -> PluggedPrintersAnswer:
        """The printers on USB of the server's machine, each with its name, and its serial lines."""
        require_caller(Permission.CONFIGURE, hall)
        printers = [_described(each) for each in plugged_printers()]
        return {"printers": printers, "lines": [str(each) for each in serial_lines()]}

    @routes.post("/halls/<hall>/kiosks/<kiosk>/printer/trial", Permission.SUPERVISE)
    def trial(kiosk: str, at: HallCall) -> tuple[PrintState, Literal[202]]:
        """Prints a sheet that is no ticket; its verdict comes as that of any job."""
        return print_trial(api.database, at.hall, at.author, kiosk, write_key=at.key), 202

    @routes.get("/halls/<hall>/print-jobs/<job>", Permission.SUPERVISE)
    def verdict(job: str, at: HallCall) -> PrintVerdict:
        """What became of a print job."""
        return read_print(api.database, at.hall, job)

    @routes.post("/halls/<hall>/kiosks/<kiosk>/printer/roll", Permission.REPRINT)
    def roll(kiosk: str, at: HallCall) -> RollChangedAnswer:
        """Another roll was put into a kiosk's printer."""
        return change_roll(api.database, at.hall, at.author, kiosk, write_key=at.key)

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


class PrinterSecretAnswer(TypedDict):
    """What is typed into the set-up page of a printer that fetches its jobs. The secret is shown once."""

    kind: PrinterKind
    path: str
    """Of the address that the printer asks, on this server."""
    user: str
    """The id of its kiosk."""
    secret: str


def printer_secrets_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("printer_secrets", tag="printers")

    @routes.post("/halls/<hall>/kiosks/<kiosk>/printer/secret", Permission.CONFIGURE)
    def renew(kiosk: str, at: HallCall) -> tuple[PrinterSecretAnswer, Literal[201]]:
        """Gives a printer that fetches its jobs a new secret; the former one is void at once.

        A repeated request makes another secret: no answer that holds one is kept.
        """
        made = renew_printer_secret(api.database, at.hall, at.author, kiosk)
        return {"kind": made.kind, "path": made.path, "user": made.user, "secret": made.secret}, 201

    return routes
