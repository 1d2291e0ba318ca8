"""The last state of a printer that its driver saw. Pure.

A state is one of `hardware.status.PrinterState`, the worst that holds; `unknown` when nobody asked lately.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

UNKNOWN = "unknown"
PRINTING = frozenset({"ready", "near_end"})
"""The states in which a printer prints."""
ASKED_WITHIN = timedelta(seconds=60)
"""The driver asks an idle printer every 10 s, and one that holds a ticket more often."""


@dataclass(frozen=True, slots=True)
class PrinterSighting:
    """The last state of a printer, since when it has it, and when it was last asked."""

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
