"""The indicators: each declared once, with who may read it; and their values over a rollup.

Rules in prose: `docs/rules/indicators.md`; each name here has its paragraph there, with a formula in SQL that
another program computes too (tested).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from server.domain.quality import figures
from server.domain.quality.figures import (
    Measure,
    Unit,
    announced_mean,
    announced_share,
    both,
    called_waits,
    contact_waits,
    ended,
    last_call_waits,
    longest,
    median,
    number,
    outcome,
    p90,
    p95,
    percent,
    seconds,
    share,
    with_target,
)
from server.domain.quality.rollup import Rollup, Tally, mean
from server.domain.visits.transitions import OUTCOMES

type Group = Literal[
    "visits",
    "wait",
    "leaving",
    "target",
    "other_convention",
    "service",
    "announced",
    "priority",
    "without_appointment",
    "appointments",
    "outcomes",
    "aside",
]
"""Where pages show an indicator, in their order."""

type AddsUp = Literal["legs", "services", "worst"]
"""`legs`: a sum over legs, so that every part has it: a service, a class, an hour, an end of a leg.

`services`: also of what is no leg (a greeting, a ticket that was not issued, an appointment): no class and no
hour has it. `worst`: that of the worst part: nobody types it for a service.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who may read an indicator, besides the people who read the figures of a hall.

    `of_agents`: it measures work at the counters, and is withheld where few people worked
    (`server.domain.quality.few_people`). `is_open`: anybody reads it as open data, that of a service only if
    it is not of agents; never the figure of one person (the longest wait), nor a sum of two others.
    `in_reports`: reports give it, to a committee too. Raises ValueError for a report about agents.
    """

    of_agents: bool
    is_open: bool
    in_reports: bool

    def __post_init__(self) -> None:
        if self.of_agents and self.in_reports:
            raise ValueError("no figure of a report tells about agents (docs/rules/reports.md)")


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of an indicator: `n` is its sample size, `count` the part of `n` a share is made of.

    `value` is in the indicator's unit (seconds and percentages unrounded), None when the sample is empty;
    `of` names the service a figure of the worst service or group belongs to, `of_class` the class of the
    visitors of the group (`priority`, `appointment`, `walk_in`). `is_withheld`: few people worked, so value
    and count are left out (`server.domain.quality.few_people`).
    """

    indicator: str
    value: float | None
    n: int
    count: int | None = None
    of: str | None = None
    of_class: str | None = None
    is_withheld: bool = False


@dataclass(frozen=True, slots=True)
class Indicator:
    """A defined figure. Nothing has a default: who may read it is a decision.

    `name` is stable. `convention`: the last part of the key of its sentence, which indicators may share.
    """

    name: str
    convention: str
    group: Group
    readers: Readers
    adds_up: AddsUp
    measure: Measure

    @property
    def unit(self) -> Unit:
        """The unit of its values."""
        return self.measure.unit

    @property
    def is_number(self) -> bool:
        """Whether its values count visits, tickets or people: its doubt and change are per open day."""
        return self.measure.is_number

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

    def compute(self, rollup: Rollup, total: Tally) -> Figure:
        """Its value over a rollup. `total`: that of all cells."""
        return Figure(self.name, *self.measure.counted(rollup, total))


EVERYBODY = Readers(of_agents=False, is_open=True, in_reports=True)
OPEN = Readers(of_agents=False, is_open=True, in_reports=False)
REPORTS = Readers(of_agents=False, is_open=False, in_reports=True)
STAFF = Readers(of_agents=False, is_open=False, in_reports=False)
AGENTS_OPEN = Readers(of_agents=True, is_open=True, in_reports=False)
AGENTS = Readers(of_agents=True, is_open=False, in_reports=False)


