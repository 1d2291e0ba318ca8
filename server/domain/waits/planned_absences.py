"""Absences of counters that a supervisor typed; they win over usual hours (docs/rules/estimates.md). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

LONGEST_MIN = 12 * 60
"""A longer absence is a mistake of typing."""


@dataclass(frozen=True, slots=True)
class PlannedAbsence:
    """Nobody calls at a counter between two minutes of a day, or of these weekdays from that day on.

    `weekdays`: Monday is 0; without any it is on `from_on` alone.
    """

    id: str
    counter: str
    from_on: date
    weekdays: Sequence[int]
    starts_min: int
    ends_min: int

    def holds_on(self, day: date) -> bool:
        """Whether it is on this day."""
        if not self.weekdays:
            return day == self.from_on
        return day >= self.from_on and day.weekday() in self.weekdays

    def overlaps(self, other: "PlannedAbsence") -> bool:
        """Whether both are at one counter at one time, on some day."""
        if self.weekdays and other.weekdays:
            is_same_day = not set(self.weekdays).isdisjoint(other.weekdays)
        else:
            once, each = (other, self) if self.weekdays else (self, other)
            is_same_day = each.holds_on(once.from_on)
        is_same_time = self.starts_min < other.ends_min and other.starts_min < self.ends_min
        return is_same_day and is_same_time and self.counter == other.counter
