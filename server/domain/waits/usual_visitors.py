"""Who usually comes at which half hour, and who does not wait until the call (docs/rules/estimates.md).

Pure, learnt from the days before. In the pass played forward these people come, evenly spread, and those that
the rule calls first take their time; who has waited long may have left. Seconds count from local midnight.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from server.domain.waits.usual_hours import FEWEST_DAYS, LEARNT_FROM

HALF_HOUR_S = 1800
WAIT_STEP_S = 900
LAST_STEP = 8
"""Waits from this step on (two hours) are counted together."""

type Kind = tuple[str, str]
"""A service and a class."""


def wait_step(wait_s: float) -> int:
    """The step that a wait falls in."""
    return min(LAST_STEP, max(0, int(wait_s // WAIT_STEP_S)))


@dataclass(frozen=True, slots=True)
class UsualVisitors:
    """What days before teach.

    `came`: how many come on average, by kind and half hour. `leave_per_s`: which share of those who wait
    leaves in a second, by step of their wait.
    """

    came: Mapping[Kind, Mapping[int, float]]
    leave_per_s: Sequence[float] = ()

    def ahead(self, now_s: float) -> list[tuple[float, Kind]]:
        """Who comes from an instant on, each in how many seconds, in order."""
        found = (
            (at_s - now_s, kind) for kind, by_half in self.came.items() for at_s in _spread(by_half, now_s)
        )
        return sorted(found)

    def share_staying(self, waited_s: float, until_s: float) -> float:
        """Which share of those who have waited so long still waits at a later second of their wait."""
        return math.exp(self._left(max(0.0, waited_s)) - self._left(max(0.0, until_s)))

    def _left(self, wait_s: float) -> float:
        last = len(self.leave_per_s) - 1
        return sum(
            pace
            * max(
                0.0, (wait_s if step == last else min(wait_s, (step + 1) * WAIT_STEP_S)) - step * WAIT_STEP_S
            )
            for step, pace in enumerate(self.leave_per_s)
        )


NOBODY_MORE = UsualVisitors({})
"""Nothing is known: nobody else comes, nobody leaves."""


@dataclass(slots=True)
class VisitorsBefore:
    """Who came to a hall on each day, and how the waits of each day ended.

    `ended`: how many waits of each length (`wait_step`) ended, without a service (True) or with one.
    """

    came: dict[date, Counter[tuple[Kind, int]]] = field(default_factory=dict)
    ended: dict[date, Counter[tuple[int, bool]]] = field(default_factory=dict)

    def add_visitor(self, day: date, kind: Kind, half_hour: int, people: int = 1) -> None:
        """People began to wait in a half hour of a local day."""
        self.came.setdefault(day, Counter())[kind, half_hour] += people

    def add_wait(self, day: date, wait_s: float, *, is_gone: bool, people: int = 1) -> None:
        """Waits of people who came on a day ended."""
        self.ended.setdefault(day, Counter())[wait_step(wait_s), is_gone] += people

    def usual(self, on: date) -> UsualVisitors:
        """What the last eight weeks before a day teach; nobody comes where too few days are known.

        Compared are the days of the same weekday on which somebody came, every day where there are fewer
        than three. Older days are forgotten.
        """
        for days in (self.came, self.ended):
            for day in [day for day in days if day < on - LEARNT_FROM]:
                del days[day]
        known = {day: came for day, came in self.came.items() if day < on}
        alike = [came for day, came in known.items() if day.weekday() == on.weekday()]
        compared = alike if len(alike) >= FEWEST_DAYS else list(known.values())
        sums: dict[Kind, Counter[int]] = {}
        for came in compared if len(compared) >= FEWEST_DAYS else ():
            for (kind, half_hour), people in came.items():
                sums.setdefault(kind, Counter())[half_hour] += people
        means = {
            kind: {half_hour: people / len(compared) for half_hour, people in sorted(by_half.items())}
            for kind, by_half in sums.items()
        }
        before = (ended for day, ended in self.ended.items() if day < on)
        return UsualVisitors(means, _leave_per_s(sum(before, Counter())))


def _leave_per_s(waits: Mapping[tuple[int, bool], int]) -> Sequence[float]:
    """Those gone in each step by the seconds waited in it; a wait that ends in it lasts half of it."""
    gone = [waits.get((step, True), 0) for step in range(LAST_STEP + 1)]
    ended = [waits.get((step, False), 0) + gone[step] for step in range(LAST_STEP + 1)]
    waited = ((ended[step] / 2 + sum(ended[step + 1 :])) * WAIT_STEP_S for step in range(LAST_STEP + 1))
    return [gone[step] / each if each else 0.0 for step, each in enumerate(waited)]


def _spread(by_half: Mapping[int, float], now_s: float) -> Iterator[float]:
    """When people come, in seconds of the day: the first once half a person is due, then at each whole."""
    owed = 0.5
    for half_hour, people in by_half.items():
        at_s, ends_s = max(now_s, half_hour * HALF_HOUR_S), (half_hour + 1) * HALF_HOUR_S
        while at_s < ends_s and at_s + owed * HALF_HOUR_S / people < ends_s:
            at_s += owed * HALF_HOUR_S / people
            owed = 1.0
            yield at_s
        owed -= max(0.0, ends_s - at_s) * people / HALF_HOUR_S
