"""The share of opening time in which a device was present. Pure. Rule: docs/rules/supervision.md.

The server checks each device every LOOK_EVERY_S while its hall is open and keeps two sums for each local day.
While the server itself is away it checks nothing, and nothing counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

DAYS = 30
"""Number of local days that an uptime covers, today included."""
LOOK_EVERY_S = 120
FEWEST_LOOKS = 30
"""The fewest checks for which a share is given: an hour of opening."""


@dataclass(frozen=True, slots=True)
class DayOfLooks:
    """A local day: how many checks found the device present, and how many did not."""

    on: date
    seen: int
    missed: int


def uptime(days: Iterable[DayOfLooks], today: date) -> float | None:
    """The share of checks in the last 30 days that found the device, 0 to 1; None after too few checks."""
    since = today - timedelta(days=DAYS - 1)
    counted = [day for day in days if since <= day.on <= today]
    present = sum(day.seen for day in counted)
    looks = present + sum(day.missed for day in counted)
    return None if looks < FEWEST_LOOKS else present / looks
