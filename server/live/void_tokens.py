"""Cuts sockets whose token is void: a revoked screen, a page of somebody who signed out or lost a role."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from server.domain.hall.configuration import REACHING
from server.live.presence import Presence, SocketToken
from server.store.devices.paired_devices import valid_digests
from server.store.installation import AccessMark, access_mark
from server.store.people.accounts import Grant, allowed_by, reach_of
from server.store.people.sign_ins import signed_in
from server.store.transactions.database import Database

READ_EVERY_S = 25.0
"""How often the tokens are read for what expires by itself."""


@dataclass
class VoidTokens:
    """Checks the tokens of sockets when any process changed devices, keys, sessions or roles.

    And when a socket has come, which may have been let in just before such a change, and every READ_EVERY_S.
    `look` is called once a second; `cut(sid, namespace)` ends a socket.
    """

    database: Database
    presence: Presence
    cut: Callable[[str, str], None]
    _last_changes: AccessMark | None = None
    _checked: frozenset[tuple[str, SocketToken]] = frozenset()
    _checked_at_s: float = 0.0

    def cut_void(self) -> None:
        """Cuts the sockets of revoked or renewed devices, of revoked or expired keys, of ended sessions.

        And of people whose roles do not allow it any more, or for another part of the hall. After a change,
        also by another process, this process reads anew who calls.
        """
        sockets = self.presence.tokens()
        if not sockets:
            return
        shown = frozenset((sid, each) for sid, _, tokens in sockets for each in tokens)
        now_s = self.database.clock.elapsed_s()
        with self.database.read() as rows:
            changes = access_mark(rows)
            is_recent = now_s - self._checked_at_s < READ_EVERY_S
            if is_recent and changes == self._last_changes and shown <= self._checked:
                return
            if changes != self._last_changes:
                self.database.installation_changes += 1
            now = self.database.clock.now()
            valid = valid_digests(rows, now)
            people = signed_in(rows, self.presence.digests() - valid, now)
        for sid, namespace, tokens in sockets:
            if not all(each.digest in valid or self._is_allowed(each, people) for each in tokens):
                self.cut(sid, namespace)
        self._last_changes, self._checked, self._checked_at_s = changes, shown, now_s

    def _is_allowed(self, token: SocketToken, people: Mapping[str, Sequence[Grant]]) -> bool:
        grants = people.get(token.digest)
        if grants is None:
            return False
        hall = self.database.configuration(token.hall)
        if not allowed_by(grants, token.permission, hall.site.slug):
            return False
        return token.permission not in REACHING or token.is_whole == (
            reach_of(grants, token.permission, hall).is_whole
        )
