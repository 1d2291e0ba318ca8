"""Tokens of tickets, made of their visit with a key. The database has a digest of each, not the key."""

import base64
import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256

from server.ids import is_token_shaped, token_digest

TOKEN_BYTES = 16
_OWN_KEY = secrets.token_bytes(32)


class TicketTokens:
    """Makes the token of a visit, the same each time. `key` is called once, for the first token."""

    def __init__(self, key: Callable[[], bytes] = lambda: _OWN_KEY) -> None:
        self._read = key
        self._key: bytes | None = None

    def of(self, visit: str) -> str:
        """The token of a visit (id): 128 bits as 22 URL-safe characters, shaped like `new_token`'s."""
        key = self._key = self._key or self._read()
        turn = 0
        while True:
            made = hmac.new(key, f"parvis ticket {turn} {visit}".encode(), sha256).digest()[:TOKEN_BYTES]
            token = base64.urlsafe_b64encode(made).decode().rstrip("=")
            if is_token_shaped(token):
                return token
            turn += 1

    def remake(self, visit: str, *, digest: str | None) -> str | None:
        """The token of a visit; None unless it has this digest: purged, or made with another key."""
        token = self.of(visit)
        return token if digest is not None and hmac.compare_digest(token_digest(token), digest) else None
