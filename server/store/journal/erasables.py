"""Personal values outside the journal."""

import hashlib
import hmac
import secrets
from datetime import datetime

from server.domain.facts import Erasable
from server.ids import new_id
from server.store.engine.buffered_writes import Writes
from server.store.engine.statements import Write
from server.store.tables.journals import erasable

_INSERT = Write(erasable.insert(), "id", "value", "salt", "erase_after")


def keep_erasable(transaction: Writes, value: str, *, until: datetime) -> Erasable:
    """Keeps a personal value outside the journal until an instant; what a fact may hold of it."""
    salt = secrets.token_hex(16)
    kept = Erasable(new_id(), hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest())
    transaction.run(_INSERT, id=kept.id, value=value, salt=salt, erase_after=until)
    return kept
