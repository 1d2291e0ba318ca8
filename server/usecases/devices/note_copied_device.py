"""Note that a device's token is used on two machines at once, once for each token."""

from server.domain.author import SYSTEM
from server.domain.facts import FactKind, of_kind
from server.store.devices.paired_devices import device_in_use, note_copied
from server.store.transactions.database import Database


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
