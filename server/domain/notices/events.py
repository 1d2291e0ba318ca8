"""When a notice came to screens and left them, from the steps of its life. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from server.domain.facts import FactKind

PUBLISHED, ENDED = "published", "ended"
_ENDS = {FactKind.NOTICE_WITHDRAWN: "withdrawn", FactKind.NOTICE_REPLACED: "replaced"}


@dataclass(frozen=True, slots=True)
class NoticeMoment:
    """A step of a notice: what happened (`kind`, of a fact), to which version, when, and from when to when it
    is shown.
    """

    step: int
    kind: str
    version: int
    done_at: datetime
    shown_from: datetime | None
    shown_until: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """A notice was `published`, or `ended` at an instant: `withdrawn`, `replaced` or `expired`.

    `position`: its place among the events of the notice, the same whenever it is computed.
    """

    position: int
    turn: str
    at: datetime
    of: NoticeMoment
    reason: str | None = None


def events_of(moments: Iterable[NoticeMoment], now: datetime) -> list[NoticeEvent]:
    """What happened to a notice until now, its steps given in order. The clock ends a notice too."""
    found: list[NoticeEvent] = []
    shown: NoticeMoment | None = None
    for moment in moments:
        ended = _expired(shown, moment.done_at)
        if ended is not None:
            found.append(ended)
            shown = None
        if moment.kind == FactKind.NOTICE_PUBLISHED:
            shown = moment
            found.append(NoticeEvent(moment.step * 2, PUBLISHED, moment.done_at, moment))
        elif shown is not None and moment.kind in _ENDS:
            reason = _ENDS[FactKind(moment.kind)]
            found.append(NoticeEvent(moment.step * 2, ENDED, moment.done_at, shown, reason))
            shown = None
    last = _expired(shown, now)
    return found if last is None else [*found, last]


def _expired(shown: NoticeMoment | None, now: datetime) -> NoticeEvent | None:
    if shown is None or shown.shown_until is None or shown.shown_until > now:
        return None
    return NoticeEvent(shown.step * 2 + 1, ENDED, shown.shown_until, shown, "expired")
