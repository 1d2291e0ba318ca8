"""The indicators: their stable names, units and conventions, and their values over a rollup.

Rules in prose: `docs/rules/indicators.md`; each name here has its paragraph there (tested).
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from server.domain.quality.figures import (
    Figure,
    contacts,
    demand,
    greeted,
    kaplan_meier,
    legs_ended,
    missed,
    quoted_error,
    received_in_time,
    transferred,
    unmet,
    with_target,
    without_ticket,
    worst_group_share,
    worst_group_wait,
    worst_service,
)
from server.domain.quality.rollup import (
    Rollup,
    Sparse,
    Tally,
    as_counts,
    mean,
    quantile,
    until_last_call,
)
from server.domain.visits.outcomes import OUTCOMES

__all__ = ["INDICATORS", "Figure", "Indicator", "Unit", "figures_of", "legs_ended", "not_issued_by_reason"]

type Unit = Literal["visits", "tickets", "people", "s", "percent"]


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


def _contact_wait(name: str, of: Statistic) -> Indicator:
    def compute(rollup: Rollup, _: Tally) -> Figure:
        counts = as_counts(contacts(rollup).waits, first_only=True)
        return Figure(name, of(counts), n=sum(counts.values()))

    return Indicator(name, "s", "contact", compute)


def _last_call_wait(name: str, of: Statistic) -> Indicator:
    def compute(_: Rollup, tally: Tally) -> Figure:
        counts = until_last_call(tally)
        return Figure(name, of(counts), n=sum(counts.values()))

    return Indicator(name, "s", "last_call", compute)


def _walking(name: str, of: Statistic) -> Indicator:
    def compute(_: Rollup, tally: Tally) -> Figure:
        counts = as_counts(tally.walks)
        return Figure(name, of(counts), n=sum(counts.values()))

    return Indicator(name, "s", "walking", compute)


def _every_leg(tally: Tally) -> int:
    return tally.legs + tally.outside


def _ended(reason: str) -> Callable[[Rollup, Tally], int]:
    return lambda rollup, _: legs_ended(rollup, reason)


def _not_pressed(tally: Tally) -> int:
    return sum(last for _, last in tally.services.values())


def _both(sparse: Sparse) -> int:
    return sum(first + last for first, last in sparse.values())


def _median(counts: dict[int, int]) -> int | None:
    return quantile(counts, 0.5)


def _p90(counts: dict[int, int]) -> int | None:
    return quantile(counts, 0.9)


def _p95(counts: dict[int, int]) -> int | None:
    return quantile(counts, 0.95)


def _maximum(counts: dict[int, int]) -> int | None:
    return max(counts, default=None)


def _delay(name: str, of: Statistic) -> Indicator:
    def compute(_: Rollup, tally: Tally) -> Figure:
        counts = as_counts(tally.delays)
        return Figure(name, of(counts), n=sum(counts.values()))

    return Indicator(name, "s", "office_punctuality", compute)


def _outcome(code: str) -> Indicator:
    return _share(f"outcome_{code}", "outcome", lambda t: t.outcomes[code], lambda t: t.outcomes.total())


_ALL = (
    _number("visits", "visits", "one_visit", lambda _, tally: tally.visits),
    _number("greetings", "people", "greeting", lambda rollup, _: greeted(rollup)),
    _number("received", "people", "received", lambda rollup, tally: tally.visits + greeted(rollup)),
    _wait("wait_mean", mean),
    _wait("wait_median", _median),
    Indicator("wait_median_kaplan_meier", "s", "kaplan_meier", kaplan_meier),
    _wait("wait_p90", _p90),
    _wait("wait_p95", _p95),
    _wait("wait_max", _maximum),
    _wait("called_wait_median", _median, called_only=True),
    _wait("called_wait_p90", _p90, called_only=True),
    _contact_wait("contact_wait_median", _median),
    _contact_wait("contact_wait_p90", _p90),
    _last_call_wait("last_call_wait_median", _median),
    _last_call_wait("last_call_wait_p90", _p90),
    _share("within_target", "within_target", lambda t: t.within_target, with_target),
    _share(
        "called_within_target", "within_called", lambda t: t.within_target, lambda t: t.called_with_target
    ),
    Indicator("received_within_target", "percent", "within_received", received_in_time),
    _share("over_three_targets", "over_three", lambda t: t.starved, with_target),
    Indicator("worst_service_wait_p90", "s", "worst_service", worst_service),
    Indicator("worst_group_wait_p95", "s", "worst_group", worst_group_wait),
    Indicator("worst_group_received_within_target", "percent", "worst_group", worst_group_share),
    _service_time("service_mean", mean),
    _service_time("service_median", _median),
    _share("started_without_press", "service_time", _not_pressed, lambda tally: _both(tally.services)),
    _walking("walking_median", _median),
    _walking("walking_p90", _p90),
    _share("recalled", "recalled", lambda t: sum(last for last, _ in t.again.values()), lambda t: t.called),
    Indicator("transferred", "percent", "transferred", transferred),
    _share("chosen", "chosen", lambda t: t.chosen, lambda t: t.called),
    _number("no_shows", "tickets", "one_leg", _ended("no_show")),
    _number("no_shows_reinstated", "tickets", "one_leg", lambda _, tally: tally.reinstated),
    _number("left_before_call", "tickets", "left", _ended("abandoned")),
    _number("left_after_call", "tickets", "left", _ended("left_after_call")),
    _number("closed_at_day_end", "tickets", "one_leg", _ended("closed_at_day_end")),
    _number("not_issued", "tickets", "not_issued", lambda rollup, _: sum(rollup.not_issued.values())),
    _number("appointment_demand", "tickets", "exceptional", lambda rollup, _: demand(rollup).total()),
    _number("received_exceptionally", "tickets", "exceptional", lambda rollup, _: rollup.exceptional.total()),
    _number("unmet_demand", "tickets", "exceptional", lambda rollup, _: unmet(rollup)),
    Indicator("without_ticket", "percent", "without_ticket", without_ticket),
    _share("quoted_inside", "quoted", lambda t: t.quoted_inside, lambda t: t.quoted),
    _share("quoted_exceeded", "quoted", lambda t: t.quoted_exceeded, lambda t: t.quoted),
    Indicator("quoted_error_mean", "s", "quoted_error", quoted_error),
    Indicator("early_wait_from_issue", "s", "from_issue", _early_wait),
    _share("priorities", "priority", lambda t: t.priorities, lambda t: t.visits),
    _share("priorities_confirmed", "priority_card", lambda t: t.priorities_confirmed, lambda t: t.priorities),
    _share(
        "priorities_not_confirmed",
        "priority_card",
        lambda t: t.priorities_not_confirmed,
        lambda t: t.priorities,
    ),
    Indicator("appointments_missed", "percent", "appointments_missed", missed),
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
    _share("cancelled", "taken_back", lambda t: t.cancelled, _every_leg),
    _share("undone", "taken_back", lambda t: t.undone, _every_leg),
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
    condensed = rollup.condensed()  # no figure needs hours: fewer cells are added up again and again
    total = condensed.total()
    return [
        Figure(name, None, n=0, is_withheld=True) if name in withheld else each.compute(condensed, total)
        for name, each in INDICATORS.items()
        if name in chosen
    ]


def not_issued_by_reason(rollup: Rollup) -> dict[str, int]:
    """Tickets not issued, per reason, most frequent first."""
    reasons: dict[str, int] = {}
    for (_, reason), count in rollup.not_issued.items():
        reasons[reason] = reasons.get(reason, 0) + count
    return dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))
