"""Years of a hall whose process never changes: bad mornings, busy Mondays, people who leave."""

from datetime import date, timedelta
from heapq import heapreplace
from random import Random
from typing import NamedTuple

from server.domain.quality.rollup import CellKey, Rollup, Tally

OPEN_S, ABSENT_S = 27_000, 9_000
"""The counters are open for seven and a half hours; on a bad morning one opens after two and a half."""
BAD_MORNINGS = 0.25
BUSY = (1.25, 0.95, 1.1, 0.9, 0.8)
"""Visits from Monday to Friday, of an ordinary day."""
PATIENCE_S = 5_400
TARGET_S = 900


type SimulatedDays = list[tuple[date, Rollup]]


class Size(NamedTuple):
    """A hall: visits on an ordinary day, counters, and the part of their time that visits take."""

    visits: int
    counters: int
    load: float


def simulated_days(size: Size, *, years: int, seed: int) -> SimulatedDays:
    """Each open day of some years (Monday to Friday, less a day off in thirty), with its rollup."""
    random, days = Random(seed), []
    day, end = date(2001, 1, 1), date(2001 + years, 1, 1)
    while day < end:
        if day.weekday() < len(BUSY) and random.random() > 1 / 30:
            days.append((day, _day(size, day.weekday(), random)))
        day += timedelta(days=1)
    return days


def _day(size: Size, weekday: int, random: Random) -> Rollup:
    rate = size.visits * BUSY[weekday] * random.lognormvariate(-0.01, 0.15) / OPEN_S
    service = 1 / (size.load * OPEN_S * size.counters / size.visits)
    free = [0.0] * size.counters
    if random.random() < BAD_MORNINGS:
        free[-1] = ABSENT_S * random.uniform(0.5, 1.5)
    tally, now = Tally(), random.expovariate(rate)
    while now < OPEN_S:
        patience = random.expovariate(1 / PATIENCE_S)
        wait = max(0.0, free[0] - now)
        is_called = wait <= patience
        if is_called:
            heapreplace(free, now + wait + random.expovariate(service))
        _count(tally, int(min(wait, patience)), is_called)
        now += random.expovariate(rate)
    tally.visits = tally.legs = tally.called_with_target + tally.left_with_target
    return Rollup({CellKey("hall", "papers", "walk_in", weekday, -1, "served"): tally})


def _count(tally: Tally, wait_s: int, is_called: bool) -> None:
    called, left = tally.waits.get(wait_s, (0, 0))
    tally.waits[wait_s] = (called + is_called, left + (not is_called))
    tally.called_with_target += is_called
    tally.left_with_target += not is_called
    tally.within_target += is_called and wait_s <= TARGET_S
    tally.starved += wait_s > 3 * TARGET_S
