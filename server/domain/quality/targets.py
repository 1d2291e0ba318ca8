"""Targets of waiting: the decided wait of a service, and its facts (docs/rules/targets.md)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from server.domain.facts import Fact, FactKind
from server.domain.hall.configuration import HallConfiguration, Service

SHORTEST_WAIT_S, LONGEST_WAIT_S = 60, 8 * 3600
LOWEST_SHARE_PERCENT, HIGHEST_SHARE_PERCENT = 1, 100
FARTHEST = timedelta(days=731)
"""How long before it applies a target may be decided."""
LONGEST_NAME = 80
"""Characters of the office or committee that decided."""


@dataclass(frozen=True, slots=True)
class TargetRequest:
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
class Target(TargetRequest):
    """A target that was decided, and when it was entered."""

    id: str
    recorded_at: datetime


class WithdrawalReason(StrEnum):
    """Why a target is withdrawn: from a list, since a fact holds no free text about people."""

    MISTAKE = "mistake"
    UNATTAINABLE = "unattainable"
    ORGANISATION_CHANGED = "organisation_changed"
    DECIDED_OTHERWISE = "decided_otherwise"


@dataclass(frozen=True, slots=True)
class WithdrawalRequest:
    """A request to withdraw a target (id) from a local date on, with the office that decided it."""

    target: str
    from_on: date
    reason: WithdrawalReason
    decided_on: date
    decided_by: str


@dataclass(frozen=True, slots=True)
class Withdrawal(WithdrawalRequest):
    """A target that was withdrawn, and when this was entered."""

    id: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TargetSpan:
    """A target, the last day on which it applies, and its withdrawals in the order of recording.

    `ends_on` None: until another is decided; before its first day: it was withdrawn before it applied.
    `is_replaced`: another was decided later for the same day.
    """

    target: Target
    ends_on: date | None = None
    is_replaced: bool = False
    withdrawals: Sequence[Withdrawal] = ()

    @property
    def is_void(self) -> bool:
        """Whether it applies on no day at all."""
        return self.is_replaced or (self.ends_on is not None and self.ends_on < self.target.applies_from_on)

    def applies(self, on: date) -> bool:
        """Whether this is the target of a day."""
        begun = not self.is_replaced and self.target.applies_from_on <= on
        return begun and (self.ends_on is None or on <= self.ends_on)

    def days_to_withdraw(self, on: date) -> tuple[date, date] | None:
        """The first and last day from which it may be withdrawn, as of a local date; None: it is over."""
        first = max(on, self.target.applies_from_on)
        last = min(self.ends_on or date.max, on + FARTHEST)
        return None if self.is_void or last < first else (first, last)


def spans(targets: Iterable[Target], withdrawals: Iterable[Withdrawal] = ()) -> list[TargetSpan]:
    """The targets of one service, given in the order of recording, by the day from which they apply.

    Of several for the same day the one recorded last applies. A target withdrawn from its first day on never
    applies: the one before it continues.
    """
    withdrawn: dict[str, list[Withdrawal]] = {}
    for withdrawal in withdrawals:
        withdrawn.setdefault(withdrawal.target, []).append(withdrawal)
    until = {name: min(each.from_on for each in found) for name, found in withdrawn.items()}
    ordered = sorted(targets, key=lambda each: each.applies_from_on)
    last = {each.applies_from_on: each for each in ordered}
    standing = [each for each in last.values() if until.get(each.id, date.max) > each.applies_from_on]
    following = {each.id: later.applies_from_on for each, later in pairwise(standing)}
    found = []
    for each in ordered:
        over_on = min(following.get(each.id, date.max), until.get(each.id, date.max))
        ends_on = None if over_on == date.max else over_on - timedelta(days=1)
        is_replaced = last[each.applies_from_on] != each
        found.append(TargetSpan(each, ends_on, is_replaced, withdrawn.get(each.id, ())))
    return found


def with_targets(configuration: HallConfiguration, targets: Mapping[str, Target]) -> HallConfiguration:
    """A configuration in which the decided targets, by service, take the place of its own.

    Priorities and appointments never have a longer target than other visitors.
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


def target_decided(
    fact_id: str, service: str, *, wait_s: int, share_percent: int, dates: tuple[date, date], decided_by: str
) -> Fact:
    """A target of waiting is decided. `dates`: from when it applies, when it was decided."""
    body = {
        "id": fact_id,
        "service": service,
        "wait_s": wait_s,
        "share_percent": share_percent,
        "applies_from_on": dates[0].isoformat(),
        "decided_on": dates[1].isoformat(),
        "decided_by": decided_by,
    }
    return Fact(FactKind.TARGET_DECIDED, body)


def target_withdrawn(fact_id: str, target: Target, withdrawal: WithdrawalRequest) -> Fact:
    """A target is withdrawn from a date on; the fact repeats its terms."""
    body = {
        "id": fact_id,
        "target": target.id,
        "service": target.service,
        "wait_s": target.wait_s,
        "share_percent": target.share_percent,
        "from_on": withdrawal.from_on.isoformat(),
        "reason": str(withdrawal.reason),
        "decided_on": withdrawal.decided_on.isoformat(),
        "decided_by": withdrawal.decided_by,
    }
    return Fact(FactKind.TARGET_WITHDRAWN, body)
