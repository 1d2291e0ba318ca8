"""Targets of waiting: what was decided for a service, from which day on (docs/rules/targets.md). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from server.domain.configuration import HallConfiguration, Service

SHORTEST_WAIT_S, LONGEST_WAIT_S = 60, 8 * 3600
LOWEST_SHARE_PERCENT, HIGHEST_SHARE_PERCENT = 1, 100
FARTHEST = timedelta(days=731)
"""How long before it applies a target may be decided."""
LONGEST_NAME = 80
"""Characters of the office or committee that decided."""


@dataclass(frozen=True, slots=True)
class WantedTarget:
    """At least `share_percent` of the waits of a service within `wait_s`, from a local date on.

    `decided_by` is the office or committee that decided on `decided_on`, no person's name.
    """

    service: str
    wait_s: int
    share_percent: int
    applies_from_on: date
    decided_on: date
    decided_by: str


@dataclass(frozen=True, slots=True)
class Target(WantedTarget):
    """A target that was decided, and when it was entered."""

    id: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TargetSpan:
    """A target and the last day on which it applies.

    `ends_on` None: until another is decided. `is_replaced`: another was decided later for the same day.
    """

    target: Target
    ends_on: date | None = None
    is_replaced: bool = False

    def applies(self, on: date) -> bool:
        """Whether this is the target of a day."""
        begun = not self.is_replaced and self.target.applies_from_on <= on
        return begun and (self.ends_on is None or on <= self.ends_on)


def spans(targets: Iterable[Target]) -> list[TargetSpan]:
    """The targets of one service, given as they were recorded, by the day from which they apply.

    Of several for the same day the one recorded last stands.
    """
    ordered = sorted(targets, key=lambda each: each.applies_from_on)
    last = {each.applies_from_on: each.id for each in ordered}
    standing = [each for each in ordered if last[each.applies_from_on] == each.id]
    following = {each.id: later for each, later in pairwise(standing)}
    found = []
    for each in ordered:
        later = following.get(each.id)
        ends_on = None if later is None else later.applies_from_on - timedelta(days=1)
        found.append(TargetSpan(each, ends_on, is_replaced=last[each.applies_from_on] != each.id))
    return found


def with_targets(configuration: HallConfiguration, targets: Mapping[str, Target]) -> HallConfiguration:
    """A configuration in which the decided targets, by service, take the place of its own.

    Who comes before others (priority, appointment) is never promised a longer wait than everybody.
    """
    services = dict(configuration.services)
    for name, target in targets.items():
        if name in services:
            services[name] = _with_target(services[name], target)
    return replace(configuration, services=services)


def _with_target(service: Service, target: Target) -> Service:
    return replace(
        service,
        target_s=target.wait_s,
        target_appointment_s=min(service.target_appointment_s, target.wait_s),
        target_priority_s=min(service.target_priority_s, target.wait_s),
        target_from_on=target.applies_from_on,
    )
