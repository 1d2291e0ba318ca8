"""Devices: bound to a kiosk or screen of a hall's document by a token that is shown once.

Each change is a fact of the installation; the token itself is kept nowhere, only its digest.
"""

from dataclasses import dataclass

from server.domain.configuration import HallConfiguration
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.ids import new_id, new_token, token_digest
from server.store.accounts import device_in_use
from server.store.database import Database
from server.store.engines import Row
from server.store.installation import Author, InstallationTransaction

UNKNOWN_PLACES = {"kiosk": "unknown_kiosk", "screen": "unknown_screen"}
"""By the kind of device, the refusal when the hall's document has none so named."""


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """A device and its token, told once. `configured` is its id in the hall document."""

    id: str
    kind: str
    configured: str
    token: str


def places_of(configuration: HallConfiguration, kind: str) -> dict[str, str]:
    """The kiosks or screens of a hall that a device may be paired with: their labels by id, none retired."""
    listed = configuration.kiosks if kind == "kiosk" else configuration.screens
    return {place.id: place.label for place in listed.values() if not place.is_retired}


def pair_device(database: Database, author: Author, hall: str, *, kind: str, configured: str) -> PairedDevice:
    """A device for a kiosk or screen of the hall's document, `configured` by its id or its label.

    Refusals: unknown_hall, unknown_device_kind, unknown_kiosk and unknown_screen when the document has none
    so named (or two), already_paired while another device stands there.
    """
    if kind not in UNKNOWN_PLACES:
        raise Refusal("unknown_device_kind", kind=kind)
    place = _place(database.configuration(hall), kind, configured)
    paired = PairedDevice(new_id(), kind, place, new_token())
    hall_id = database.hall_id(hall)
    with database.installation_transaction(author) as transaction:
        standing = device_in_use(transaction, place)
        if standing is not None:
            raise Refusal("already_paired", device=standing["id"])
        transaction.insert(
            "device",
            id=paired.id,
            kind=kind,
            hall=hall_id,
            configured=place,
            token_digest=token_digest(paired.token),
            created_at=to_micros(transaction.now),
        )
        transaction.record(
            of_kind(FactKind.DEVICE_PAIRED, device=paired.id, kind=kind, hall=hall_id, configured=place)
        )
    return paired


def _place(configuration: HallConfiguration, kind: str, name: str) -> str:
    places = places_of(configuration, kind)
    if name in places:
        return name
    found = [place for place, label in places.items() if label.casefold() == name.casefold()]
    if len(found) != 1:
        raise Refusal(UNKNOWN_PLACES[kind], name=name, known=", ".join(places))
    return found[0]


def renew_device(database: Database, author: Author, device: str) -> PairedDevice:
    """A new token for a device, told by its id or its id in the document; the old one is void at once.

    Refusal: unknown_device, also when it is revoked.
    """
    token = new_token()
    with database.installation_transaction(author) as transaction:
        row = _in_use(transaction, device)
        transaction.run(
            "UPDATE device SET token_digest = :digest WHERE id = :device",
            digest=token_digest(token),
            device=row["id"],
        )
        transaction.record(of_kind(FactKind.DEVICE_RENEWED, device=row["id"]))
    return PairedDevice(row["id"], row["kind"], row["configured"], token)


def revoke_device(database: Database, author: Author, device: str) -> None:
    """A device, told by its id or its id in the document, may do nothing any more.

    Refusal: unknown_device, also when it is revoked already.
    """
    with database.installation_transaction(author) as transaction:
        row = _in_use(transaction, device)
        transaction.run(
            "UPDATE device SET revoked_at = :at WHERE id = :device",
            at=to_micros(transaction.now),
            device=row["id"],
        )
        transaction.record(of_kind(FactKind.DEVICE_REVOKED, device=row["id"]))


def _in_use(transaction: InstallationTransaction, device: str) -> Row:
    row = device_in_use(transaction, device)
    if row is None:
        raise Refusal("unknown_device", device=device)
    return row
