"""A device's token is renewed from afar: its page is told, and exchanges the old one for another.

The new token follows from the old one and from what only the page that was told knows. So an exchange whose
answer was lost is made again with the same end, nothing secret is kept meanwhile, and a copy of the old token
elsewhere cannot take part in it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count

from server.domain.author import Author
from server.domain.devices.connections import live
from server.domain.devices.device_state import Sighting
from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.ids import is_token_shaped, new_token, token_digest
from server.store.devices.paired_devices import (
    PairedDevice,
    device_of_token,
    keep_renewal,
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
    """What the page of a device (its id) is told, so that it may exchange its token within two minutes.

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

    One that is away, open twice, or was asked within a day, waits: so no cookie ends while it is used.
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
            connections = () if sighting is None else live(sighting.connections, now)
            if len(connections) == 1:
                yield device, connections[0].id


def exchange_token(database: Database, token: str, secret: str) -> str:
    """The new token of the device that has `token` and was told so; `token` is void from now on.

    Refusals: unknown_device; renewal_over when nobody asked, something else was told, or it is too late.
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
        _refuse_unless_told(transaction, device.id, secret, transaction.now)
        replace_token(transaction, device.id, token_digest(fresh), now=transaction.now)
        transaction.record(of_kind(FactKind.DEVICE_RENEWED, device=device.id))
    return fresh


def _asked_by(database: Database, device: str) -> str:
    with database.read() as rows:
        asked_by = in_use(rows, device).renewal_by
    if asked_by is None:
        raise Refusal("renewal_over")
    return asked_by


def _refuse_unless_told(rows: Rows, device: str, secret: str, now: datetime) -> None:
    row = in_use(rows, device)
    is_told = hmac.compare_digest(row.renewal_digest or "", token_digest(secret))
    if not is_told or row.renewal_until is None or row.renewal_until < now:
        raise Refusal("renewal_over")


def _follows(token: str, secret: str) -> str:
    """132 bits as URL-safe characters, of the shape that logs know as a token."""
    for attempt in count():
        digest = hmac.digest(token.encode(), f"{secret}.{attempt}".encode(), hashlib.sha256)
        fresh = urlsafe_b64encode(digest).decode()[:_TOKEN_LENGTH]
        if is_token_shaped(fresh):
            return fresh
    raise AssertionError("endless")
