"""Sockets whose token has become void are cut: a stolen screen hears nothing more once it is revoked."""

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.instants import to_micros
from server.live.presence import Presence
from server.store.accounts import valid_digests
from server.store.database import Database

READ_EVERY_S = 25.0
"""How often the tokens are read for what other processes changed, and for keys that expired."""


@dataclass
class VoidTokens:
    """Looks once a second; reads when this process changed devices or keys, else every READ_EVERY_S.

    `cut(sid, namespace)` ends a socket.
    """

    database: Database
    presence: Presence
    cut: Callable[[str, str], None]
    _seen_changes: int = 0
    _read_at_s: float = 0.0

    def look(self) -> None:
        """Cuts the sockets of devices that were revoked or renewed, of keys that were revoked or expired."""
        changes, now_s = self.database.installation_changes, self.database.clock.elapsed_s()
        if changes == self._seen_changes and now_s - self._read_at_s < READ_EVERY_S:
            return
        self._seen_changes, self._read_at_s = changes, now_s
        shown = self.presence.tokens()
        if not shown:
            return
        with self.database.read() as rows:
            valid = valid_digests(rows, to_micros(self.database.clock.now()))
        for sid, namespace, digest in shown:
            if digest not in valid:
                self.cut(sid, namespace)
