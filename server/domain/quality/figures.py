"""Figures that need more than one count of a rollup (docs/rules/indicators.md)."""

from collections import Counter
from dataclasses import dataclass, replace

from server.domain.quality.rollup import Rollup, Tally, as_counts, kaplan_meier_median, quantile

WORST_SERVICE_FROM = 10
"""A service is named the worst only from this many waits on: below, its P90 is simply its maximum."""
WORST_GROUP_FROM = 40
"""A group of visitors is named the worst only from this many waits on."""
CONTACT = ("served", "transferred")
"""End reasons of a leg whose visitor was received, if it was called."""


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


def legs_ended(rollup: Rollup, reason: str) -> int:
    """How many legs ended for that reason (a late cancellation counts as abandoned)."""
    return sum(tally.legs for key, tally in rollup.cells.items() if key.end_reason == reason)


def with_target(tally: Tally) -> int:
    """How many waits that ended had a target."""
    return tally.called_with_target + tally.left_with_target


def contacts(rollup: Rollup) -> Tally:
    """The legs that ended served, or transferred at the counter; also those transferred before any call."""
    return rollup.total(lambda key: key.end_reason in CONTACT)


def kaplan_meier(_: Rollup, tally: Tally) -> Figure:
    """The median wait had nobody left before the call, estimated."""
    n = sum(called + left for called, left in tally.waits.values())
    return Figure("wait_median_kaplan_meier", kaplan_meier_median(tally.waits), n=n)


def received_in_time(rollup: Rollup, tally: Tally) -> Figure:
    """The share received at a counter after a wait within the target, of all waits with a target."""
    count, n = contacts(rollup).within_target, with_target(tally)
    return Figure("received_within_target", 100 * count / n if n else None, n=n, count=count)


def _visitor_groups(rollup: Rollup) -> dict[tuple[str, str], Rollup]:
    """The rollups of each service and class that are large enough to be compared, in a stable order."""
    groups = rollup.split(lambda key: (key.service, key.leg_class))
    return {
        name: groups[name]
        for name in sorted(groups)
        if sum(as_counts(groups[name].total().waits).values()) >= WORST_GROUP_FROM
    }


def worst_group_wait(rollup: Rollup, _: Tally) -> Figure:
    """The longest 95th percentile of waits among services and classes with enough waits."""
    worst = Figure("worst_group_wait_p95", None, n=0)
    for (service, leg_class), part in _visitor_groups(rollup).items():
        counts = as_counts(part.total().waits)
        p95 = quantile(counts, 0.95)
        if p95 is not None and (worst.value is None or p95 > worst.value):
            n = sum(counts.values())
            worst = Figure("worst_group_wait_p95", p95, n=n, of=service, of_class=leg_class)
    return worst


def worst_group_share(rollup: Rollup, _: Tally) -> Figure:
    """The lowest share of `received_in_time` among services and classes with enough waits."""
    worst = Figure("worst_group_received_within_target", None, n=0)
    for (service, leg_class), part in _visitor_groups(rollup).items():
        found = received_in_time(part, part.total())
        if found.value is not None and (worst.value is None or found.value < worst.value):
            worst = replace(found, indicator=worst.indicator, of=service, of_class=leg_class)
    return worst


def worst_service(rollup: Rollup, _: Tally) -> Figure:
    """The longest 90th percentile of waits among services with enough waits."""
    worst = Figure("worst_service_wait_p90", None, n=0)
    for service in rollup.services():
        counts = as_counts(rollup.of_service(service).total().waits)
        n, p90 = sum(counts.values()), quantile(counts, 0.9)
        if n >= WORST_SERVICE_FROM and p90 is not None and (worst.value is None or p90 > worst.value):
            worst = Figure("worst_service_wait_p90", p90, n=n, of=service)
    return worst


def transferred(rollup: Rollup, _: Tally) -> Figure:
    """The share of the visitors received at a counter that were sent on to another service."""
    ended = contacts(rollup)
    count, n = legs_ended(rollup, "transferred") - ended.moved, ended.legs - ended.moved
    return Figure("transferred", 100 * count / n if n else None, n=n, count=count)


def without_ticket(rollup: Rollup, tally: Tally) -> Figure:
    """The share helped without a ticket, of all people received."""
    count = greeted(rollup)
    n = count + tally.visits
    return Figure("without_ticket", 100 * count / n if n else None, n=n, count=count)


def quoted_error(_: Rollup, tally: Tally) -> Figure:
    """The mean distance, in seconds, between the announced median and the wait."""
    n = tally.quoted_with_median
    return Figure("quoted_error_mean", tally.quoted_error_s / n if n else None, n=n)


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


def missed(rollup: Rollup, _: Tally) -> Figure:
    """The share of appointments due for which nobody checked in."""
    count, n = rollup.missed.total(), rollup.due.total()
    return Figure("appointments_missed", 100 * count / n if n else None, n=n, count=count)


def greeted(rollup: Rollup) -> int:
    """How many people were helped without a ticket."""
    return sum(rollup.greetings.values())
