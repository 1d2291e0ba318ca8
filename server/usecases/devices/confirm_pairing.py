"""Confirm the code that a device shows: from then on it is a certain kiosk or screen of a hall."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypedDict

from hardware.json_types import InstantText, Pixels
from server.domain.author import Author
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.store.devices import paired_devices
from server.store.devices.paired_devices import PairingRow, pairing_of_code
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.devices.ask_pairing import is_expired
from server.usecases.devices.devices import DevicePlace, take_place
from server.usecases.once_in_many_halls import kept_answer


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
        paired_devices.confirm_pairing(transaction, row.id, device=device)
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
    row = pairing_of_code(rows, as_code(typed))
    if row is None:
        raise Refusal("unknown_pairing_code")
    if row.device is not None:
        raise Refusal("pairing_used")
    if is_expired(row, now):
        raise Refusal("pairing_expired")
    return row
