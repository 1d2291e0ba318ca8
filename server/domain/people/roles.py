"""Roles are sets of permissions per verb; an account holds a role at one site or at all of them.

A reach says at which counters and for which services of a hall somebody may call.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from server.domain.refusals import Refusal


class Permission(StrEnum):
    """What a person, a device or an API key may do.

    A scope of an API key is a permission or a set of them.
    """

    ISSUE = "issue"
    CALL = "call"
    RECEIVE = "receive"
    ASK_HELP = "ask_help"
    READ_BOARD = "read_board"
    READ_QUEUE = "read_queue"
    READ_FIGURES = "read_figures"
    EXPORT_VISITS = "export_visits"
    REPRINT = "reprint"
    SUPERVISE = "supervise"
    DISTRIBUTE = "distribute"
    CONFIGURE = "configure"
    ADMINISTER_PEOPLE = "administer_people"
    DECIDE_TARGETS = "decide_targets"
    TYPE_FIGURES = "type_figures"
    READ_HELP = "read_help"
    READ_APPOINTMENTS = "read_appointments"
    BOOK = "book"
    RAISE_ALERT = "raise_alert"
    END_ALERT = "end_alert"
    DRAFT_NOTICES = "draft_notices"
    PUBLISH_NOTICES = "publish_notices"
    SET_LOOK = "set_look"
    READ_JOURNAL = "read_journal"
    SEND_BULLETINS = "send_bulletins"
    WRITE_REPORTS = "write_reports"
    RUN_SURVEYS = "run_surveys"
    NOTE_INCIDENTS = "note_incidents"
    RECEIVE_INCIDENTS = "receive_incidents"
    ANSWER_COMPLAINTS = "answer_complaints"
    READ_RETENTION = "read_retention"


_P = Permission
_AT_WORK = {_P.READ_BOARD, _P.READ_HELP}
_OF_HALL = _AT_WORK | {_P.READ_APPOINTMENTS, _P.RAISE_ALERT, _P.NOTE_INCIDENTS}
_OF_COUNTERS = _OF_HALL | {_P.ISSUE, _P.READ_QUEUE}
_OF_AGENTS = _OF_COUNTERS | {_P.RECEIVE, _P.REPRINT, _P.RECEIVE_INCIDENTS}
_OF_QUALITY = _AT_WORK | {
    *(_P.READ_FIGURES, _P.EXPORT_VISITS, _P.DECIDE_TARGETS, _P.TYPE_FIGURES),
    *(_P.WRITE_REPORTS, _P.RUN_SURVEYS, _P.ANSWER_COMPLAINTS),
}
ROLES: dict[str, frozenset[Permission]] = {
    "agent": frozenset(_OF_AGENTS | {_P.CALL}),
    "reception": frozenset(_OF_AGENTS | {_P.DISTRIBUTE, _P.BOOK, _P.DRAFT_NOTICES}),
    "digital_helper": frozenset(_OF_COUNTERS | {_P.CALL}),
    "security": frozenset(_OF_HALL | {_P.DISTRIBUTE, _P.ASK_HELP, _P.END_ALERT, _P.RECEIVE_INCIDENTS}),
    "supervisor": frozenset(
        _OF_AGENTS
        | _OF_QUALITY
        | {_P.CALL, _P.SUPERVISE, _P.CONFIGURE, _P.DISTRIBUTE, _P.BOOK}
        | {_P.END_ALERT, _P.DRAFT_NOTICES, _P.READ_JOURNAL}
    ),
    "communication": frozenset(_AT_WORK | {_P.DRAFT_NOTICES, _P.PUBLISH_NOTICES, _P.SET_LOOK}),
    "quality": frozenset(_OF_QUALITY | {_P.READ_RETENTION}),
    "administrator": frozenset(Permission),
    "committee": frozenset({_P.READ_FIGURES, _P.READ_HELP}),
}
SCOPES: dict[str, frozenset[Permission]] = {
    "issue": frozenset({_P.ISSUE}),
    "read": frozenset(
        {_P.READ_BOARD, _P.READ_QUEUE, _P.READ_FIGURES, _P.EXPORT_VISITS, _P.READ_APPOINTMENTS}
    ),
    "call": frozenset({_P.CALL, _P.READ_QUEUE, _P.READ_BOARD}),
    "book": frozenset({_P.BOOK, _P.READ_APPOINTMENTS}),
    "figures": frozenset({_P.READ_FIGURES, _P.TYPE_FIGURES}),
    "alert": frozenset({_P.RAISE_ALERT}),
    "notices": frozenset({_P.DRAFT_NOTICES, _P.PUBLISH_NOTICES}),
    "bulletins": frozenset({_P.SEND_BULLETINS}),
}
"""What each scope of an API key allows (CONTRACT: the demonstration's key has issue, read and call)."""

DEVICE_KINDS: dict[str, frozenset[Permission]] = {
    "kiosk": frozenset({_P.ISSUE}),
    "screen": frozenset({_P.READ_BOARD}),
}
"""What a paired device may do in its own hall, by its kind."""


class PlacedLeg(Protocol):
    """A leg: its service, the counter it was called to last, the only one that it waits for (ids)."""

    @property
    def service(self) -> str: ...
    @property
    def counter(self) -> str | None: ...
    @property
    def for_counter(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class CallingReach:
    """The services (ids) that somebody may call at each counter (id) of a hall; None: all at all counters."""

    services_at: Mapping[str, frozenset[str]] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole hall."""
        return self.services_at is None

    def has_counter(self, counter: str) -> bool:
        """Whether one may call at a counter."""
        return self.services_at is None or counter in self.services_at

    def has_service(self, service: str) -> bool:
        """Whether one may call for a service, at some counter."""
        return self.services_at is None or any(service in each for each in self.services_at.values())

    def has_waiting(self, service: str, for_counter: str | None) -> bool:
        """Whether one may see who waits for a service, or for one counter alone, and call them."""
        return self.has_service(service) or (for_counter is not None and self.has_counter(for_counter))

    def has_leg(self, leg: PlacedLeg) -> bool:
        """Whether one may see a leg: it waits for a service or counter of one’s, or was called there."""
        if self.has_waiting(leg.service, leg.for_counter):
            return True
        return leg.counter is not None and self.has_counter(leg.counter)

    def services_of(self, counter: str, services: Iterable[str]) -> tuple[str, ...]:
        """Those of the services that one may call at a counter."""
        if self.services_at is None:
            return tuple(services)
        return tuple(each for each in services if each in self.services_at.get(counter, ()))

    def check_counter(self, counter: str) -> None:
        """Refusal: counter_not_allowed."""
        if not self.has_counter(counter):
            raise Refusal("counter_not_allowed", counter=counter)

    def check_duty(self, counter: str, services: Iterable[str]) -> None:
        """Refusals, for a counter session with these services: counter_not_allowed, service_not_allowed."""
        self.check_counter(counter)
        allowed = self.services_of(counter, services := tuple(services))
        for service in services:
            if service not in allowed:
                raise Refusal("service_not_allowed", service=service)

    def check_leg(self, leg: PlacedLeg) -> None:
        """Refusal: service_not_allowed."""
        if not self.has_leg(leg):
            raise Refusal("service_not_allowed", service=leg.service)


WHOLE_HALL = CallingReach()


def joined(reaches: Iterable[CallingReach]) -> CallingReach:
    """The reach of several roles of one person."""
    found: dict[str, frozenset[str]] = {}
    for reach in reaches:
        if reach.services_at is None:
            return WHOLE_HALL
        for counter, services in reach.services_at.items():
            found[counter] = found.get(counter, frozenset()) | services
    return CallingReach(found)
