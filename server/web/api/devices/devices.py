"""Devices of every hall: seen at a glance, paired, renewed from afar, revoked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict

from hardware.json_types import InstantText
from server.domain.devices.connections import live_connections
from server.domain.devices.device_state import Sighting
from server.domain.instants import to_text
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.store.devices.paired_devices import DeviceInUse, device_in_use
from server.usecases.devices.devices import DevicePlace, place_named, revoke_device
from server.usecases.devices.pairing import (
    AskingDeviceAnswer,
    Confirmation,
    PairedAnswer,
    add_place,
    ask_renewal,
    confirm_pairing,
    paired_before,
    read_asking_device,
)
from server.usecases.devices.read_supervision import DevicesAnswer, DeviceSightings, read_devices
from server.web.access.callers import Caller, require_caller, sites_where
from server.web.access.requirements import PEOPLE_AND_KEYS, requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.devices import CodeBody, DevicePath, PairingBody, RenewalBody

type TellRenewal = Callable[[str, str, str], None]
"""`tell(kind, connection, told)`: what one page of a device is told, so that it renews its token."""


class RenewalAnswer(TypedDict):
    """A device that was asked to exchange its token."""

    device: str
    asked_at: InstantText


@dataclass(frozen=True)
class Devices:
    """What these views need: what is known of a hall's (id) devices, how one is told, who is nudged.

    `slow_codes`: a brake on guessing codes.
    """

    sightings_of: Callable[[str], DeviceSightings]
    tell_renewal: TellRenewal
    changed: Callable[[str], None]
    slow_codes: Callable[[], None]


def blueprint(api: Api, devices: Devices) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("devices")
    _pairings(routes, api, devices)
    _tokens(routes, api, devices)

    @routes.get("/devices")
    @requires(Permission.SUPERVISE, anywhere=True, of=PEOPLE_AND_KEYS)
    def list_devices() -> DevicesAnswer:
        """Every kiosk, screen and printer of every hall the caller oversees, as it was last seen."""
        caller, _ = sites_where(Permission.SUPERVISE)
        return read_devices(api.database, caller.may, devices.sightings_of, api.translate)

    return routes


def _pairings(routes: ApiRoutes, api: Api, devices: Devices) -> None:
    @routes.post("/devices/pairings/find")
    @requires(Permission.CONFIGURE, anywhere=True, of=PEOPLE_AND_KEYS)
    def find(body: CodeBody) -> AskingDeviceAnswer:
        """Which device shows a code: its address, its browser, the size of its picture."""
        sites_where(Permission.CONFIGURE)
        devices.slow_codes()
        return read_asking_device(api.database, body.code)

    @routes.post("/devices/pairings")
    @requires(Permission.CONFIGURE)
    def pair(body: PairingBody) -> tuple[PairedAnswer, Literal[201]]:
        """The device that shows a code takes a place of a hall, and opens its page by itself."""
        caller, hall = require_caller(Permission.CONFIGURE, body.hall)
        devices.slow_codes()
        key = write_key(caller.author)
        before = paired_before(api.database, body.code, key)
        if before is not None:
            return before, 201
        confirmation = Confirmation(body.code, _place(api, hall, caller, body), replaces=body.replaces)
        paired = confirm_pairing(api.database, caller.author, confirmation, write_key=key)
        devices.changed(hall)
        return paired, 201


def _tokens(routes: ApiRoutes, api: Api, devices: Devices) -> None:
    @routes.post("/devices/<device>/renewal")
    @requires(Permission.CONFIGURE)
    def renew(path: DevicePath, body: RenewalBody) -> tuple[RenewalAnswer, Literal[202]]:
        """Has a device exchange its token for another, by the page of its own that is connected."""
        caller, row = _configured(api, path.device)
        now = api.database.clock.now()
        sighting = devices.sightings_of(row.hall).sightings.get(row.configured)
        connection = _own_connection(sighting, body.connection, now)
        token = ask_renewal(api.database, caller.author, row.id)
        devices.tell_renewal(row.kind, connection, token)
        return {"device": row.id, "asked_at": to_text(now)}, 202

    @routes.delete("/devices/<device>", responses={204: None})
    @requires(Permission.CONFIGURE)
    def revoke(path: DevicePath) -> Any:
        """A device may do nothing any more; its place is free."""
        caller, row = _configured(api, path.device)
        revoke_device(api.database, caller.author, row.id)
        devices.changed(row.hall)
        return "", 204


def _place(api: Api, hall: str, caller: Caller, body: PairingBody) -> DevicePlace:
    """The place of the document that is named, or a new one under the label that is given."""
    if body.label is not None:
        return add_place(api.database, hall, caller.author, kind=body.kind, label=body.label.strip())
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
