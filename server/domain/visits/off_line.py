"""Presses that a kiosk answered while its server was away: when they were, what each does to earlier visits.

Pure. In prose: docs/rules/off-line.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.facts import Fact, FactKind, Json
from server.domain.tickets import PaperNumber, Series

OLDEST = timedelta(days=8)
"""A press cannot be older: a kiosk that is off line has the hours of seven days."""
LONGEST_AGE_S = 10 * 365 * 86_400
"""An age that says more says nothing: any reckoning with it is possible."""
PROVISION_DAYS = 7
"""For how many days a provision lasts: then an agent gives no ticket by itself any more."""
HEARD_FOR = timedelta(seconds=12)
"""How long after its last message an agent counts as live; it sends one every five seconds."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """When a kiosk says that a press was: by its clock, and so many seconds ago.

    `age_s` is counted without the clock, since the start of the computer; None: it started again since.
    """

    at: datetime
    age_s: float | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """The server's clock and the kiosk's, read for one request; `earliest`: the hall's first fact."""

    server: datetime
    kiosk: datetime
    earliest: datetime


@dataclass(frozen=True, slots=True)
class TrueInstant:
    """An instant by the server's clock. `is_suspect`: the kiosk said one that is impossible."""

    at: datetime
    is_suspect: bool


def true_instant(pressed: Pressed, clocks: Clocks) -> TrueInstant:
    """When a press was, by the server's clock.

    By its age; without one by the kiosk's clock, less what that differs by from the server's now. What is to
    come, older than OLDEST, or before the hall's first fact, becomes the nearest possible instant.
    """
    if pressed.age_s is None:
        said = pressed.at + (clocks.server - clocks.kiosk)
    else:
        age_s = min(max(pressed.age_s, -LONGEST_AGE_S), LONGEST_AGE_S)
        said = clocks.server - timedelta(seconds=age_s)
    at = min(max(said, clocks.earliest, clocks.server - OLDEST), clocks.server)
    return TrueInstant(at, is_suspect=at != said)


class Standing(StrEnum):
    """What a press that was answered off line is to the visit that the server has of it, if any."""

    NEW = "new"
    MERGED = "merged"
    SUPERSEDES = "supersedes"


def standing_of(paper: PaperNumber, visit: PaperNumber | None) -> Standing:
    """The number on paper wins: a visit of the same press with another number is superseded."""
    if visit is None:
        return Standing.NEW
    return Standing.MERGED if visit.text == paper.text else Standing.SUPERSEDES


def next_own_rank(highest: int | None, series: Series) -> int:
    """The rank that a kiosk gives next off line; above `series.highest` where all are given that day."""
    return series.first if highest is None else max(series.first, highest + 1)


def figure_corrected(business_day: str, visits: int, *, kiosk: str) -> Fact:
    """The figures of a closed business day changed: a kiosk brought `visits` that it had taken off line."""
    body: Json = {"business_day": business_day, "visits": visits, "kiosk": kiosk}
    return Fact(FactKind.FIGURE_CORRECTED, body)
