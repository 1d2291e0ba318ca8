"""Pair devices with kiosks and screens of a hall's document, renew their tokens, revoke them.

Each change is a fact of the installation. Only the digest of a token is kept; the token is shown once.
"""

from dataclasses import dataclass
from typing import TypedDict

from hardware.json_types import InstantText
from server.apart import ApartEnded, CallApart
from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.hall.configuration import HallConfiguration
from server.domain.instants import to_text
from server.domain.refusals import Refusal, existing
from server.ids import new_id, new_token, token_digest
from server.store.devices import paired_devices
from server.store.devices.paired_devices import DeviceInUse, ScreenPictures, device_in_use
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from signage.media import MediumRefused
from signage.media.images import prepare_screen_picture

UNKNOWN_PLACES = {"kiosk": "unknown_kiosk", "screen": "unknown_screen"}
"""The refusal for a name that the hall's document does not have, by kind of device."""


@dataclass(frozen=True, slots=True)
class DevicePlace:
    """A kiosk or screen of a hall (id): its kind and its id in the hall's document."""

    hall: str
    kind: str
    configured: str


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """A device and its token, which is shown once. `configured`: its id in the hall document."""

    id: str
    kind: str
    configured: str
    token: str


def places_of(configuration: HallConfiguration, kind: str) -> dict[str, str]:
    """The labels of the kiosks or screens of a hall that a device may be paired with, by id; none retired."""
    listed = configuration.kiosks if kind == "kiosk" else configuration.screens
    return {place.id: place.label for place in listed.values() if not place.is_retired}


def place_named(database: Database, hall: str, *, kind: str, name: str) -> DevicePlace:
    """The kiosk or screen of a hall's document with this id or label.

    Refusals: unknown_hall, unknown_device_kind, unknown_kiosk and unknown_screen when the document has none
    of that name, or two.
    """
    if kind not in UNKNOWN_PLACES:
        raise Refusal("unknown_device_kind", kind=kind)
    places = places_of(database.configuration(hall), kind)
    found = [place for place, label in places.items() if label.casefold() == name.casefold()]
    if name not in places and len(found) != 1:
        raise Refusal(UNKNOWN_PLACES[kind], name=name, known=", ".join(places))
    return DevicePlace(database.hall_id(hall), kind, name if name in places else found[0])


def pair_device(database: Database, author: Author, hall: str, *, kind: str, configured: str) -> PairedDevice:
    """Pairs a device with a kiosk or screen of the hall's document; `configured`: its id or its label.

    Refusals: those of `place_named`; already_paired while another device stands there.
    """
    place, token = place_named(database, hall, kind=kind, name=configured), new_token()
    with database.installation_transaction(author) as transaction:
        device = take_place(transaction, place, token_digest(token))
    return PairedDevice(device, kind, place.configured, token)


def take_place(
    transaction: InstallationTransaction, place: DevicePlace, digest: str, *, replaces: bool = False
) -> str:
    """Puts a device with a token of this digest at a place; its id.

    A device that replaces another keeps the id and the history of that one, whose token is void.
    Refusal: already_paired while another device stands there and `replaces` is not set.
    """
    standing = device_in_use(transaction, place.configured)
    if standing is not None and not replaces:
        raise Refusal("already_paired", device=standing.id)
    if standing is not None:
        paired_devices.replace_token(transaction, standing.id, digest, token_at=transaction.now)
        transaction.record(of_kind(FactKind.DEVICE_REPLACED, device=standing.id))
        return standing.id
    device = new_id()
    where = {"kind": place.kind, "hall": place.hall, "configured": place.configured}
    paired_devices.insert_device(transaction, device, **where, digest=digest, now=transaction.now)
    transaction.record(of_kind(FactKind.DEVICE_PAIRED, device=device, **where))
    return device


def renew_device(database: Database, author: Author, device: str) -> PairedDevice:
    """Gives a device (its id, or its id in the document) a new token; the old one is void at once.

    Refusal: unknown_device, also when it is revoked.
    """
    token = new_token()
    with database.installation_transaction(author) as transaction:
        row = in_use(transaction, device)
        paired_devices.replace_token(transaction, row.id, token_digest(token), token_at=transaction.now)
        transaction.record(of_kind(FactKind.DEVICE_RENEWED, device=row.id))
    return PairedDevice(row.id, row.kind, row.configured, token)


def revoke_device(database: Database, author: Author, device: str) -> None:
    """Revokes a device (its id, or its id in the document): its token is void.

    Refusal: unknown_device, also when it is revoked already.
    """
    with database.installation_transaction(author) as transaction:
        row = in_use(transaction, device)
        paired_devices.revoke_device(transaction, row.id, now=transaction.now)
        transaction.record(of_kind(FactKind.DEVICE_REVOKED, device=row.id))


def in_use(rows: Rows, device: str) -> DeviceInUse:
    """The device that is not revoked, by its id or its id in the document. Refusal: unknown_device."""
    return existing(device_in_use(rows, device), "unknown_device", device=device)


class PictureTakenAnswer(TypedDict):
    """A picture of a screen that was kept."""

    taken_at: InstantText


def keep_screen_picture(
    database: Database,
    pictures: ScreenPictures,
    call_apart: CallApart,
    hall: str,
    screen: str,
    content: bytes,
) -> PictureTakenAnswer:
    """Keeps a picture; the answer says when it was taken, by the server's clock.

    `hall`: an id; `screen`: its id in the hall's document.

    Refusals: unreadable_picture when it is no picture, or too large; storage_full.
    """
    taken_at = database.clock.now()
    try:
        prepared = call_apart(prepare_screen_picture, content)
    except MediumRefused as refused:
        raise Refusal("unreadable_picture", reason=refused.code) from refused
    except ApartEnded as ended:
        raise Refusal("unreadable_picture", reason="medium_broken") from ended
    kept = pictures.keep(hall, screen, taken_at, prepared)
    return {"taken_at": to_text(kept.taken_at)}
