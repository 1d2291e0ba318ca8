"""Idempotency keys: a request sent twice is answered twice and done once."""

import hashlib
from dataclasses import dataclass

from server.store.engine.rows import Query

_SELECT_ANSWER = "SELECT fingerprint, answer FROM idempotency WHERE author = :by AND key = :key"


@dataclass(frozen=True, slots=True)
class WriteKey:
    """An idempotency key: `by` is the author it belongs to, `fingerprint` the SHA-256 of what was asked."""

    by: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, by: str, key: str, content: bytes) -> "WriteKey":
        """The key of a request: method, path and body in `content`."""
        return cls(by, key, hashlib.sha256(content).hexdigest())

    def answer(self) -> Query:
        """The read of what a request with this key was answered."""
        return Query(_SELECT_ANSWER, {"by": self.by, "key": self.key}, is_own=True)
