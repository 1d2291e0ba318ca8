"""Paired devices, pairings that wait, and the owner of a bearer token: a device or an API key."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import and_, bindparam, case, func, or_, select, union_all

from server.domain.instants import from_micros, to_micros
from server.domain.refusals import Refusal
from server.ids import token_digest
from server.store.engine.lookups import ChangeBy, Distinct, NewRow, One, Several
from server.store.engine.statements import Read, Rows, Write, rows_of
from server.store.engine.writes import Writes
from server.store.people.sign_ins import ApiKeyRow
from server.store.tables.devices import pairing
from server.store.tables.journals import hall
from server.store.tables.people import api_key, device
from signage.media import full_disk_is_refused


@dataclass(frozen=True, slots=True)
class DeviceOfToken:
    """The device with a token, revoked or not; `configured`: its id in the hall document."""

    id: str
    kind: str
    hall: str
    configured: str
    token_digest: str
    revoked_at: datetime | None
    slug: str


@dataclass(frozen=True, slots=True)
class DeviceInUse:
    """A device that is not revoked. `copied_at`: its token was seen on two machines."""

    id: str
    kind: str
    hall: str
    configured: str
    token_digest: str
    copied_at: datetime | None
    renewal_digest: str | None
    renewal_until: datetime | None
    renewal_by: str | None


@dataclass(frozen=True, slots=True)
class PairedDevice:
    """A device of a hall (`slug`), revoked or not; `token_at`: when it got its token."""

    id: str
    kind: str
    configured: str
    created_at: datetime
    revoked_at: datetime | None
    token_at: datetime
    copied_at: datetime | None
    renewal_until: datetime | None
    slug: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """The owner of a bearer token: a device, a valid API key, one that is `void`, or nobody."""

    device: DeviceOfToken | None
    key: ApiKeyRow | None
    void: ApiKeyRow | None


_OF_HALL = device.join(hall, hall.c.id == device.c.hall)
_WITH_TOKEN = rows_of(DeviceOfToken, device, slug=hall.c.slug).select_from(_OF_HALL)
_OF_TOKEN = Read(DeviceOfToken, _WITH_TOKEN.where(device.c.token_digest == bindparam("digest")))
devices_of_tokens = Several(DeviceOfToken, _WITH_TOKEN.where(device.c.revoked_at.is_(None)))
"""Every device that is not revoked."""
device_in_use = One.of(
    DeviceInUse,
    device,
    or_(device.c.id == bindparam("device"), device.c.configured == bindparam("device")),
    device.c.revoked_at.is_(None),
)
"""The device that is not revoked, by its id or by its id in the hall document."""
_PAIRED = (
    rows_of(PairedDevice, device, slug=hall.c.slug)
    .select_from(_OF_HALL)
    .order_by(hall.c.slug, device.c.created_at, device.c.id)
)
_EVERY_DEVICE = Read(PairedDevice, _PAIRED)
_DEVICES_OF_HALLS = Read(PairedDevice, _PAIRED.where(device.c.hall.in_(bindparam("halls", expanding=True))))
_KEY_IS_VALID = and_(
    api_key.c.revoked_at.is_(None),
    or_(api_key.c.expires_at.is_(None), api_key.c.expires_at > bindparam("now")),
)
_KEY_OF_TOKEN = Read.of(ApiKeyRow, api_key, "token_digest")
_INSERT = Write(device.insert(), "id", "kind", "hall", "configured", "token_digest", "created_at", "token_at")
_OF_ROW = device.update().where(device.c.id == bindparam("row_id"))
replace_token = ChangeBy(
    _OF_ROW.values(copied_at=None, renewal_digest=None, renewal_until=None, renewal_by=None),
    *("row_id", "token_digest", "token_at"),
)
"""Gives a device another token. The former one is void; a renewal and a noted copy are cleared."""
_REVOKE = Write(_OF_ROW, "revoked_at")
note_copied = ChangeBy(_OF_ROW, "row_id", "copied_at")
"""Notes that a device's token was seen on two machines."""
keep_renewal = ChangeBy(_OF_ROW, "row_id", "renewal_digest", "renewal_until", "renewal_by")
"""Keeps the digest of the secret with which a device's page may exchange its token."""
valid_digests = Distinct(
    str,
    union_all(
        select(device.c.token_digest).where(device.c.revoked_at.is_(None)),
        select(api_key.c.token_digest).where(_KEY_IS_VALID),
    ),
)
"""The digests of the tokens of every device and API key that may call."""


def device_of_token(rows: Rows, token: str) -> DeviceOfToken | None:
    """The device with this token, revoked ones included."""
    return rows.one(_OF_TOKEN, digest=token_digest(token))


def paired_devices(rows: Rows, halls: Sequence[str] | None = None) -> list[PairedDevice]:
    """Every device of these halls (ids) or of all, revoked ones included, the oldest first of each hall."""
    return rows.all(_EVERY_DEVICE) if halls is None else rows.all(_DEVICES_OF_HALLS, halls=halls)


