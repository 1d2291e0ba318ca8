"""Who is connected to this process: counted per hall and namespace.

So that nothing is computed for nobody.
"""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Presence:
    """Connected sockets of this process. A visitor's socket also stands for its visit.

    Those of a device or an API key are known by the digest of its token.
    """

    halls: Counter[tuple[str, str]] = field(default_factory=Counter)
    _sockets: dict[str, tuple[str, str]] = field(default_factory=dict)
    _visits: dict[str, tuple[str, str]] = field(default_factory=dict)
    _digests: dict[str, tuple[str, str]] = field(default_factory=dict)

    def arrived(self, sid: str, namespace: str, hall: str, visit: str | None = None) -> None:
        """A socket has joined a hall's room."""
        self._sockets[sid] = (namespace, hall)
        self.halls[namespace, hall] += 1
        if visit is not None:
            self._visits[sid] = (hall, visit)

    def showed_token(self, sid: str, namespace: str, digest: str) -> None:
        """A socket was let in by the token of a device or an API key."""
        self._digests[sid] = (namespace, digest)

    def tokens(self) -> list[tuple[str, str, str]]:
        """The sockets let in by a token: sid, namespace, the token's digest."""
        return [(sid, *shown) for sid, shown in self._digests.items()]

    def left(self, sid: str) -> None:
        """A socket has gone."""
        self._digests.pop(sid, None)
        known = self._sockets.pop(sid, None)
        self._visits.pop(sid, None)
        if known is not None:
            self.halls[known] -= 1
            if self.halls[known] <= 0:
                del self.halls[known]

    def has(self, namespace: str, hall: str) -> bool:
        """Whether anyone of this process is in the hall's room of a namespace."""
        return (namespace, hall) in self.halls

    def known_halls(self) -> set[str]:
        """The halls someone is connected to."""
        return {hall for _, hall in self.halls}

    def visits_in(self, hall: str) -> set[str]:
        """The visits followed by a phone in a hall."""
        return {visit for each, visit in self._visits.values() if each == hall}

    def follows(self, visit: str) -> bool:
        """Whether a phone of this process follows a visit."""
        return any(each == visit for _, each in self._visits.values())

    def count(self) -> int:
        """Sockets connected to this process."""
        return len(self._sockets)
