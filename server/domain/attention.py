"""What people who watch over halls see first: what asks for attention, and queues on the wall. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Literal

from server.domain.author import Author
from server.domain.hall.configuration import HallConfiguration, Site
from server.domain.people.roles import Permission


class Urgency(IntEnum):
    """How soon a row needs a person, the most urgent first."""

    NOW = 0
    TODAY = 1
    SOON = 2


class AttentionKind(StrEnum):
    """What a row is about."""

    ALARM = "alarm"
    ACTION_LATE = "action_late"
    ACTION_DUE = "action_due"
    SURVEY_BEHIND = "survey_behind"
    REPORT_NOT_SENT = "report_not_sent"
    COMPLAINT_LATE = "complaint_late"
    COMPLAINT_UNREAD = "complaint_unread"
    REGISTER_FLOODED = "register_flooded"
    PACK_TO_SEND = "pack_to_send"
    INCIDENT_UNANSWERED = "incident_unanswered"
    INCIDENT_WITHOUT_NOTE = "incident_without_note"
    DEVICES_NEEDING = "devices_needing"
    KIOSK_WITHOUT_PRINTER = "kiosk_without_printer"
    NOTICE_PROPOSED = "notice_proposed"
    NOTICE_FEED_UNREAD = "notice_feed_unread"
    NOTICE_ENDS = "notice_ends"
    NOTICE_NEVER_SHOWN = "notice_never_shown"
    NOTICE_DRAFT = "notice_draft"


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """One thing that asks for attention. It never names a visitor.

    `site`: slug; `sentence`: the key of its sentence; `values`: what the sentence names; `path`: the page
    where the thing is done; `since`: when it began to ask; `is_dated`: the row says so.
    """

    kind: AttentionKind
    urgency: Urgency
    since: datetime
    site: str
    sentence: str
    path: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    is_dated: bool = False


@dataclass(frozen=True, slots=True)
class AttentionReach:
    """What a reader may see: their halls, their permissions there, their language, the instant, who they are.

    `may`: whether they have a permission at a site (slug); `roles_at`: their roles there; `translate`: a
    sentence by key and language.
    """

    halls: Sequence[HallConfiguration]
    may: Callable[[Permission, str], bool]
    roles_at: Callable[[str], Collection[str]]
    language: str
    translate: Callable[..., str]
    now: datetime
    author: Author

    def halls_where(self, permission: Permission) -> list[HallConfiguration]:
        """The reader's halls where they have a permission."""
        return [hall for hall in self.halls if self.may(permission, hall.site.slug)]

    def sites_where(self, permission: Permission) -> list[Site]:
        """The reader's sites where they have a permission, each once."""
        return list({hall.site.slug: hall.site for hall in self.halls_where(permission)}.values())


def by_urgency(rows: Iterable[AttentionRow]) -> list[AttentionRow]:
    """The rows, the most urgent first; within an urgency the oldest first."""
    return sorted(rows, key=lambda row: (row.urgency, row.since, row.kind, row.path))


FEWEST_AGENTS = 3
"""With fewer agents present the activity of a counter would reveal that of a person: the wall shows the hall
only.
"""

type QueueState = Literal["calm", "breach_expected", "late", "unserved"]


@dataclass(frozen=True, slots=True)
class WaitingLeg:
    """One waiting leg: its wait so far, and its target."""

    wait_s: float
    target_s: int


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """A queue now: its waiting legs, the wait of the next visitor (low and high; None: unknown), its
    counters.

    `target_s` is the least target of its services, without an appointment or a priority.
    """

    waiting: Sequence[WaitingLeg]
    expected_s: tuple[float, float] | None
    target_s: int
    counters: int


def overdue(waiting: Iterable[WaitingLeg]) -> int:
    """The number of legs that have waited longer than their target."""
    return sum(each.wait_s > each.target_s for each in waiting)


def queue_state(queue: QueueSnapshot) -> QueueState:
    """The first that holds: people wait and no counter serves, a target has passed, the next one's will."""
    if queue.waiting and queue.counters == 0:
        return "unserved"
    if overdue(queue.waiting):
        return "late"
    if queue.expected_s is not None and sum(queue.expected_s) / 2 > queue.target_s:
        return "breach_expected"
    return "calm"


def shows_counters(agents: int) -> bool:
    """Whether the activity of each counter may be shown while `present` agents are there."""
    return agents >= FEWEST_AGENTS
