"""Rows of the list of what asks for a person's attention, their order, and the reader's reach. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

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
    KIOSK_WITHOUT_PRINTER = "kiosk_without_printer"


@dataclass(frozen=True, slots=True)
class AttentionRow:
    """One thing that asks for attention. It never names a visitor.

    `site`: slug; `sentence`: the key of its sentence; `values`: what the sentence names; `path`: the page
    where the thing is done; `since`: when it began to ask.
    """

    kind: AttentionKind
    urgency: Urgency
    since: datetime
    site: str
    sentence: str
    path: str
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AttentionReach:
    """What a reader may see: their halls, their permissions there, their language, and the instant.

    `may`: whether they have a permission at a site (slug); `roles_at`: their roles there; `translate`: a
    sentence by key and language.
    """

    halls: Sequence[HallConfiguration]
    may: Callable[[Permission, str], bool]
    roles_at: Callable[[str], Collection[str]]
    language: str
    translate: Callable[..., str]
    now: datetime

    def halls_where(self, permission: Permission) -> list[HallConfiguration]:
        """The reader's halls where they have a permission."""
        return [hall for hall in self.halls if self.may(permission, hall.site.slug)]

    def sites_where(self, permission: Permission) -> list[Site]:
        """The reader's sites where they have a permission, each once."""
        return list({hall.site.slug: hall.site for hall in self.halls_where(permission)}.values())


def by_urgency(rows: Iterable[AttentionRow]) -> list[AttentionRow]:
    """The rows, the most urgent first; within an urgency the oldest first."""
    return sorted(rows, key=lambda row: (row.urgency, row.since, row.kind, row.path))
