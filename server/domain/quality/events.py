"""What changed at an annotated day: the days compared on both its sides, and other halls as a control. Pure.

Rules in prose: docs/rules/annotations.md.
"""

import math
from datetime import date, timedelta
from typing import NamedTuple

from server.domain.quality.doubt import Change, Direction

WEEK = timedelta(weeks=1)
LONGEST = 8 * WEEK


class Sides(NamedTuple):
    """As many whole weeks before a day as after it, without the day itself; ends excluded."""

    before: tuple[date, date]
    after: tuple[date, date]


def sides_of(day: date, first: date, today: date) -> Sides | None:
    """The weeks around a day; None where there is not a week that is over on both sides.

    `first`: the first day with visits in the eight weeks before; it may begin its week late.
    """
    weeks = min(LONGEST // WEEK, -((first - day) // WEEK), (today - day - timedelta(days=1)) // WEEK)
    if weeks < 1:
        return None
    after = day + timedelta(days=1)
    return Sides((day - weeks * WEEK, day), (after, after + weeks * WEEK))


def net_of(own: Change, others: Change) -> Change:
    """How much more a hall changed than others did, with its limits (MOVER: Zou and Donner).

    It is the effect of what happened that day where nothing else did, and others would have moved alike.
    """
    n_days = min(own.n_days, others.n_days)
    if own.difference is None or others.difference is None:
        return Change(None, None, None, n_days, None, "few_days")
    difference = own.difference - others.difference
    if own.low is None or own.high is None or others.low is None or others.high is None:
        is_short = "few_days" in (own.direction, others.direction)
        return Change(difference, None, None, n_days, None, "few_days" if is_short else "unclear")
    low = difference - math.hypot(own.difference - own.low, others.high - others.difference)
    high = difference + math.hypot(own.high - own.difference, others.difference - others.low)
    direction: Direction = "up" if low > 0 else "down" if high < 0 else "unclear"
    return Change(difference, low, high, n_days, None, direction)
