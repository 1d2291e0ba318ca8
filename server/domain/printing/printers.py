"""The last state of a printer that its driver saw. Pure.

A state is one of `hardware.status.PrinterState`, the worst that applies; `unknown` without a recent answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

UNKNOWN = "unknown"
PRINTING = frozenset({"ready", "near_end", "not_taken"})
"""The states in which a printer prints."""
ASKED_WITHIN = timedelta(seconds=60)
"""The driver asks an idle printer every 10 s, and one that holds a ticket more often."""


@dataclass(frozen=True, slots=True)
class PrinterSighting:
    """The last state of a printer, the instant it began, and the instant of the last question."""

    state: str
    since: datetime
    seen_at: datetime


def state_now(sighting: PrinterSighting | None, now: datetime) -> str:
    """The state of a printer, `unknown` when it was never asked, or not lately."""
    if sighting is None or now - sighting.seen_at > ASKED_WITHIN:
        return UNKNOWN
    return sighting.state


def may_print(sighting: PrinterSighting | None, now: datetime) -> bool:
    """Whether a printer is known to print."""
    return state_now(sighting, now) in PRINTING
