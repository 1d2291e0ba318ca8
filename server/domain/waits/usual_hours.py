"""When each counter usually leaves and comes back, learnt from when it was on duty (docs/rules/estimates.md).

Pure. A counter is usually there at an instant of the day when it was on duty then on more than half of the
days that are compared, so that one odd day changes nothing. Seconds count from local midnight.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import batched, pairwise

from server.domain.waits.hall_snapshot import UpcomingBreak

LEARNT_FROM = timedelta(weeks=8)
"""No older day teaches anything."""
FEWEST_DAYS = 3
"""With fewer days nothing is usual."""
STEP_S = 300
SHORTEST_S = 900
"""A shorter absence, or stay, is not learnt."""
EARLY_S = 2700
"""Who leaves up to this long before the usual hour has begun the usual absence."""
SOON_S = 300.0
"""When somebody is expected who should be there already."""
GIVEN_UP_S = 3600
"""Who is later than this is not expected any more."""
STAYS_S = 3600
"""Who usually leaves at most this long before the last counter of the hall stays while people wait."""
NEAR_S = 1800
"""A usual absence, or departure, this near to a typed absence is the same."""

_DAY_S = 86_400

type Spans = Sequence[tuple[int, int]]
"""From and until, seconds of the local day, in order."""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A counter called people on a day from `starts_s` until `ends_s`, before which it did not pause."""

    counter: str
    day: date
    starts_s: int
    ends_s: int


@dataclass(frozen=True, slots=True)
class Absence:
    """An expected absence: seconds until it begins, and its length (infinite: for the rest of the day).

    `is_typed`: who leaves late is back when it ends all the same.
    """

    begins_in_s: float
    lasts_s: float
    is_typed: bool = False

    def back_in_s(self, left_in_s: float) -> float:
        """Seconds until the return of an agent who leaves in so many seconds."""
        return max(left_in_s, self.begins_in_s + self.lasts_s) if self.is_typed else left_in_s + self.lasts_s


def on_duty(counter: str, starts_at: datetime, ends_at: datetime, zone: tzinfo) -> OnDuty:
    """The same by the clock on the wall; what goes past midnight ends there."""
    starts_at, ends_at = starts_at.astimezone(zone), ends_at.astimezone(zone)
    ends_s = second_of_day(ends_at) if ends_at.date() == starts_at.date() else _DAY_S
    return OnDuty(counter, starts_at.date(), second_of_day(starts_at), ends_s)


def second_of_day(local: datetime) -> int:
    """The seconds of a local instant since midnight, by the clock on the wall."""
    return local.hour * 3600 + local.minute * 60 + local.second


def usual_hours(seen: Iterable[OnDuty], on: date) -> dict[str, Spans]:
    """The usual hours of each counter on a day, from the days before it; a counter without any is left out.

    Compared are the days of the same weekday on which some counter of the hall was on duty, every such day
    where there are fewer than three: holidays teach nothing.
    """
    known = [each for each in seen if on - LEARNT_FROM <= each.day < on]
    days = {each.day for each in known}
    alike = {day for day in days if day.weekday() == on.weekday()}
    compared = alike if len(alike) >= FEWEST_DAYS else days
    if len(compared) < FEWEST_DAYS:
        return {}
    changes: dict[str, Counter[int]] = {}
    for each in known:
        if each.day in compared:
            steps = changes.setdefault(each.counter, Counter())
            steps[round(each.starts_s / STEP_S)] += 1
            steps[round(each.ends_s / STEP_S)] -= 1
    found = {counter: _spans(steps, len(compared)) for counter, steps in changes.items()}
    return {counter: spans for counter, spans in found.items() if spans}


def _spans(changes: Mapping[int, int], days: int) -> Spans:
    """Where more than half of the days had the counter on duty."""
    there, is_there = 0, False
    edges: list[int] = []
    for step in sorted(changes):
        there += changes[step]
        if is_there != (2 * there > days):
            is_there = not is_there
            edges.append(step * STEP_S)
    joined: list[tuple[int, int]] = []
    for starts_s, ends_s in batched(edges, 2, strict=True):
        is_near = joined and starts_s - joined[-1][1] < SHORTEST_S
        joined.append((joined.pop()[0] if is_near else starts_s, ends_s))
    return tuple((starts_s, ends_s) for starts_s, ends_s in joined if ends_s - starts_s >= SHORTEST_S)


