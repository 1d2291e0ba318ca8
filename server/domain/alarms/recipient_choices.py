"""Which alarms a recipient receives: kinds, hall, language. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from server.domain.alarms.detection import AlarmKind
from server.domain.languages import FRENCH
from server.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class AlarmChoice:
    """`kinds` and `hall` (slug): None means all, future ones included. `language` of the messages.

    `has_notices`: a webhook also hears of each publication and end of a notice.
    """

    kinds: frozenset[AlarmKind] | None = None
    hall: str | None = None
    language: str = FRENCH
    has_notices: bool = False

    def includes(self, kind: AlarmKind, hall: str) -> bool:
        """Whether the recipient receives an alarm of this kind and hall."""
        return (self.kinds is None or kind in self.kinds) and self.hall in (None, hall)

    def listed_kinds(self) -> list[str] | None:
        """The kinds in the order in which alarms are listed, None for every kind."""
        return None if self.kinds is None else [str(kind) for kind in AlarmKind if kind in self.kinds]

    def as_body(self) -> dict[str, Any]:
        """The choice as JSON values of a fact."""
        body: dict[str, Any] = {"kinds": self.listed_kinds(), "hall": self.hall, "language": self.language}
        return body | ({"has_notices": True} if self.has_notices else {})


def kinds_of(names: Collection[str], *, may_be_none: bool = False) -> frozenset[AlarmKind] | None:
    """The kinds that were chosen by name; None when it was every one.

    `may_be_none`: the recipient receives something else. Refusal: alarm_kinds_missing.
    """
    kinds = frozenset(kind for kind in AlarmKind if kind in names)
    if not kinds and not may_be_none:
        raise Refusal("alarm_kinds_missing")
    return None if len(kinds) == len(AlarmKind) else kinds
