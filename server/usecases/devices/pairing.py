"""Pair a device: it shows a code, somebody confirms it, and the device takes a place."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Literal, TypedDict

from hardware.json_types import InstantText, Pixels
from server.documents.content import Content, NewContent, parts_of
from server.domain.author import SYSTEM, Author
from server.domain.devices.connections import live_connections
from server.domain.devices.device_state import Sighting
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_text
from server.domain.refusals import Refusal, existing
from server.ids import is_token_shaped, new_id, new_token, token_digest
from server.store.configuration.documents import taken_ids
from server.store.devices.paired_devices import (
    PairedDevice,
    PairingRow,
    device_in_use,
    device_of_token,
    insert_pairing,
    keep_renewal,
    note_copied,
    paired_devices,
    pairing_of_code,
    pairing_of_secret,
    replace_token,
    waiting_pairings,
)
from server.store.devices.paired_devices import confirm_pairing as keep_confirmed_pairing
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.configuration.publication import edit_hall_document, kept_answer
from server.usecases.devices.devices import UNKNOWN_PLACES, DevicePlace, in_use, places_of, take_place

CODE_LETTERS = "CDFHJKLMNPRTWXY3479"
"""Letters that nobody takes for another from afar (unlike 0 O Q, 1 I, 2 Z, 5 S, 6 G, 8 B, U V), without
vowels, so that no code is a word. Six of them make 47 million codes."""
CODE_LENGTH = 6
SHOWN_FOR = timedelta(minutes=10)
MOST_SHOWN = 2000
MOST_SHOWN_AT_ADDRESS = 60
"""How many codes may wait at once, in the installation and from one address, which may be a whole hall."""


@dataclass(frozen=True, slots=True)
class PairingRequest:
    """The device that asks: its address, its browser, and the size of its window in pixels."""

    address: str
    browser: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class ShownCode:
    """The code that the device shows until `expires_at`. `secret`: only for that device, given once."""

    code: str
    expires_at: datetime
    secret: str


@dataclass(frozen=True, slots=True)
class PendingPairing:
    """A pairing: the code that is shown, and the id of the device once somebody confirmed it."""

    code: str
    expires_at: datetime
    device: str | None


def ask_pairing(database: Database, asking: PairingRequest) -> ShownCode:
    """A new code, valid for ten minutes. Refusal: too_many_requests while too many codes wait."""
    secret = new_token()
    with database.store.write() as rows:
        now = database.clock.now()
        every, theirs = waiting_pairings(rows, asking.address, now)
        if every >= MOST_SHOWN or theirs >= MOST_SHOWN_AT_ADDRESS:
            raise Refusal("too_many_requests")
        code = _unused_code(rows)
        pairing = PairingRow(
            id=new_id(),
            code=code,
            secret_digest=token_digest(secret),
            address=asking.address,
            browser=asking.browser,
            width_px=asking.width_px,
            height_px=asking.height_px,
            asked_at=now,
            expires_at=now + SHOWN_FOR,
            device=None,
        )
        insert_pairing(rows, pairing)
    return ShownCode(code, now + SHOWN_FOR, secret)


def _unused_code(rows: Rows) -> str:
    while True:
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        if pairing_of_code(rows, code) is None:
            return code


def read_pairing(database: Database, secret: str) -> PendingPairing | None:
    """The pairing of a device, by its secret; None when it is over.

    It is over when its code expired unconfirmed, or the device was revoked or replaced since.
    """
    with database.read() as rows:
        row = pairing_of_secret(rows, token_digest(secret))
        if row is None or _is_over(rows, row, secret, database.clock.now()):
            return None
    return PendingPairing(row.code, row.expires_at, row.device)


def _is_over(rows: Rows, pairing: PairingRow, secret: str, now: datetime) -> bool:
    if pairing.device is None:
        return is_expired(pairing, now)
    device = device_of_token(rows, secret)
    return device is None or device.revoked_at is not None


def is_expired(pairing: PairingRow, now: datetime) -> bool:
    """Whether a code is not valid any more."""
    return pairing.expires_at <= now


_IDS = {"kiosk": "borne", "screen": "ecran"}
"""The word in the ids of each kind of device."""


def add_place(database: Database, hall: str, author: Author, *, kind: str, label: str) -> DevicePlace:
    """Adds a place with a label that no other of its kind has in the hall; its id was never used before.

    A screen says calls aloud only where no other one does.
    Refusals: unknown_device_kind, name_taken, stale_revision, and those of a document.
    """
    if kind not in UNKNOWN_PLACES:
        raise Refusal("unknown_device_kind", kind=kind)
    configuration = database.configuration(hall)
    if label.casefold() in {each.casefold() for each in places_of(configuration, kind).values()}:
        raise Refusal("name_taken", name=label)
    with database.read() as rows:
        taken = taken_ids(rows)
    named = (f"{configuration.hall}-{_IDS[kind]}-{number}" for number in count(1))
    place = next(each for each in named if each not in taken)

    def add(content: NewContent) -> None:
        content[f"{kind}s"] = [*parts_of(content, f"{kind}s"), _described(content, kind, place, label)]

    edit_hall_document(database, hall, author, add)
    return DevicePlace(database.hall_id(hall), kind, place)


def _described(content: Content, kind: str, place: str, label: str) -> Content:
    described: NewContent = {"id": place, "label": label}
    if kind == "screen":
        described["has_sound"] = not any(
            screen.get("has_sound", True) and not screen.get("is_retired")
            for screen in parts_of(content, "screens")
        )
    return described


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A code as somebody typed it, and a place for its device. `replaces`: even where another stands."""

    code: str
    place: DevicePlace
    replaces: bool = False


