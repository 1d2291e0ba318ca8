"""Pairings as rows: a code that a device shows, its secret as a digest, and the device it has become."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, case, func, select

from server.store.engine.buffered_writes import Writes
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of, values_of
from server.store.tables.devices import pairing


@dataclass(frozen=True, slots=True)
class PairingRow:
    """A code, the browser that shows it with the size of its window in pixels, and the device it became."""

    id: str
    code: str
    secret_digest: str
    address: str
    browser: str
    width_px: int
    height_px: int
    asked_at: datetime
    expires_at: datetime
    device: str | None


@dataclass(frozen=True, slots=True)
class _Waiting:
    every: int
    theirs: int


_BY_CODE = Read(PairingRow, rows_of(PairingRow, pairing).where(pairing.c.code == bindparam("code")))
_BY_SECRET = Read(
    PairingRow, rows_of(PairingRow, pairing).where(pairing.c.secret_digest == bindparam("digest"))
)
_IS_THEIRS = case((pairing.c.address == bindparam("address"), 1))
_WAITING = Read(
    _Waiting,
    select(func.count().label("every"), func.count(_IS_THEIRS).label("theirs"))
    .select_from(pairing)
    .where(pairing.c.expires_at > bindparam("now"), pairing.c.device.is_(None)),
)
_INSERT = Write.new_row(pairing, PairingRow)
_SET_DEVICE = Write(pairing.update().where(pairing.c.id == bindparam("row_id")), "device")


def pairing_of_code(rows: Rows, code: str) -> PairingRow | None:
    """The pairing whose code this is or was."""
    return rows.one(_BY_CODE, code=code)


def pairing_of_secret(rows: Rows, digest: str) -> PairingRow | None:
    """The pairing of a device by the digest of its secret."""
    return rows.one(_BY_SECRET, digest=digest)


def waiting_pairings(rows: Rows, address: str, now: datetime) -> tuple[int, int]:
    """How many codes are shown and not confirmed: in all, and from one address."""
    found = rows.one(_WAITING, address=address, now=now)
    assert found is not None
    return found.every, found.theirs


def insert_pairing(rows: WrittenRows, new: PairingRow) -> None:
    """Keeps a code that a device begins to show."""
    rows.execute(_INSERT, **values_of(new))


def confirm_pairing(transaction: Writes, pairing: str, *, device: str) -> None:
    """Notes the device that a confirmed code became."""
    transaction.run(_SET_DEVICE, row_id=pairing, device=device)
