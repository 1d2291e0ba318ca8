"""Pairings as rows: a code that a device shows, its secret as a digest, and the device it has become."""

from typing import Any

from server.store.engine.rows import Row

FORGOTTEN_AFTER_S = 3600
"""How long a pairing is kept once its code has expired: a late code is told apart from a wrong one."""

_COLUMNS = "id, code, secret_digest, address, browser, width_px, height_px, asked_at, expires_at, device"


def pairing_of_code(rows: Any, code: str) -> Row | None:
    """The pairing whose code this is or was."""
    row: Row | None = rows.one(f"SELECT {_COLUMNS} FROM pairing WHERE code = :code", code=code)
    return row


def pairing_of_secret(rows: Any, digest: str) -> Row | None:
    """The pairing of a device by the digest of its secret."""
    row: Row | None = rows.one(f"SELECT {_COLUMNS} FROM pairing WHERE secret_digest = :digest", digest=digest)
    return row


def waiting_pairings(rows: Any, address: str, now: int) -> tuple[int, int]:
    """How many codes are shown and not confirmed: in all, and from one address."""
    row = rows.one(
        "SELECT count(*) AS every, count(CASE WHEN address = :address THEN 1 END) AS theirs FROM pairing"
        " WHERE expires_at > :now AND device IS NULL",
        address=address,
        now=now,
    )
    return int(row["every"]), int(row["theirs"])