class AskingDeviceAnswer(TypedDict):
    """The device that shows a code."""

    code: str
    address: str
    browser: str
    width_px: Pixels
    height_px: Pixels
    asked_at: InstantText
    expires_at: InstantText


class PairedAnswer(TypedDict):
    """A device that was paired, and the place it took."""

    device: str
    kind: Literal["screen", "kiosk"]
    id: str


def as_code(typed: str) -> str:
    """What somebody typed, in the form of a code: capitals and digits, without spaces and dashes."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def read_asking_device(database: Database, typed: str) -> AskingDeviceAnswer:
    """The device that shows a code, so that people can check that it is the one in front of them.

    Refusals: those of `_waiting`.
    """
    with database.read() as rows:
        row = _waiting(rows, typed, database.clock.now())
    return {
        "code": row.code,
        "address": row.address,
        "browser": row.browser,
        "width_px": row.width_px,
        "height_px": row.height_px,
        "asked_at": to_text(row.asked_at),
        "expires_at": to_text(row.expires_at),
    }


def paired_before(database: Database, typed: str, write_key: WriteKey | None) -> PairedAnswer | None:
    """The answer that the same request got before; None for a new request, whose code must be valid.

    Refusals: those of `_waiting`.
    """
    earlier = kept_answer(database, write_key)
    if earlier is not None:
        return earlier.answer_of(confirm_pairing)
    with database.read() as rows:
        _waiting(rows, typed, database.clock.now())
    return None


def confirm_pairing(
    database: Database, author: Author, confirmation: Confirmation, *, write_key: WriteKey | None = None
) -> PairedAnswer:
    """Gives a place to the device that showed a code; its secret is its token from then on.

    Refusals: those of `_waiting`; already_paired while another device stands there and `replaces` is not set.
    """

    def confirm(transaction: InstallationTransaction) -> PairedAnswer:
        row = _waiting(transaction, confirmation.code, transaction.now)
        device = take_place(
            transaction, confirmation.place, row.secret_digest, replaces=confirmation.replaces
        )
        keep_confirmed_pairing(transaction, row.id, device=device)
        return {
            "device": device,
            "kind": "kiosk" if confirmation.place.kind == "kiosk" else "screen",
            "id": confirmation.place.configured,
        }

    return database.write_installation(author, write_key, confirm)


def _waiting(rows: Rows, typed: str, now: datetime) -> PairingRow:
    """The pairing that waits under a code.

    Refusals: unknown_pairing_code when nobody shows it, pairing_expired, pairing_used.
    """
    row = existing(pairing_of_code(rows, as_code(typed)), "unknown_pairing_code")
    if row.device is not None:
        raise Refusal("pairing_used")
    if is_expired(row, now):
        raise Refusal("pairing_expired")
    return row


EXCHANGED_WITHIN = timedelta(minutes=2)
RENEWED_AFTER = timedelta(days=90)
"""The age at which a token is renewed by itself: its cookie is kept for 400 days."""
ASKED_AGAIN_AFTER = timedelta(days=1)
_TOKEN_LENGTH = 22


def ask_renewal(database: Database, author: Author, device: str) -> str:
    """A secret for the page of a device (its id), which may exchange its token with it for two minutes.

    Refusal: unknown_device, also when it is revoked.
    """
    secret = new_token()
    with database.installation_transaction(author) as transaction:
        row = in_use(transaction, device)
        until = transaction.now + EXCHANGED_WITHIN
        keep_renewal(transaction, row.id, token_digest(secret), renewal_until=until, renewal_by=author.id)
    return secret


def renewals_due(
    database: Database, sightings: Mapping[str, Mapping[str, Sighting]]
) -> Iterator[tuple[PairedDevice, str]]:
    """The devices of halls whose token is old, each with its one connection. `sightings`: by hall (id).

    A device that is away, open twice or was asked within a day waits. Cookies last far longer than that.
    """
    now = database.clock.now()
    with database.read() as rows:
        devices = paired_devices(rows)
    seen = {name: each for of_hall in sightings.values() for name, each in of_hall.items()}
    for device in devices:
        is_old = device.token_at <= now - RENEWED_AFTER
        until = device.renewal_until
        was_asked = until is not None and until > now - ASKED_AGAIN_AFTER
        if device.revoked_at is None and is_old and not was_asked and device.copied_at is None:
            sighting = seen.get(device.configured)
            connections = () if sighting is None else live_connections(sighting.connections, now)
            if len(connections) == 1:
                yield device, connections[0].id


def exchange_token(database: Database, token: str, secret: str) -> str:
    """Exchanges the token of a device whose page got `secret`; the new token. `token` is void at once.

    Refusals: unknown_device; renewal_over when nobody asked, the secret is another, or it is too late.
    """
    fresh = _follows(token, secret)
    with database.read() as rows:
        device = device_of_token(rows, token)
        if device is None and device_of_token(rows, fresh) is not None:
            return fresh
    if device is None:
        raise Refusal("unknown_device")
    asked_by = _asked_by(database, device.id)
    with database.installation_transaction(Author(asked_by, device.id)) as transaction:
        row = in_use(transaction, device.id)
        is_same = hmac.compare_digest(row.renewal_digest or "", token_digest(secret))
        if not is_same or row.renewal_until is None or row.renewal_until < transaction.now:
            raise Refusal("renewal_over")
        replace_token(transaction, device.id, token_digest(fresh), token_at=transaction.now)
        transaction.record(of_kind(FactKind.DEVICE_RENEWED, device=device.id))
    return fresh


def _asked_by(database: Database, device: str) -> str:
    with database.read() as rows:
        return existing(in_use(rows, device).renewal_by, "renewal_over")


def _follows(token: str, secret: str) -> str:
    """The new token: 132 bits as URL-safe characters, in the form by which logs recognise and mask tokens."""
    for attempt in count():
        digest = hmac.digest(token.encode(), f"{secret}.{attempt}".encode(), hashlib.sha256)
        fresh = urlsafe_b64encode(digest).decode()[:_TOKEN_LENGTH]
        if is_token_shaped(fresh):
            return fresh
    raise AssertionError("endless")


def note_copied_device(database: Database, configured: str) -> bool:
    """Records that the token of the device at a place was copied; False when that was recorded before.

    The machines are not recorded: supervision shows them while they are connected.
    """
    with database.read() as rows:
        device = device_in_use(rows, configured)
    if device is None or device.copied_at is not None:
        return False
    with database.installation_transaction(SYSTEM) as transaction:
        device = device_in_use(transaction, configured)
        if device is None or device.copied_at is not None:
            return False
        note_copied(transaction, device.id, copied_at=transaction.now)
        transaction.record(of_kind(FactKind.DEVICE_COPIED, device=device.id))
    return True