@dataclass(frozen=True, slots=True)
class HoursToday:
    """The hours of a hall's counters, usual or planned, at an instant of a day.

    `since_s`: since when the counters on duty are; `left_s`: when others left that were there today. `rest`:
    the hall's break that every wait that reaches it is lengthened by; its seconds count nowhere here.
    `typed`: the absences of this day that a supervisor typed; they win.
    """

    hours: Mapping[str, Spans]
    now_s: int
    since_s: Mapping[str, int]
    left_s: Mapping[str, int]
    rest: UpcomingBreak | None = None
    typed: Mapping[str, Spans] = field(default_factory=dict)

    def absences(self, counters: Iterable[str]) -> tuple[Absence, ...]:
        """Those to come of an agent with these counters: of the first with typed ones, or usual hours."""
        here = [each for each in counters if each in self.since_s]
        known = (each for hours in (self.typed, self.hours) for each in here if each in hours)
        counter = next(known, None)
        return () if counter is None else self._ahead(counter, self.since_s[counter])

    def returning(self) -> Iterator[tuple[str, float, tuple[Absence, ...]]]:
        """Each counter that is away and expected: in how many seconds, and its absences after that."""
        for counter in {**self.hours, **self.typed}:
            if counter not in self.since_s:
                in_s = self._back_in_s(counter)
                if in_s is not None:
                    yield counter, self._worked(in_s), self._ahead(counter, self.now_s + in_s)

    def _back_in_s(self, counter: str) -> float | None:
        left_s, now_s = self.left_s.get(counter), self.now_s
        if left_s is None:
            ends = [end for start, end in self._typed(counter) if start <= now_s and counter in self.hours]
        else:
            ends = [
                end
                for start, end in self._typed(counter)
                if start <= now_s < end or start - NEAR_S <= left_s < end
            ]
        typed_s = _expected(max(ends), now_s) if ends else None
        in_s = back_in_s(self._usual(counter), now_s, left_s) if typed_s is None else typed_s
        return None if in_s == math.inf else in_s

    def _typed(self, counter: str) -> Iterator[tuple[int, float]]:
        """The typed absences of a counter; one that ends with the day has no end."""
        for starts_s, ends_s in self.typed.get(counter, ()):
            yield starts_s, ends_s if ends_s < _DAY_S else math.inf

    def _usual(self, counter: str) -> Spans:
        """The usual hours of a counter, without the absences that a typed one replaces."""
        joined: list[tuple[int, int]] = []
        for starts_s, ends_s in self.hours.get(counter, ()):
            is_replaced = joined and any(
                joined[-1][1] < end + NEAR_S and starts_s > start - NEAR_S
                for start, end in self._typed(counter)
            )
            joined.append((joined.pop()[0] if is_replaced else starts_s, ends_s))
        return joined

    def _ahead(self, counter: str, since_s: float) -> tuple[Absence, ...]:
        last_s = max((spans[-1][1] for spans in self.hours.values()), default=0)
        usual = absences_ahead(self._usual(counter), self.now_s, since_s=since_s, hall_ends_s=last_s)
        typed = (
            Absence(max(0, start - self.now_s), end - max(start, self.now_s), is_typed=True)
            for start, end in self._typed(counter)
            if end > self.now_s and (start > self.now_s or since_s < start)
        )
        return tuple(
            replace(
                each,
                begins_in_s=begins_s,
                lasts_s=self._worked(each.begins_in_s + each.lasts_s) - begins_s,
            )
            for each in sorted((*usual, *typed), key=lambda each: each.begins_in_s)
            for begins_s in (self._worked(each.begins_in_s),)
        )

    def _worked(self, in_s: float) -> float:
        return in_s if self.rest is None else self.rest.worked(in_s)


def absences_ahead(spans: Spans, now_s: float, *, since_s: float, hall_ends_s: float) -> tuple[Absence, ...]:
    """The absences to come of a counter on duty since an instant, the next one first.

    It leaves late where it is there at an hour at which it is usually away, unless it has come back early.
    `hall_ends_s`: when the last counter of the hall usually leaves.
    """
    found = [
        Absence(max(0.0, left - now_s), back - left)
        for (_, left), (back, _) in pairwise(spans)
        if back > now_s and (left > now_s or since_s < left)
    ]
    last_s = spans[-1][1] if spans else math.inf
    if now_s < last_s < hall_ends_s - STAYS_S:
        found.append(Absence(last_s - now_s, math.inf))
    return tuple(found)


def back_in_s(spans: Spans, now_s: float, left_s: float | None) -> float | None:
    """Seconds until a counter that is away is expected, None where it is not.

    `left_s`: when it left today, None where it has not been there yet. Who left early for a usual absence is
    back as early; who should be there is expected soon, for an hour.
    """
    began_s = -math.inf if left_s is None else left_s
    for (_, left), (back, _) in pairwise(spans):
        if left - EARLY_S <= began_s < back:
            return _expected(began_s + back - left, now_s)
    for starts, ends in spans:
        if now_s < starts:
            return starts - now_s
        if now_s < ends and (soon_s := _expected(max(starts, began_s), now_s)) is not None:
            return soon_s
    return None


def _expected(at_s: float, now_s: float) -> float | None:
    return None if now_s > at_s + GIVEN_UP_S else max(SOON_S, at_s - now_s)
