"""How the value of an indicator is counted over a rollup (docs/rules/indicators.md)."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from operator import gt, lt
from typing import Literal, NamedTuple

from server.domain.quality.curves import kaplan_meier_median
from server.domain.quality.grades import LENGTHS, Grades, graded, ungraded
from server.domain.quality.leg_records import NOT_SERVED, RECEIVED
from server.domain.quality.rollup import (
    Rollup,
    Sparse,
    Tally,
    as_counts,
    mean,
    quantile,
    until_last_call,
    waits_within,
)

WORST_SERVICE_FROM = 10
"""A service is named the worst only from this many waits on: below, its P90 is simply its maximum."""
WORST_GROUP_FROM = 40
"""A group of visitors is named the worst only from this many waits on."""
CONTACT = ("served", "transferred")
"""End reasons of a leg whose visitor was received, if it was called."""

type Unit = Literal["visits", "tickets", "people", "s", "percent"]
type Statistic = Callable[[dict[int, int]], float | None]
"""Of {second: how many}, in seconds; None where nobody was counted."""
type Counts = Callable[[Rollup, Tally], dict[int, int]]
"""The durations a figure is made of, as {second: how many}."""
type Durations = Literal["waits", "services", "walks", "early", "delays"]
"""What a tally counts per whole second; `early`, from the issue of tickets given before opening."""


class Counted(NamedTuple):
    """A value over a rollup, in its unit; the fields are those of `Figure`, `part` is its `count`."""

    value: float | None
    n: int
    part: int | None = None
    of: str | None = None
    of_class: str | None = None


@dataclass(frozen=True, slots=True)
class Rank:
    """The nearest-rank quantile as a statistic: that part of them is at most this long."""

    part: float

    def __call__(self, counts: dict[int, int]) -> float | None:
        """The quantile of these durations, in seconds."""
        return quantile(counts, self.part)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A quantile by day: its part, and the durations of a day it is read from."""

    part: float
    durations: Counts


