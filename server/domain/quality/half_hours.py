"""Half hours of a day side by side: in which of them targets are missed more often. Pure.

Rules in prose: `docs/rules/indicators.md`, « The pages ».
"""

from collections.abc import Iterable
from dataclasses import dataclass

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
    counted = [_by_half_hour(day) for day in days if day.cells]
    weekdays = tuple(weekday for weekday, _ in counted)
    found: list[HalfHour] = []
    for at in sorted({at for _, parts in counted for at in parts}):
        part = [parts.get(at, _NOBODY) for _, parts in counted]
        rest = [_less(_sum(parts.values()), own) for (_, parts), own in zip(counted, part, strict=True)]
        whole, others = _sum(part), _sum(rest)
        if not whole.waits:
            continue
        half_hour = HalfHour(at, whole.waits, whole.waits - whole.within)
        if is_shown_in_cell(whole.waits):
            own, beside = _days(part, weekdays), _days(rest, weekdays)
            change = change_of(_SHARE, beside, own) if is_shown_in_cell(others.waits) else None
            half_hour = HalfHour(at, whole.waits, half_hour.missed, interval_of(_SHARE, own), change)
        found.append(half_hour)
    return _held(found)


def _held(found: list[HalfHour]) -> list[HalfHour]:
    kept = iter(held([each.change for each in found if each.change is not None]))
    return [
        HalfHour(each.at, each.waits, each.missed, each.interval, next(kept) if each.change else None)
        for each in found
    ]


@dataclass(frozen=True, slots=True)
class _Counts:
    """Waits with a target that ended, and how many of them in time."""

    waits: int
    within: int


_NOBODY = _Counts(0, 0)


def _sum(counts: Iterable[_Counts]) -> _Counts:
    every = list(counts)
    return _Counts(sum(each.waits for each in every), sum(each.within for each in every))


def _less(whole: _Counts, part: _Counts) -> _Counts:
    return _Counts(whole.waits - part.waits, whole.within - part.within)


def _by_half_hour(day: Rollup) -> tuple[int, dict[int, _Counts]]:
    """The weekday of a day, and its counts by half hour."""
    found: dict[int, _Counts] = {}
    for key, tally in day.cells.items():
        own = _Counts(with_target(tally), tally.within_target)
        found[key.half_hour] = _sum((found.get(key.half_hour, _NOBODY), own))
    return next(iter(day.cells)).weekday, found


def _days(counts: Iterable[_Counts], weekdays: tuple[int, ...]) -> Days:
    tallies = (Tally(called_with_target=each.waits, within_target=each.within) for each in counts)
    return Days(tuple((Rollup(), tally) for tally in tallies), weekdays)
