"""The indicators: their stable names, units and conventions, and their values over a rollup.

Rules in prose: `docs/rules/indicators.md`; each name here has its paragraph there (tested).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from server.domain.quality.rollup import Rollup, Sparse, Tally, as_counts, mean, quantile
from server.domain.visits.outcomes import OUTCOMES

WORST_SERVICE_FROM = 10
"""A service is named the worst only from this many waits on: below, its P90 is simply its maximum."""

type Unit = Literal["visits", "tickets", "people", "s", "percent"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of an indicator: `n` is its sample size, `count` the part of `n` a share is made of.

    `value` is in the indicator's unit (seconds and percentages unrounded), None when the sample is empty;
    `of` names the service a worst-service figure belongs to. `is_withheld`: few people worked, so that value
    and count are left out (`server.domain.quality.few_people`).
    """

    indicator: str
    value: float | None
    n: int
    count: int | None = None
    of: str | None = None
    is_withheld: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """A defined figure: stable name, unit, the keys of its sentences, and how it is computed."""

    name: str
    unit: Unit
    convention: str
    compute: Callable[[Rollup, Tally], Figure]

    @property
    def label_key(self) -> str:
        """Message key of its short name."""
        return f"quality.indicator.{self.name}.label"

    @property
    def definition_key(self) -> str:
        """Message key of the sentence that says what it measures."""
        return f"quality.indicator.{self.name}.definition"

    @property
    def convention_key(self) -> str:
        """Message key of its counting convention, printed beside every value; indicators may share one."""
        return f"quality.convention.{self.convention}"


def _number(name: str, unit: Unit, convention: str, value: Callable[[Rollup, Tally], int]) -> Indicator:
    def compute(rollup: Rollup, tally: Tally) -> Figure:
        found = value(rollup, tally)
        return Figure(name, found, n=found)

    return Indicator(name, unit, convention, compute)


def _share(
    name: str, convention: str, part: Callable[[Tally], int], whole: Callable[[Tally], int]
) -> Indicator:
    def compute(_: Rollup, tally: Tally) -> Figure:
        count, n = part(tally), whole(tally)
        return Figure(name, 100 * count / n if n else None, n=n, count=count)

    return Indicator(name, "percent", convention, compute)


type Statistic = Callable[[dict[int, int]], float | None]


def _wait(name: str, of: Statistic, *, called_only: bool = False) -> Indicator:
    def compute(_: Rollup, tally: Tally) -> Figure:
        counts = as_counts(tally.waits, first_only=called_only)
        return Figure(name, of(counts), n=sum(counts.values()))

    return Indicator(name, "s", "called_only" if called_only else "every_ticket", compute)


def _service_time(name: str, of: Statistic) -> Indicator:
    def compute(_: Rollup, tally: Tally) -> Figure:
        counts = as_counts(tally.services)
        return Figure(name, of(counts), n=sum(counts.values()))

    return Indicator(name, "s", "service_time", compute)


def _early_wait(_: Rollup, tally: Tally) -> Figure:
    counts = as_counts(tally.early)
    return Figure("early_wait_from_issue", _median(counts), n=sum(counts.values()))


def _worst_service(rollup: Rollup, _: Tally) -> Figure:
    worst = Figure("worst_service_wait_p90", None, n=0)
    for service in rollup.services():
        counts = as_counts(rollup.of_service(service).total().waits)
        n, p90 = sum(counts.values()), quantile(counts, 0.9)
        if n >= WORST_SERVICE_FROM and p90 is not None and (worst.value is None or p90 > worst.value):
            worst = Figure("worst_service_wait_p90", p90, n=n, of=service)
    return worst


def legs_ended(rollup: Rollup, reason: str) -> int:
    """How many legs ended for that reason (a late cancellation counts as abandoned)."""
    return sum(tally.legs for key, tally in rollup.cells.items() if key.end_reason == reason)


def _ended(reason: str) -> Callable[[Rollup, Tally], int]:
    return lambda rollup, _: legs_ended(rollup, reason)


def _not_pressed(tally: Tally) -> int:
    return sum(last for _, last in tally.services.values())


def _both(sparse: Sparse) -> int:
    return sum(first + last for first, last in sparse.values())


def _with_target(tally: Tally) -> int:
    return tally.called_with_target + tally.left_with_target


def _median(counts: dict[int, int]) -> int | None:
    return quantile(counts, 0.5)


def _p90(counts: dict[int, int]) -> int | None:
    return quantile(counts, 0.9)


def _maximum(counts: dict[int, int]) -> int | None:
    return max(counts, default=None)


def _delay(name: str, of: Statistic) -> Indicator:
    def compute(_: Rollup, tally: Tally) -> Figure:
        counts = as_counts(tally.delays)
        return Figure(name, of(counts), n=sum(counts.values()))

    return Indicator(name, "s", "office_punctuality", compute)


def _outcome(code: str) -> Indicator:
    return _share(f"outcome_{code}", "outcome", lambda t: t.outcomes[code], lambda t: t.outcomes.total())


def _demand(rollup: Rollup) -> Counter[str]:
    """Requests without the appointment that a service needs, counted by service."""
    requests: Counter[str] = Counter()
    for (service, reason), count in rollup.not_issued.items():
        if reason == "appointment_only":
            requests[service] += count
    return requests


