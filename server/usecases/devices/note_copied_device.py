"""A device's token is used on two machines at once: noted, and told to whoever supervises, once a token."""

from server.domain.author import SYSTEM
from server.domain.facts import FactKind, of_kind
from server.domain.instants import to_micros
from server.store.people.accounts import device_in_use
from server.store.transactions.database import Database


def note_copied_device(database: Database, configured: str) -> bool:
    """Records that the token of the device at a place was copied; False when that is known already.

    Which machines they are is nowhere kept: it is shown while they are there.
    """
    with database.read() as rows:
        device = device_in_use(rows, configured)
    if device is None or device["copied_at"] is not None:
        return False
    with database.installation_transaction(SYSTEM) as transaction:
        device = device_in_use(transaction, configured)
        if device is None or device["copied_at"] is not None:
            return False
        at = to_micros(transaction.now)
        transaction.run("UPDATE device SET copied_at = :at WHERE id = :device", device=device["id"], at=at)
        transaction.record(of_kind(FactKind.DEVICE_COPIED, device=device["id"]))
    return True
