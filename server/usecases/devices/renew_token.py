"""Exchange the token of a device, also of one that was copied."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count

from server.domain.author import SYSTEM, Author
from server.domain.devices.connections import live_connections
from server.domain.devices.device_state import Sighting
from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.ids import is_token_shaped, new_token, token_digest
from server.store.devices.paired_devices import (
    PairedDevice,
    device_in_use,
    device_of_token,
    keep_renewal,
    note_copied,
    paired_devices,
    replace_token,
)
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.usecases.devices.devices import in_use

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
        keep_renewal(transaction, row.id, token_digest(secret), until=until, by=author.id)
    return secret


def renewals_due(
    database: Database, hall: str, sightings: Mapping[str, Sighting]
) -> Iterator[tuple[PairedDevice, str]]:
    """The devices of a hall (id) whose token is old, each with its one connection.

    A device that is away, open twice or was asked within a day waits. Cookies last far longer than that.
    """
    now = database.clock.now()
    with database.read() as rows:
        devices = paired_devices(rows, hall)
    for device in devices:
        is_old = device.token_at <= now - RENEWED_AFTER
        until = device.renewal_until
        was_asked = until is not None and until > now - ASKED_AGAIN_AFTER
        if device.revoked_at is None and is_old and not was_asked and device.copied_at is None:
            sighting = sightings.get(device.configured)
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
        _check_secret(transaction, device.id, secret, transaction.now)
        replace_token(transaction, device.id, token_digest(fresh), now=transaction.now)
        transaction.record(of_kind(FactKind.DEVICE_RENEWED, device=device.id))
    return fresh


def _asked_by(database: Database, device: str) -> str:
    with database.read() as rows:
        asked_by = in_use(rows, device).renewal_by
    if asked_by is None:
        raise Refusal("renewal_over")
    return asked_by


def _check_secret(rows: Rows, device: str, secret: str, now: datetime) -> None:
    row = in_use(rows, device)
    is_same = hmac.compare_digest(row.renewal_digest or "", token_digest(secret))
    if not is_same or row.renewal_until is None or row.renewal_until < now:
        raise Refusal("renewal_over")


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
        note_copied(transaction, device.id, now=transaction.now)
        transaction.record(of_kind(FactKind.DEVICE_COPIED, device=device.id))
    return True