# fmt: off
_ALL = (
    Indicator("visits", "one_visit", "visits", EVERYBODY, "legs", number("visits", lambda _, t: t.visits)),
    Indicator("greetings", "greeting", "visits", EVERYBODY, "services",
              number("people", lambda r, _: r.greetings.total())),
    Indicator("received", "received", "visits", REPORTS, "services",
              number("people", lambda r, t: t.visits + r.greetings.total())),
    Indicator("wait_mean", "every_ticket", "wait", EVERYBODY, "legs", seconds(mean, "waits")),
    Indicator("wait_median", "every_ticket", "wait", EVERYBODY, "legs", seconds(median, "waits")),
    Indicator("wait_median_kaplan_meier", "kaplan_meier", "wait", STAFF, "legs",
              Measure("s", figures.kaplan_meier, None)),
    Indicator("wait_p90", "every_ticket", "wait", EVERYBODY, "legs", seconds(p90, "waits")),
    Indicator("wait_p95", "every_ticket", "wait", STAFF, "legs", seconds(p95, "waits")),
    Indicator("wait_max", "every_ticket", "wait", REPORTS, "legs", seconds(longest, "waits")),
    Indicator("called_wait_median", "called_only", "other_convention", STAFF, "legs",
              seconds(median, called_waits)),
    Indicator("called_wait_p90", "called_only", "other_convention", STAFF, "legs",
              seconds(p90, called_waits)),
    Indicator("contact_wait_median", "contact", "other_convention", STAFF, "legs",
              seconds(median, contact_waits)),
    Indicator("contact_wait_p90", "contact", "other_convention", STAFF, "legs", seconds(p90, contact_waits)),
    Indicator("last_call_wait_median", "last_call", "other_convention", STAFF, "legs",
              seconds(median, last_call_waits)),
    Indicator("last_call_wait_p90", "last_call", "other_convention", STAFF, "legs",
              seconds(p90, last_call_waits)),
    Indicator("within_target", "within_target", "target", EVERYBODY, "legs",
              share(lambda t: t.within_target, with_target)),
    Indicator("called_within_target", "within_called", "other_convention", STAFF, "legs",
              share(lambda t: t.within_target, lambda t: t.called_with_target)),
    Indicator("received_within_target", "within_received", "target", STAFF, "legs",
              percent(figures.received_in_time)),
    Indicator("over_three_targets", "over_three", "target", EVERYBODY, "legs",
              share(lambda t: t.starved, with_target)),
    Indicator("worst_service_wait_p90", "worst_service", "wait", STAFF, "worst",
              Measure("s", figures.worst_service, None)),
    Indicator("worst_group_wait_p95", "worst_group", "wait", STAFF, "worst",
              Measure("s", figures.worst_group_wait, None)),
    Indicator("worst_group_received_within_target", "worst_group", "target", STAFF, "worst",
              Measure("percent", figures.worst_group_share, None)),
    Indicator("service_mean", "service_time", "service", AGENTS_OPEN, "legs", seconds(mean, "services")),
    Indicator("service_median", "service_time", "service", AGENTS_OPEN, "legs", seconds(median, "services")),
    Indicator("started_without_press", "service_time", "service", AGENTS, "legs",
              share(lambda t: sum(last for _, last in t.services.values()), lambda t: both(t.services))),
    Indicator("walking_median", "walking", "service", AGENTS, "legs", seconds(median, "walks")),
    Indicator("walking_p90", "walking", "service", AGENTS, "legs", seconds(p90, "walks")),
    Indicator("recalled", "recalled", "service", AGENTS_OPEN, "legs",
              share(lambda t: sum(last for last, _ in t.again.values()), lambda t: t.called)),
    Indicator("transferred", "transferred", "service", OPEN, "legs", percent(figures.transferred)),
    Indicator("chosen", "chosen", "service", AGENTS, "legs", share(lambda t: t.chosen, lambda t: t.called)),
    Indicator("visits_received", "by_visit", "leaving", EVERYBODY, "legs", figures.visits_ended("received")),
    Indicator("visits_departed", "by_visit", "leaving", EVERYBODY, "legs",
              figures.visits_ended("abandoned", "left_after_call")),
    Indicator("visits_absent", "by_visit", "leaving", EVERYBODY, "legs", figures.visits_ended("no_show")),
    Indicator("visits_closed", "by_visit", "leaving", EVERYBODY, "legs",
              figures.visits_ended("closed_at_day_end")),
    Indicator("never_received", "all_who_came", "leaving", EVERYBODY, "services",
              percent(figures.never_received)),
    Indicator("no_shows", "one_leg", "leaving", EVERYBODY, "legs", ended("no_show")),
    Indicator("no_shows_reinstated", "one_leg", "leaving", STAFF, "legs",
              number("tickets", lambda _, t: t.reinstated)),
    Indicator("left_before_call", "left", "leaving", EVERYBODY, "legs", ended("abandoned")),
    Indicator("left_after_call", "left", "leaving", EVERYBODY, "legs", ended("left_after_call")),
    Indicator("left_past_target", "left", "leaving", REPORTS, "legs", percent(figures.left_past_target)),
    Indicator("left_past_announced", "left", "leaving", REPORTS, "legs",
              percent(figures.left_past_announced)),
    Indicator("closed_at_day_end", "one_leg", "leaving", EVERYBODY, "legs", ended("closed_at_day_end")),
    Indicator("not_issued", "not_issued", "visits", EVERYBODY, "services",
              number("tickets", lambda r, _: r.not_issued.total())),
    Indicator("informed_by_kiosk", "informed_by_kiosk", "visits", STAFF, "services",
              number("people", lambda r, _: r.informed.total())),
    Indicator("appointment_demand", "exceptional", "without_appointment", STAFF, "services",
              number("tickets", lambda r, _: figures.demand(r).total())),
    Indicator("received_exceptionally", "exceptional", "without_appointment", STAFF, "services",
              number("tickets", lambda r, _: r.exceptional.total())),
    Indicator("unmet_demand", "exceptional", "without_appointment", STAFF, "services",
              number("tickets", lambda r, _: figures.unmet(r), sampled=None)),
    Indicator("without_ticket", "without_ticket", "visits", STAFF, "services",
              percent(figures.without_ticket)),
    Indicator("quoted_inside", "quoted", "announced", EVERYBODY, "legs",
              announced_share(lambda grades: grades.inside)),
    Indicator("quoted_exceeded", "quoted", "announced", OPEN, "legs",
              announced_share(lambda grades: grades.above)),
    Indicator("quoted_below", "quoted", "announced", OPEN, "legs",
              announced_share(lambda grades: grades.below)),
    Indicator("quoted_not_graded", "not_graded", "announced", OPEN, "legs", percent(figures.not_graded)),
    Indicator("quoted_width_mean", "quoted_range", "announced", OPEN, "legs",
              announced_mean(lambda grades: grades.width_s)),
    Indicator("quoted_score_mean", "quoted_range", "announced", OPEN, "legs",
              announced_mean(lambda grades: grades.score_s)),
    Indicator("quoted_error_mean", "quoted_error", "announced", OPEN, "legs",
              Measure("s", figures.quoted_error, "mean")),
    Indicator("quoted_error_compared", "quoted_simple", "announced", OPEN, "legs",
              announced_mean(lambda grades: grades.own_error_s, lambda grades: grades.compared)),
    Indicator("quoted_error_simple", "quoted_simple", "announced", OPEN, "legs",
              announced_mean(lambda grades: grades.simple_error_s, lambda grades: grades.compared)),
    Indicator("early_wait_from_issue", "from_issue", "aside", STAFF, "legs", seconds(median, "early")),
    Indicator("priorities", "priority", "priority", REPORTS, "legs",
              share(lambda t: t.priorities, lambda t: t.visits)),
    Indicator("priorities_confirmed", "priority_card", "priority", STAFF, "legs",
              share(lambda t: t.priorities_confirmed, lambda t: t.priorities)),
    Indicator("priorities_not_confirmed", "priority_card", "priority", STAFF, "legs",
              share(lambda t: t.priorities_not_confirmed, lambda t: t.priorities)),
    Indicator("appointments_missed", "appointments_missed", "appointments", EVERYBODY, "services",
              percent(figures.missed)),
    Indicator("visitors_on_time", "visitors_punctuality", "appointments", EVERYBODY, "legs",
              share(lambda t: t.arrived_in_time, lambda t: t.appointments)),
    Indicator("visitors_after_grace", "visitors_punctuality", "appointments", STAFF, "legs",
              share(lambda t: t.after_grace, lambda t: t.appointments)),
    Indicator("office_on_time", "office_punctuality", "appointments", EVERYBODY, "legs",
              share(lambda t: t.office_in_time, lambda t: both(t.delays))),
    Indicator("office_delay_median", "office_punctuality", "appointments", STAFF, "legs",
              seconds(median, "delays")),
    Indicator("office_delay_p90", "office_punctuality", "appointments", STAFF, "legs",
              seconds(p90, "delays")),
    *(Indicator(f"outcome_{code}", "outcome", "outcomes", STAFF, "legs", outcome(code))
      for code in OUTCOMES),
    Indicator("outcome_left_out", "outcome_optional", "outcomes", STAFF, "legs",
              share(lambda t: t.outcome_left_out, lambda t: t.outcome_optional)),
    Indicator("redirected_before_call", "redirected", "aside", STAFF, "legs",
              number("tickets", lambda _, t: t.moved)),
    Indicator("still_waiting", "one_leg", "aside", STAFF, "legs",
              number("tickets", lambda _, t: t.open_waiting, sampled=None)),
    Indicator("clock_suspect", "outside", "aside", STAFF, "legs",
              number("tickets", lambda _, t: t.clock_suspect)),
    Indicator("reentered", "one_leg", "aside", STAFF, "legs", number("tickets", lambda _, t: t.reentered)),
    Indicator("cancelled", "taken_back", "aside", STAFF, "legs",
              share(lambda t: t.cancelled, lambda t: t.legs + t.outside)),
    Indicator("undone", "taken_back", "aside", AGENTS, "legs",
              share(lambda t: t.undone, lambda t: t.legs + t.outside)),
    Indicator("cancelled_at_once", "outside", "aside", STAFF, "legs",
              number("tickets", lambda _, t: t.outside)),
)
# fmt: on