def _unmet(rollup: Rollup) -> int:
    """Those requests minus the visitors received exceptionally, by service, never below zero."""
    left = _demand(rollup)
    for (service, _), count in rollup.exceptional.items():
        left[service] -= count
    return (+left).total()


def _missed(rollup: Rollup, _: Tally) -> Figure:
    count, n = rollup.missed.total(), rollup.due.total()
    return Figure("appointments_missed", 100 * count / n if n else None, n=n, count=count)


def _greeted(rollup: Rollup) -> int:
    return sum(rollup.greetings.values())


_ALL = (
    _number("visits", "visits", "one_visit", lambda _, tally: tally.visits),
    _number("greetings", "people", "greeting", lambda rollup, _: _greeted(rollup)),
    _number("received", "people", "received", lambda rollup, tally: tally.visits + _greeted(rollup)),
    _wait("wait_mean", mean),
    _wait("wait_median", _median),
    _wait("wait_p90", _p90),
    _wait("wait_max", _maximum),
    _wait("called_wait_median", _median, called_only=True),
    _wait("called_wait_p90", _p90, called_only=True),
    _share("within_target", "within_target", lambda t: t.within_target, _with_target),
    _share(
        "called_within_target", "within_called", lambda t: t.within_target, lambda t: t.called_with_target
    ),
    _share("over_three_targets", "over_three", lambda t: t.starved, _with_target),
    Indicator("worst_service_wait_p90", "s", "worst_service", _worst_service),
    _service_time("service_mean", mean),
    _service_time("service_median", _median),
    _share("started_without_press", "service_time", _not_pressed, lambda tally: _both(tally.services)),
    _number("no_shows", "tickets", "one_leg", _ended("no_show")),
    _number("no_shows_reinstated", "tickets", "one_leg", lambda _, tally: tally.reinstated),
    _number("left_before_call", "tickets", "left", _ended("abandoned")),
    _number("left_after_call", "tickets", "left", _ended("left_after_call")),
    _number("closed_at_day_end", "tickets", "one_leg", _ended("closed_at_day_end")),
    _number("not_issued", "tickets", "not_issued", lambda rollup, _: sum(rollup.not_issued.values())),
    _number("appointment_demand", "tickets", "exceptional", lambda rollup, _: _demand(rollup).total()),
    _number("received_exceptionally", "tickets", "exceptional", lambda rollup, _: rollup.exceptional.total()),
    _number("unmet_demand", "tickets", "exceptional", lambda rollup, _: _unmet(rollup)),
    _share("quoted_inside", "quoted", lambda t: t.quoted_inside, lambda t: t.quoted),
    _share("quoted_exceeded", "quoted", lambda t: t.quoted_exceeded, lambda t: t.quoted),
    Indicator("early_wait_from_issue", "s", "from_issue", _early_wait),
    _share("priorities", "priority", lambda t: t.priorities, lambda t: t.visits),
    _share("priorities_confirmed", "priority_card", lambda t: t.priorities_confirmed, lambda t: t.priorities),
    _share(
        "priorities_not_confirmed",
        "priority_card",
        lambda t: t.priorities_not_confirmed,
        lambda t: t.priorities,
    ),
    Indicator("appointments_missed", "percent", "appointments_missed", _missed),
    _share(
        "visitors_on_time",
        "visitors_punctuality",
        lambda t: t.arrived_in_time,
        lambda t: t.appointments,
    ),
    _share("visitors_after_grace", "visitors_punctuality", lambda t: t.after_grace, lambda t: t.appointments),
    _share("office_on_time", "office_punctuality", lambda t: t.office_in_time, lambda t: _both(t.delays)),
    _delay("office_delay_median", _median),
    _delay("office_delay_p90", _p90),
    *(_outcome(code) for code in OUTCOMES),
    _share(
        "outcome_left_out", "outcome_optional", lambda t: t.outcome_left_out, lambda t: t.outcome_optional
    ),
    _number("redirected_before_call", "tickets", "redirected", lambda _, tally: tally.moved),
    _number("still_waiting", "tickets", "one_leg", lambda _, tally: tally.open_waiting),
    _number("clock_suspect", "tickets", "outside", lambda _, tally: tally.clock_suspect),
    _number("cancelled_at_once", "tickets", "outside", lambda _, tally: tally.outside),
)

INDICATORS: dict[str, Indicator] = {indicator.name: indicator for indicator in _ALL}
"""The registry: page, CSV and API show these, in this order."""


def figures_of(
    rollup: Rollup, names: Iterable[str] | None = None, *, withheld: Collection[str] = ()
) -> list[Figure]:
    """The value of each indicator (all, or those named, in the registry's order) over a rollup.

    `withheld`: the names of those whose value is left out because few people worked.
    """
    chosen = set(INDICATORS if names is None else names)
    total = rollup.total()
    return [
        Figure(name, None, n=0, is_withheld=True) if name in withheld else each.compute(rollup, total)
        for name, each in INDICATORS.items()
        if name in chosen
    ]


def not_issued_by_reason(rollup: Rollup) -> dict[str, int]:
    """Tickets not issued, per reason, most frequent first."""
    reasons: dict[str, int] = {}
    for (_, reason), count in rollup.not_issued.items():
        reasons[reason] = reasons.get(reason, 0) + count
    return dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))
