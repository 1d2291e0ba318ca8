"""Personal values outside the journal."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Any

from server.domain.facts import Erasable
from server.domain.instants import to_micros
from server.ids import new_id


def keep_erasable(transaction: Any, value: str, *, until: datetime) -> Erasable:
    """Keeps a personal value outside the journal; what the fact may hold of it."""
    salt = secrets.token_hex(16)
    kept = Erasable(new_id(), hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest())
    transaction.insert("erasable", id=kept.id, value=value, salt=salt, erase_after=to_micros(until))
    return kept
