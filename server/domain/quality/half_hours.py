"""Half hours of a day side by side: in which of them targets are missed more often. Pure.

Rules in prose: `docs/rules/indicators.md`, « The pages ».
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from server.domain.quality.doubt import Change, Days, Interval, change_of, held, interval_of
from server.domain.quality.figures import with_target
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.rollup import Rollup, Tally
from server.domain.quality.selection import is_shown_in_cell

_SHARE = INDICATORS["within_target"]


@dataclass(frozen=True, slots=True)
class HalfHour:
    """The waits with a target that began in a half hour (0–47, local) on some days.

    `missed`: how many ended past their target. `interval` and `change` are those of the share within the
    target; `change`: against the other half hours of the same days, None where either has too few waits.
    """

    at: int
    waits: int
    missed: int
    interval: Interval | None = None
    change: Change | None = None

    @property
    def is_worse(self) -> bool:
        """Whether its target is missed more often than in the others, and chance does not explain it."""
        return self.change is not None and self.change.direction == "down"


def half_hours_of(days: Iterable[Rollup]) -> list[HalfHour]:
    """The half hours with a wait that has a target, in order.

    At most one in ten of those that stand out is chance, on average (`held`).
    """
    counted = [day for day in days if day.cells]
    weekdays = tuple(next(iter(day.cells)).weekday for day in counted)
    waits: list[Counter[int]] = [Counter() for _ in counted]
    within: list[Counter[int]] = [Counter() for _ in counted]
    for day, of_day, in_time in zip(counted, waits, within, strict=True):
        for key, tally in day.cells.items():
            of_day[key.half_hour] += with_target(tally)
            in_time[key.half_hour] += tally.within_target
    every = sum(of_day.total() for of_day in waits)
    found: list[HalfHour] = []
    for at in sorted({at for of_day in waits for at in +of_day}):
        own = [(of_day[at], in_time[at]) for of_day, in_time in zip(waits, within, strict=True)]
        n, missed = sum(n for n, _ in own), sum(n - part for n, part in own)
        half_hour = HalfHour(at, n, missed)
        if is_shown_in_cell(n):
            rest = [
                (of_day.total() - n, in_time.total() - part)
                for of_day, in_time, (n, part) in zip(waits, within, own, strict=True)
            ]
            days_of_own, days_of_rest = _days(own, weekdays), _days(rest, weekdays)
            change = change_of(_SHARE, days_of_rest, days_of_own) if is_shown_in_cell(every - n) else None
            half_hour = replace(half_hour, interval=interval_of(_SHARE, days_of_own), change=change)
        found.append(half_hour)
    standing = iter(held([each.change for each in found if each.change]))
    return [replace(each, change=next(standing)) if each.change else each for each in found]


def _days(counts: Iterable[tuple[int, int]], weekdays: tuple[int, ...]) -> Days:
    """Days by their waits with a target that ended, and how many of these in time."""
    tallies = (Tally(called_with_target=n, within_target=part) for n, part in counts)
    return Days(tuple((Rollup(), tally) for tally in tallies), weekdays)
