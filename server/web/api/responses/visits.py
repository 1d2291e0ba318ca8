"""Shapes of visits: found again, linked, looked back at."""

from server.domain.facts import FactKind
from server.domain.visits.facts import TicketChannel
from server.domain.visits.transitions import EndReason
from server.web.api.responses.exact import Count, ExactShape, InstantText
from server.web.api.responses.legs import Explanation, Leg
from server.web.api.responses.printing import PrintVerdict


class LinkAnswer(ExactShape):
    """A visit and the numbers it is linked to."""

    visit: str
    number: str
    linked: list[str]


class FoundVisit(Leg):
    """A visit that was found: its last leg, and how its ticket was taken."""

    language: str | None
    """In which language the ticket was taken; null: erased."""
    channel: TicketChannel
    ahead: Count | None
    """How many are called before; null for who does not wait."""
    print: PrintVerdict | None
    """The last print job of its paper."""


class FoundVisitsAnswer(ExactShape):
    """The visits of today that fit, the latest first."""

    as_of: InstantText
    visits: list[FoundVisit]


class FactOfVisit(ExactShape):
    """Something that happened to a visit, without who did it."""

    fact: FactKind
    at: InstantText
    counter: str | None
    service: str | None
    reason: EndReason | None
    """How a leg ended."""
    why: Explanation | None
    """Why a leg was called."""
    is_undone: bool


class HistoryAnswer(ExactShape):
    """What happened to a visit, in order."""

    visit: str
    number: str | None
    facts: list[FactOfVisit]