type Sampled = Literal["number", "share", "mean"] | Ranked
"""How days make up the figure of a period, which its interval needs (`server.domain.quality.doubt`).

`number`: values add up. `share`: parts and sizes add up. `mean`: sums (value × size) and sizes add up.
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """The unit of an indicator, and how it is counted over a rollup and the total of its cells.

    `sampled`: how days make it up; None where no interval follows from the days (an extreme, the worst part).
    """

    unit: Unit
    counted: Callable[[Rollup, Tally], Counted]
    sampled: Sampled | None

    @property
    def is_number(self) -> bool:
        """Whether its values count visits, tickets or people."""
        return self.unit in ("visits", "tickets", "people")


def number(unit: Unit, count: Callable[[Rollup, Tally], int], sampled: Sampled | None = "number") -> Measure:
    """A number of visits, tickets or people; `sampled` is None where days do not add up."""

    def counted(rollup: Rollup, tally: Tally) -> Counted:
        found = count(rollup, tally)
        return Counted(found, n=found)

    return Measure(unit, counted, sampled)


def ended(reason: str) -> Measure:
    """The number of legs that ended for that reason."""
    return number("tickets", lambda rollup, _: legs_ended(rollup, reason))


def share(part: Callable[[Tally], int], whole: Callable[[Tally], int]) -> Measure:
    """A part of a number, in percent."""
    return percent(lambda _, tally: _percent(part(tally), whole(tally)))


def called_within(wait_s: int) -> Measure:
    """The share called within a time, of all waits; a visitor who left before the call is never within."""
    return share(lambda tally: waits_within(tally, wait_s).called, lambda tally: both(tally.waits))


def percent(counted: Callable[[Rollup, Tally], Counted]) -> Measure:
    """A share that is counted otherwise, in percent."""
    return Measure("percent", counted, "share")


def seconds(of: Statistic, durations: Durations | Counts) -> Measure:
    """A statistic of durations, in seconds: of those that a tally has under a name, or of others."""

    found = _counts_of(durations) if isinstance(durations, str) else durations

    def counted(rollup: Rollup, tally: Tally) -> Counted:
        counts = found(rollup, tally)
        return Counted(of(counts), n=sum(counts.values()))

    if isinstance(of, Rank):
        return Measure("s", counted, Ranked(of.part, found))
    return Measure("s", counted, "mean" if of is mean else None)


@cache
def _counts_of(durations: Durations) -> Counts:
    return lambda _, tally: as_counts(getattr(tally, durations))


def called_waits(_: Rollup, tally: Tally) -> dict[int, int]:
    """The waits that ended with a call."""
    return as_counts(tally.waits, first_only=True)


def contact_waits(rollup: Rollup, _: Tally) -> dict[int, int]:
    """The waits of visitors who were received at a counter."""
    return as_counts(contacts(rollup).waits, first_only=True)


def last_call_waits(_: Rollup, tally: Tally) -> dict[int, int]:
    """The waits until the last call."""
    return until_last_call(tally)


def outcome(code: str) -> Measure:
    """The share of an outcome in all outcomes."""
    return share(lambda tally: tally.outcomes[code], lambda tally: tally.outcomes.total())


def both(sparse: Sparse) -> int:
    """How many are counted in both columns together."""
    return sum(first + last for first, last in sparse.values())


median, p90, p95 = Rank(0.5), Rank(0.9), Rank(0.95)


def longest(counts: dict[int, int]) -> int | None:
    """The longest of them."""
    return max(counts, default=None)


def _percent(count: int, n: int) -> Counted:
    return Counted(100 * count / n if n else None, n=n, part=count)


def legs_ended(rollup: Rollup, reason: str) -> int:
    """How many legs ended for that reason (a late cancellation counts as abandoned)."""
    return sum(tally.legs for key, tally in rollup.cells.items() if key.end_reason == reason)


def with_target(tally: Tally) -> int:
    """How many waits that ended had a target."""
    return tally.called_with_target + tally.left_with_target


def contacts(rollup: Rollup) -> Tally:
    """The legs that ended served, or transferred at the counter; also those transferred before any call."""
    return rollup.total(lambda key: key.end_reason in CONTACT)


def kaplan_meier(_: Rollup, tally: Tally) -> Counted:
    """The median wait had nobody left before the call, estimated."""
    return Counted(kaplan_meier_median(tally.waits), n=both(tally.waits))


def visits_ended(*ends: str) -> Measure:
    """The share of the visits that are over which ended so (`visit_ends` of a tally)."""

    def counted(_: Rollup, tally: Tally) -> Counted:
        over = sum(tally.visit_ends[end] for end in (RECEIVED, *NOT_SERVED))
        return _percent(sum(tally.visit_ends[end] for end in ends), over)

    return percent(counted)


def never_received(rollup: Rollup, tally: Tally) -> Counted:
    """The share of all who came, with or without a ticket, whom nobody received."""
    not_received = sum(tally.visit_ends[end] for end in NOT_SERVED) + sum(turned_away(rollup).values())
    received = tally.visit_ends[RECEIVED] + rollup.greetings.total()
    return _percent(not_received, not_received + received)


def left_past_target(rollup: Rollup, _: Tally) -> Counted:
    """The share of departures before the call that came after their target."""
    left = _departures(rollup)
    return _percent(left.left_past_target, left.left_with_target)


def left_past_announced(rollup: Rollup, _: Tally) -> Counted:
    """The share of those to whom a range was announced who left after its end."""
    counts = _departures(rollup).announced
    past = graded(counts).told
    return _percent(past, past + counts["left_before"])


def _departures(rollup: Rollup) -> Tally:
    """The legs whose visitor left before the call."""
    return rollup.total(lambda key: key.end_reason == "abandoned")


def received_in_time(rollup: Rollup, tally: Tally) -> Counted:
    """The share received at a counter after a wait within the target, of all waits with a target."""
    return _percent(contacts(rollup).within_target, with_target(tally))


def _of_groups(rollup: Rollup, counted: Callable[[Rollup, Tally], Counted]) -> list[Counted]:
    """A value of each service and class that is large enough to be compared, in a stable order."""
    groups = rollup.split(lambda key: (key.service, key.leg_class))
    found = []
    for (service, leg_class), part in sorted(groups.items(), key=lambda group: group[0]):
        total = part.total()
        if both(total.waits) >= WORST_GROUP_FROM:
            found.append(counted(part, total)._replace(of=service, of_class=leg_class))
    return found


def _worst(found: Iterable[Counted], is_worse: Callable[[float, float], bool]) -> Counted:
    """The first of the worst values; none where nobody was counted."""
    worst = Counted(None, n=0)
    for each in found:
        if each.value is not None and (worst.value is None or is_worse(each.value, worst.value)):
            worst = each
    return worst


def worst_group_wait(rollup: Rollup, _: Tally) -> Counted:
    """The longest 95th percentile of waits among services and classes with enough waits."""
    return _worst(_of_groups(rollup, seconds(p95, "waits").counted), gt)


def worst_group_share(rollup: Rollup, _: Tally) -> Counted:
    """The lowest share of `received_in_time` among services and classes with enough waits."""
    return _worst(_of_groups(rollup, received_in_time), lt)


def worst_service(rollup: Rollup, _: Tally) -> Counted:
    """The longest 90th percentile of waits among services with enough waits."""
    counted = seconds(p90, "waits").counted
    parts = {service: rollup.of_service(service) for service in rollup.services()}
    found = [counted(part, part.total())._replace(of=service) for service, part in parts.items()]
    return _worst((each for each in found if each.n >= WORST_SERVICE_FROM), gt)


def transferred(rollup: Rollup, _: Tally) -> Counted:
    """The share of the visitors received at a counter that were sent on to another service."""
    received = contacts(rollup)
    return _percent(legs_ended(rollup, "transferred") - received.moved, received.legs - received.moved)


def without_ticket(rollup: Rollup, tally: Tally) -> Counted:
    """The share helped without a ticket, of all people received."""
    count = rollup.greetings.total()
    return _percent(count, count + tally.visits)


def announced_share(part: Callable[[Grades], int], lengths: Iterable[str] = LENGTHS) -> Measure:
    """A part of the graded announcements of some lengths, in percent."""
    chosen = tuple(lengths)

    def counted(_: Rollup, tally: Tally) -> Counted:
        grades = graded(tally.announced, chosen)
        return _percent(part(grades), grades.told)

    return percent(counted)


def announced_mean(
    total_s: Callable[[Grades], float], of: Callable[[Grades], int] = lambda grades: grades.called
) -> Measure:
    """A mean over graded announcements of people called, in seconds."""

    def counted(_: Rollup, tally: Tally) -> Counted:
        grades = graded(tally.announced)
        n = of(grades)
        return Counted(total_s(grades) / n if n else None, n=n)

    return Measure("s", counted, "mean")


def not_graded(_: Rollup, tally: Tally) -> Counted:
    """The share of the waits that are over without a grade."""
    without = sum(ungraded(tally.announced).values())
    return _percent(without, without + graded(tally.announced).told)


def quoted_error(_: Rollup, tally: Tally) -> Counted:
    """The mean distance, in seconds, between the announced median and the wait."""
    n = tally.quoted_with_median
    return Counted(tally.quoted_error_s / n if n else None, n=n)


def demand(rollup: Rollup) -> Counter[str]:
    """Requests without the appointment that a service needs, counted by service."""
    requests: Counter[str] = Counter()
    for (service, reason), count in rollup.not_issued.items():
        if reason == "appointment_only":
            requests[service] += count
    return requests


def unmet(rollup: Rollup) -> int:
    """Those requests minus the visitors received exceptionally, by service, never below zero."""
    left = demand(rollup)
    for (service, _), count in rollup.exceptional.items():
        left[service] -= count
    return (+left).total()


def turned_away(rollup: Rollup) -> dict[str, int]:
    """Tickets not issued, per reason, less those whose visitor was then received exceptionally."""
    reasons = not_issued_by_reason(rollup) | {"appointment_only": unmet(rollup)}
    return {reason: n for reason, n in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])) if n}


def missed(rollup: Rollup, _: Tally) -> Counted:
    """The share of appointments due for which nobody checked in."""
    return _percent(rollup.missed.total(), rollup.due.total())


def not_issued_by_reason(rollup: Rollup) -> dict[str, int]:
    """Tickets not issued, per reason, most frequent first."""
    reasons: Counter[str] = Counter()
    for (_, reason), count in rollup.not_issued.items():
        reasons[reason] += count
    return dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))
