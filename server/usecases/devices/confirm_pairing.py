"""Somebody who configures a hall confirms the code a device shows: it is that kiosk or screen from now on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.author import Author
from server.domain.instants import micros_to_text
from server.domain.refusals import Refusal
from server.store.devices.pairings import pairing_of_code
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Row
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.answers import Answer
from server.usecases.devices.ask_pairing import is_expired
from server.usecases.devices.devices import DevicePlace, take_place
from server.usecases.once_in_many_halls import answered_before


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A code as somebody typed it, and the place its device takes; `replaces` the one that stands there."""

    code: str
    place: DevicePlace
    replaces: bool = False


def as_code(typed: str) -> str:
    """A code as it was shown, of what somebody typed: capitals, without spaces and dashes."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def read_asking_device(database: Database, typed: str) -> Answer:
    """Which device shows a code, so that whoever confirms sees that it is the one in front of them.

    Refusals: those of `_waiting`.
    """
    with database.read() as rows:
        row = _waiting(rows, typed, database.clock.now())
    answer: Answer = {name: row[name] for name in ("code", "address", "browser", "width_px", "height_px")}
    return answer | {name: micros_to_text(row[name]) for name in ("asked_at", "expires_at")}


def paired_before(database: Database, typed: str, write_key: WriteKey | None) -> Answer | None:
    """What the same request was answered before; None for a new one, whose code is worth something.

    Refusals: those of `_waiting`.
    """
    answer = answered_before(database, write_key)
    if answer is None:
        with database.read() as rows:
            _waiting(rows, typed, database.clock.now())
    return answer


def confirm_pairing(
    database: Database, author: Author, confirmation: Confirmation, *, write_key: WriteKey | None = None
) -> Answer:
    """The device that showed a code takes a place: what it kept to itself is its token from now on.

    Refusals: those of `_waiting`; already_paired while another device stands there that is not replaced.
    """

    def confirm(transaction: InstallationTransaction) -> Answer:
        row = _waiting(transaction, confirmation.code, transaction.now)
        device = take_place(
            transaction, confirmation.place, row["secret_digest"], replaces=confirmation.replaces
        )
        transaction.run("UPDATE pairing SET device = :device WHERE id = :id", device=device, id=row["id"])
        return {"device": device, "kind": confirmation.place.kind, "id": confirmation.place.configured}

    return database.write_installation(author, write_key, confirm)


def _waiting(rows: Any, typed: str, now: datetime) -> Row:
    """The pairing that waits under a code.

    Refusals: unknown_pairing_code when nobody shows it, pairing_expired, pairing_used.
    """
    row = pairing_of_code(rows, as_code(typed))
    if row is None:
        raise Refusal("unknown_pairing_code")
    if row["device"] is not None:
        raise Refusal("pairing_used")
    if is_expired(row, now):
        raise Refusal("pairing_expired")
    return row
