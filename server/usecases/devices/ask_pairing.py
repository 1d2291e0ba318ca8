"""Ask to pair a new device: it shows a code and keeps a secret, which becomes its token."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.refusals import Refusal
from server.ids import new_id, new_token, token_digest
from server.store.devices.paired_devices import (
    PairingRow,
    device_of_token,
    insert_pairing,
    pairing_of_code,
    pairing_of_secret,
    waiting_pairings,
)
from server.store.engine.rows import Rows
from server.store.transactions.database import Database

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
