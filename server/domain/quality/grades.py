"""How announced waits came true, counted leg by leg: of a hall, of a replayed log, of simulated days.

Rules in prose: docs/rules/estimates.md. « pas d’attente » promises a call within five minutes. A visitor who
left uncalled after the announced end counts as above it; one who left before it says nothing.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.domain.calling.waiting_legs import APPOINTMENT
from server.domain.quality.leg_records import MeasuredLeg

COVER = 0.8
"""The share of waits that a range should hold."""
MISSED_WEIGHT = 10
"""What a second outside a range adds to its interval score: 2 ÷ (1 − COVER)."""
PROMISE_S = 300
"""« pas d’attente » promises less than one step of a range (`server.domain.waits.estimate`), not 0 s."""
NO_WAIT = "none"
_UNTIL_S = {NO_WAIT: 0, "until_10": 600, "until_20": 1200, "until_40": 2400, "until_90": 5400}
LENGTHS = (*_UNTIL_S, "over_90")
"""The lengths of announcements, by the upper end that the visitor read: the last minute of each."""
UNGRADED = (
    *("not_told", "after_closing", "appointment", "moved_on"),
    *("redirected", "left_before", "not_called", "clock"),
)
"""Why a wait that is over has no grade, in the order of pages: nothing was announced (every able counter was
away, the call was expected after closing, an appointment’s hour counts, a second wait of a visit), or what
was announced never showed its truth (redirected, left before the announced end, not called, a suspect clock).
"""


@dataclass(slots=True)
class Grades:
    """Sums over legs. `called`: those whose wait is known; `untold`: those without an announcement.

    `compared`: those called that also have the simple estimate, with the errors of both.
    """

    told: int = 0
    untold: int = 0
    called: int = 0
    inside: int = 0
    above: int = 0
    error_s: float = 0
    square: float = 0
    width_s: float = 0
    score_s: float = 0
    compared: int = 0
    own_error_s: float = 0
    simple_error_s: float = 0

    def add(
        self,
        wait_s: int,
        told: tuple[float, float, float] | None,
        *,
        is_called: bool = True,
        simple_s: float | None = None,
    ) -> None:
        """A leg that waited, what it was told (low, median and high), and the simple estimate, in seconds."""
        if told is None:
            self.untold += 1
            return
        low_s, median_s, high_s = told[0], told[1], max(told[2], PROMISE_S)
        is_above = wait_s > high_s
        if not (is_called or is_above):
            return
        self.told += 1
        self.above += is_above
        if not is_called:
            return
        self.called += 1
        self.inside += low_s <= wait_s <= high_s
        self.error_s += abs(wait_s - median_s)
        self.square += (wait_s - median_s) ** 2
        self.width_s += high_s - low_s
        self.score_s += high_s - low_s + MISSED_WEIGHT * max(low_s - wait_s, 0, wait_s - high_s)
        if simple_s is not None:
            self.compared += 1
            self.own_error_s += abs(wait_s - median_s)
            self.simple_error_s += abs(wait_s - simple_s)

    @property
    def below(self) -> int:
        """Those called before the range begins."""
        return self.told - self.inside - self.above

    def figures(self) -> Mapping[str, float]:
        """Mean absolute error, root mean square, width and interval score in minutes; shares 0 to 1."""
        called, told = max(1, self.called), max(1, self.told)
        return {
            "mae": self.error_s / called / 60,
            "rmse": math.sqrt(self.square / called) / 60,
            "inside": self.inside / told,
            "above": self.above / told,
            "width": self.width_s / called / 60,
            "score": self.score_s / called / 60,
            "untold": self.untold / max(1, self.told + self.untold),
        }


_KEPT = (
    *("told", "called", "inside", "above", "width_s", "score_s"),
    *("compared", "own_error_s", "simple_error_s"),
)
"""The sums that are counted of each length; of whole seconds, so that days add up exactly."""


def count_grade(counts: Counter[str], leg: MeasuredLeg) -> None:
    """Counts a leg that has a grade under the length of its announcement, another under the reason."""
    if leg.stage in ("open", "outside"):
        return
    why = _ungraded(leg)
    if why is not None:
        counts[why] += 1
        return
    record, grades = leg.record, Grades()
    assert record.quoted_low_s is not None
    assert record.quoted_high_s is not None
    assert leg.wait_s is not None
    middle_s = (record.quoted_low_s + record.quoted_high_s) // 2
    median_s = middle_s if record.quoted_median_s is None else record.quoted_median_s
    told = record.quoted_low_s, median_s, record.quoted_high_s
    grades.add(leg.wait_s, told, is_called=leg.stage == "called", simple_s=record.quoted_simple_s)
    length = length_of(record.quoted_high_s)
    for name in _KEPT:
        counts[f"{length}.{name}"] += int(getattr(grades, name))


def _ungraded(leg: MeasuredLeg) -> str | None:
    """Why a leg that is over has no grade; None where it has one."""
    record = leg.record
    if record.quoted_low_s is None or record.quoted_high_s is None:
        if record.quoted_median_s is not None:
            return "after_closing"
        if record.position > 1:
            return "moved_on"
        return "appointment" if record.leg_class == APPOINTMENT else "not_told"
    if leg.stage == "moved":
        return "redirected"
    if record.clock_suspect or leg.wait_s is None:
        return "clock"
    if leg.stage == "called":
        return None
    if leg.end_reason != "abandoned":
        return "not_called"
    return None if leg.wait_s > max(record.quoted_high_s, PROMISE_S) else "left_before"


def length_of(high_s: int) -> str:
    """The length of an announcement, by its upper end."""
    return next((name for name, until_s in _UNTIL_S.items() if high_s <= until_s), LENGTHS[-1])


def graded(counts: Counter[str], lengths: Iterable[str] = LENGTHS) -> Grades:
    """The grades of some lengths of `count_grade`."""
    chosen = tuple(lengths)
    return Grades(**{name: sum(counts[f"{length}.{name}"] for length in chosen) for name in _KEPT})


def ungraded(counts: Counter[str]) -> dict[str, int]:
    """How many waits that are over have no grade, by reason; those that occur."""
    return {why: counts[why] for why in UNGRADED if counts[why]}
