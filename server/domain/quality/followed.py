"""A count followed from a plot down to days and hours: a step of waits, a reason, an outcome. Pure."""

from dataclasses import dataclass
from typing import Literal

from server.domain.quality.figures import legs_ended, not_issued_by_reason
from server.domain.quality.rollup import Rollup, as_counts
from server.domain.visits.outcomes import OUTCOMES

NOT_ISSUED = ("closed", "full", "too_late", "stopped", "appointment_only", "numbers_exhausted")
"""Reasons with their own words; any other is shown as « another reason »."""
OTHER = "other"
NOT_SERVED = ("abandoned", "no_show", "left_after_call", "closed_at_day_end")
"""Ends of a wait without a service, in the order of the page."""
STEP_MIN, LONGEST_MIN = 5, 60
"""Waits are counted in steps of five minutes, and all those of an hour or more together."""
STEPS = range(0, LONGEST_MIN + STEP_MIN, STEP_MIN)
"""The first minute of each step."""

type FollowedKind = Literal["wait", "not_issued", "ended", "outcome"]


@dataclass(frozen=True, slots=True)
class Followed:
    """What is counted: `what` is the first minute of a step of waits, a reason, an end, or an outcome."""

    kind: FollowedKind
    what: str

    @property
    def code(self) -> str:
        """Its name in an address."""
        return f"{self.kind}.{self.what}"

    @property
    def has_hours(self) -> bool:
        """Whether it is counted by hour: a ticket that was not issued has a day only."""
        return self.kind != "not_issued"

    def count(self, rollup: Rollup) -> int:
        """How many of them a rollup has."""
        match self.kind:
            case "wait":
                return steps_of_waits(rollup)[int(self.what) // STEP_MIN]
            case "not_issued":
                return reasons_not_issued(rollup).get(self.what, 0)
            case "ended":
                return legs_ended(rollup, self.what)
            case "outcome":
                return rollup.total().outcomes[self.what]


_ALL: tuple[tuple[FollowedKind, tuple[str, ...]], ...] = (
    ("wait", tuple(str(first) for first in STEPS)),
    ("not_issued", (*NOT_ISSUED, OTHER)),
    ("ended", NOT_SERVED),
    ("outcome", OUTCOMES),
)
FOLLOWED = {found.code: found for kind, names in _ALL for found in (Followed(kind, name) for name in names)}
"""All that can be followed, by code."""


def steps_of_waits(rollup: Rollup) -> list[int]:
    """How many waits lie in each of `STEPS`."""
    steps = [0] * len(STEPS)
    for second, count in as_counts(rollup.total().waits).items():
        steps[min(second // (60 * STEP_MIN), len(steps) - 1)] += count
    return steps


def reasons_not_issued(rollup: Rollup) -> dict[str, int]:
    """Tickets not issued, by reason; those without their own words together."""
    reasons: dict[str, int] = {}
    for reason, count in not_issued_by_reason(rollup).items():
        name = reason if reason in NOT_ISSUED else OTHER
        reasons[name] = reasons.get(name, 0) + count
    return reasons