def bearer_of_token(rows: Rows, token: str, now: datetime) -> Bearer:
    """The owner of a token: a device, revoked ones included, or an API key."""
    device = device_of_token(rows, token)
    key = None if device is not None else rows.one(_KEY_OF_TOKEN, token_digest=token_digest(token))
    if key is not None and (key.revoked_at is not None or key.has_ended(now)):
        return Bearer(device, None, key)
    return Bearer(device, key, None)


def insert_device(
    transaction: Writes, new: str, *, kind: str, hall: str, configured: str, digest: str, now: datetime
) -> None:
    """Keeps a new device (id), with a token of this digest."""
    transaction.run(
        _INSERT,
        id=new,
        kind=kind,
        hall=hall,
        configured=configured,
        token_digest=digest,
        created_at=now,
        token_at=now,
    )


def revoke_device(transaction: Writes, device: str, *, now: datetime) -> None:
    """Revokes a device."""
    transaction.run(_REVOKE, row_id=device, revoked_at=now)


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


pairing_of_code = One.of(PairingRow, pairing, "code")
"""The pairing whose code this is or was."""
pairing_of_secret = One.of(PairingRow, pairing, "secret_digest")
"""The pairing of a device by the digest of its secret."""
_IS_THEIRS = case((pairing.c.address == bindparam("address"), 1))
_WAITING = Read(
    tuple[int, int],
    select(func.count().label("every"), func.count(_IS_THEIRS).label("theirs"))
    .select_from(pairing)
    .where(pairing.c.expires_at > bindparam("now"), pairing.c.device.is_(None)),
)
insert_pairing = NewRow(pairing, PairingRow)
"""Keeps a code that a device begins to show."""
confirm_pairing = ChangeBy(pairing.update().where(pairing.c.id == bindparam("row_id")), "row_id", "device")
"""Notes the device that a confirmed code became."""


def waiting_pairings(rows: Rows, address: str, now: datetime) -> tuple[int, int]:
    """How many codes are shown and not confirmed: in all, and from one address."""
    [found] = rows.all(_WAITING, address=address, now=now)
    return found


_NAME = re.compile(r"(?P<hall>[A-Za-z0-9-]+)\.(?P<screen>[A-Za-z0-9_-]+)\.(?P<micros>\d{1,17})\.webp")


@dataclass(frozen=True, slots=True)
class ScreenPicture:
    """A picture of a screen (its id in the hall's document) of a hall (id), and its file."""

    hall: str
    screen: str
    taken_at: datetime
    file: Path


@dataclass(frozen=True, slots=True)
class ScreenPictures:
    """The folder, created when it is first needed. Nobody sees a picture older than `kept_for`."""

    folder: Path
    kept_for: timedelta

    def keep(self, hall: str, screen: str, taken_at: datetime, content: bytes) -> ScreenPicture:
        """Keeps the picture of a screen (WebP) and deletes the one before. Refusal: storage_full."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{hall}.{screen}.{to_micros(taken_at)}.webp"
        draft = file.with_suffix(".part")
        with full_disk_is_refused(Refusal):
            draft.write_bytes(content)
        draft.replace(file)
        kept = ScreenPicture(hall, screen, taken_at, file)
        for other in self._all(hall):
            if (other.hall, other.screen) == (hall, screen) and other.taken_at < taken_at:
                other.file.unlink(missing_ok=True)
        return kept

    def of_halls(self, halls: Sequence[str], now: datetime) -> dict[str, dict[str, ScreenPicture]]:
        """The last picture of each screen that has one, of these halls, by hall."""
        found = dict[str, dict[str, ScreenPicture]]({hall: {} for hall in halls})
        every = self._all(halls[0] if len(halls) == 1 else "*")
        for each in sorted(every, key=lambda each: each.taken_at):
            if each.hall in found and now - each.taken_at <= self.kept_for:
                found[each.hall][each.screen] = each
        return found

    def read(self, hall: str, screen: str, now: datetime) -> bytes | None:
        """The last picture of a screen (WebP); None when there is none."""
        found = self.of_halls([hall], now)[hall].get(screen)
        try:
            return None if found is None else found.file.read_bytes()
        except FileNotFoundError:  # a newer one has taken its place
            return self.read(hall, screen, now)

    def purge(self, now: datetime) -> int:
        """Deletes old pictures, and files that a crash left half written; how many pictures."""
        old = [each for each in self._all() if now - each.taken_at > self.kept_for]
        for each in old:
            each.file.unlink(missing_ok=True)
        for draft in self.folder.glob("*.part"):
            if from_micros(int(draft.stat().st_mtime) * 1_000_000) < now - timedelta(hours=1):
                draft.unlink(missing_ok=True)
        return len(old)

    def _all(self, hall: str = "*") -> Iterator[ScreenPicture]:
        for file in self.folder.glob(f"{hall}.*.webp"):
            named = _NAME.fullmatch(file.name)
            if named is not None:
                taken_at = from_micros(int(named["micros"]))
                yield ScreenPicture(named["hall"], named["screen"], taken_at, file)