INDICATORS: dict[str, Indicator] = {indicator.name: indicator for indicator in _ALL}
"""The registry: page, CSV and API show these, in this order."""
OF_AGENTS = frozenset(name for name, each in INDICATORS.items() if each.readers.of_agents)
"""The indicators that measure the work at the counters."""
WITHOUT_WAIT = frozenset(name for name, each in INDICATORS.items() if each.adds_up == "services")
"""Those without class, hour or end reason: left out where figures are split by one of these."""


def figures_of(
    rollup: Rollup,
    names: Iterable[str] | None = None,
    *,
    withheld: Collection[str] = (),
    total: Tally | None = None,
) -> list[Figure]:
    """The value of each indicator (all, or those named, in the registry's order) over a rollup.

    `withheld`: the names of those whose value is left out because few people worked. `total`: that of all
    cells of a rollup that is condensed already.
    """
    chosen = set(INDICATORS if names is None else names)
    if total is None:
        rollup = rollup.condensed()  # no figure needs hours: fewer cells are added up again and again
        total = rollup.total()
    return [
        Figure(name, None, n=0, is_withheld=True) if name in withheld else each.compute(rollup, total)
        for name, each in INDICATORS.items()
        if name in chosen
    ]


MEASURED_ELSEWHERE = ("satisfaction", "response_rate", "representativeness", "device_presence")
"""Indicators that are not counted from visits; their values stand in tables of their own."""
NOT_MEASURED = ("breaks", "hours_against_plan", "wrap_up")
"""Questions of people that no fact answers."""
