"""The number of papers left in a printer, learnt from its former rolls. Pure. Rule:
docs/rules/supervision.md.

A paper is the paper of one print job. A roll lasts from one change of paper to the next. Earlier rolls teach
how many papers a roll gives, and how many are left when the printer reports that it is nearly out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median_low
from typing import Literal

LEARNT_FROM = 5
"""Number of former rolls used: a change of roll length is learnt within a few rolls."""
FEWEST_PAPERS = 20
"""A roll that ended after fewer papers was re-inserted or torn: nothing is learnt from it."""
USUAL_PAPERS = {80: 590, 58: 215}
"""Papers of a roll by the width of the paper in mm, before one is learnt: 80 m and 30 m, 134 to 138 mm each
(reference: printing)."""
USUAL_RESERVE = 20
"""Papers after the sign of the near end, before they are learnt."""

type RollEnd = Literal["out", "changed"]
"""Why a roll ended: the printer said that it was out, or paper was changed before."""


@dataclass(frozen=True, slots=True)
class Roll:
    """The roll in a printer: the papers it gave, and how many of them before the printer first reported its
    near end.

    `is_out`: the printer reported it; `was_opened`: the cover was opened since the near end.


    """

    papers: int = 0
    low_at: int | None = None
    is_out: bool = False
    was_opened: bool = False


@dataclass(frozen=True, slots=True)
class EndedRoll:
    """A former roll: how many papers it gave, and how it ended."""

    papers: int
    low_at: int | None
    end: RollEnd


@dataclass(frozen=True, slots=True)
class RollCapacity:
    """How many papers a printer's roll gives: in all, and after the sign of the near end.

    `is_learnt`: from its own rolls, else a usual length; `has_sensor`: it has reported a near end before.
    """

    papers: int
    reserve: int
    is_learnt: bool
    has_sensor: bool


@dataclass(frozen=True, slots=True)
class PaperLeft:
    """The estimated number of papers left. `is_low`: the printer reports its roll as nearly out, or out."""

    papers: int
    is_low: bool
    is_learnt: bool


def roll_after(roll: Roll, state: str) -> tuple[Roll, RollEnd | None]:
    """The roll after the printer reported a state, and how the former roll ended if this is another one.

    Paper that is there again after it was out is another roll; so is paper without a near end, once the cover
    was opened after one. A near end that comes and goes alone is an effect of the sensor.

    """
    if state == "paper_out":
        return replace(roll, is_out=True), None
    if state == "cover_open":
        return replace(roll, was_opened=roll.was_opened or roll.low_at is not None), None
    if state not in ("ready", "near_end"):  # a ticket in the outlet says nothing of the roll
        return roll, None
    if roll.is_out:
        return _begun(state), "out"
    if state == "near_end":
        return replace(roll, low_at=roll.papers if roll.low_at is None else roll.low_at), None
    if roll.was_opened:
        return _begun(state), "changed"
    return roll, None


def _begun(state: str) -> Roll:
    return Roll(low_at=0 if state == "near_end" else None)


def learnt(ended: Sequence[EndedRoll], *, paper_mm: int) -> RollCapacity:
    """How many papers a roll gives, learnt from the former rolls, the newest first.

    Only used-up rolls count. One changed before its end says only that it had at least the papers it gave:
    it counts while none was used up, and only if that is more than usual.

    """
    recent = ended[:LEARNT_FROM]
    whole = [roll for roll in recent if roll.end == "out" and roll.papers >= FEWEST_PAPERS]
    if whole:
        papers = median_low([roll.papers for roll in whole])
    else:
        papers = max([USUAL_PAPERS[paper_mm], *(roll.papers for roll in recent if roll.end == "changed")])
    reserves = [roll.papers - roll.low_at for roll in whole if roll.low_at is not None and roll.low_at > 0]
    return RollCapacity(
        papers,
        min(median_low(reserves) if reserves else USUAL_RESERVE, papers),
        is_learnt=bool(whole),
        has_sensor=any(roll.low_at is not None for roll in recent),
    )


def paper_left(roll: Roll, capacity: RollCapacity) -> PaperLeft:
    """About how many papers are left: none only when the printer says so.

    Once the near end was reported, it is counted from there; before, a printer that reports it has its
    reserve.
    """
    if roll.is_out:
        return PaperLeft(0, is_low=True, is_learnt=capacity.is_learnt)
    if roll.low_at is not None:
        left = capacity.reserve - (roll.papers - roll.low_at)
    else:
        left = max(capacity.papers - roll.papers, capacity.reserve if capacity.has_sensor else 0)
    return PaperLeft(max(1, left), is_low=roll.low_at is not None, is_learnt=capacity.is_learnt)
