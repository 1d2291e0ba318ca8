"""Tokens of tickets: made of the visit with a key that is not in the database, which keeps a digest."""

import base64
import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from server.ids import is_token_shaped, token_digest

TOKEN_BYTES = 16
ACCESS = "SELECT token, token_digest FROM ticket_access WHERE visit = :visit"
RENEW = "UPDATE ticket_access SET token_digest = :digest WHERE visit = :visit"
LAST_TICKET = "SELECT visit, token_digest FROM ticket_access WHERE token IS NULL ORDER BY visit DESC LIMIT 1"
"""The ticket that was issued last, with a token made of its visit."""
_PRESS = "SELECT visit FROM ticket_access WHERE press = :press"
_OWN_KEY = secrets.token_bytes(32)


def is_press_known(rows: Any, press: str) -> bool:
    """Whether a press has a ticket."""
    return rows.one(_PRESS, press=press) is not None


class TicketTokens:
    """Makes the token of a visit, the same each time. `key`: read when it is first needed."""

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

    def again(self, visit: str, *, digest: str | None, former: str | None) -> str | None:
        """The token a visit's ticket was given; None where it was purged, or made with another key.

        `former`: of a ticket that was issued before tokens were made of their visits.
        """
        if former is not None:
            return former
        token = self.of(visit)
        return token if digest is not None and hmac.compare_digest(token_digest(token), digest) else None
