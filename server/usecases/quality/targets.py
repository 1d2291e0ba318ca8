"""Read the targets of a hall: present, future and past ones, and what the last months measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import InstantText, LocalDate, Percent, Seconds
from server.domain.hall.configuration import Service
from server.domain.instants import to_text
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.quality.rollup import Tally
from server.domain.quality.targets import TargetSpan, Withdrawal, WithdrawalReason
from server.store.quality.figures import days_with_legs
from server.store.quality.targets import target_spans
from server.store.transactions.database import Database
from server.usecases.quality.indicators import LONGEST, read_days

MONTHS = 3
"""How many of the last months with waits are measured, with the present one."""


@dataclass(frozen=True, slots=True)
class ServiceTargets:
    """The targets of a service as of a local date, in the order in which they apply.

    `service` has the wait that applies today, decided or not; `document_wait_s` is that of the document.
    """

    service: Service
    document_wait_s: int
    on: date
    spans: Sequence[TargetSpan]

    @property
    def now(self) -> TargetSpan | None:
        """The target that applies; None: that of the hall's document applies."""
        return next((each for each in self.spans if each.applies(self.on)), None)

    @property
    def to_come(self) -> list[TargetSpan]:
        """The targets that will apply, the next one first."""
        return [e for e in self.spans if not e.is_void and e.target.applies_from_on > self.on]

    @property
    def earlier(self) -> list[TargetSpan]:
        """The targets that ended, were withdrawn before they applied, or were replaced."""
        standing = [self.now, *self.to_come]
        return [each for each in self.spans if each not in standing]


def read_targets(database: Database, hall: str) -> tuple[date, list[ServiceTargets]]:
    """The hall's local date, and the targets of its services in the hall's order. Refusal: unknown_hall.

    A retired service is in it only where targets were decided for it.
    """
    configuration, published = database.configuration(hall), database.published(hall)
    on = database.clock.now().astimezone(ZoneInfo(configuration.site.time_zone)).date()
    with database.read() as rows:
        decided = target_spans(rows, database.hall_id(hall))
    return on, [
        ServiceTargets(service, published.services[service.id].target_s, on, decided.get(service.id, ()))
        for service in configuration.services.values()
        if not service.is_retired or service.id in decided
    ]


class TargetWithdrawn(TypedDict):
    """A decision that a target applies no more from a local date on."""

    withdrawal: str
    from_on: LocalDate
    reason: WithdrawalReason
    decided_on: LocalDate
    decided_by: str
    recorded_at: InstantText


class TargetOfService(TypedDict):
    """At least `share_percent` of the waits last at most `wait_s`."""

    target: str
    wait_s: Seconds
    share_percent: Percent
    applies_from_on: LocalDate
    ends_on: LocalDate | None
    """The first day on which it applies no more; null: no end is known."""
    is_replaced: bool
    decided_on: LocalDate
    decided_by: str
    """An office or a committee, no person's name."""
    recorded_at: InstantText
    withdrawals: list[TargetWithdrawn]


class ServiceTargetsAnswer(TypedDict):
    """The targets of a service."""

    service: str
    wait_s: Seconds
    """What applies today, decided or not."""
    document_wait_s: Seconds
    """What the hall's document says."""
    now: TargetOfService | None
    """Null: the hall's document stands."""
    to_come: list[TargetOfService]
    earlier: list[TargetOfService]


class TargetsAnswer(TypedDict):
    """The targets of the services of a hall, as of a local date."""

    hall: str
    on: LocalDate
    services: list[ServiceTargetsAnswer]


def targets_answer(database: Database, hall: str) -> TargetsAnswer:
    """The targets as the API gives them. Refusal: unknown_hall."""
    on, services = read_targets(database, hall)
    return {
        "hall": database.configuration(hall).hall,
        "on": on.isoformat(),
        "services": [
            {
                "service": each.service.id,
                "wait_s": each.service.target_s,
                "document_wait_s": each.document_wait_s,
                "now": None if each.now is None else _target_answer(each.now),
                "to_come": [_target_answer(span) for span in each.to_come],
                "earlier": [_target_answer(span) for span in each.earlier],
            }
            for each in services
        ],
    }


def _target_answer(span: TargetSpan) -> TargetOfService:
    target = span.target
    return {
        "target": target.id,
        "wait_s": target.wait_s,
        "share_percent": target.share_percent,
        "applies_from_on": target.applies_from_on.isoformat(),
        "ends_on": None if span.ends_on is None else span.ends_on.isoformat(),
        "is_replaced": span.is_replaced,
        "decided_on": target.decided_on.isoformat(),
        "decided_by": target.decided_by,
        "recorded_at": to_text(target.recorded_at),
        "withdrawals": [_withdrawal(each) for each in span.withdrawals],
    }


def _withdrawal(withdrawal: Withdrawal) -> TargetWithdrawn:
    return {
        "withdrawal": withdrawal.id,
        "from_on": withdrawal.from_on.isoformat(),
        "reason": withdrawal.reason,
        "decided_on": withdrawal.decided_on.isoformat(),
        "decided_by": withdrawal.decided_by,
        "recorded_at": to_text(withdrawal.recorded_at),
    }


@dataclass(frozen=True, slots=True)
class MeasuredMonth:
    """The waits of a service in a month. `is_running`: the month is not over."""

    period: Period
    is_running: bool
    tally: Tally


def read_measured(database: Database, hall: str, service: str, on: date) -> list[MeasuredMonth]:
    """The last three months of a service that have waits, the oldest first, as of a local date.

    Refusal: unknown_hall.
    """
    tomorrow = on + timedelta(days=1)
    with database.read() as rows:
        days = days_with_legs(rows, database.hall_id(hall), tomorrow - LONGEST, tomorrow)
    found: list[MeasuredMonth] = []
    for period in sorted(
        {period_of(PeriodKind.MONTH, day) for day in days}, key=lambda p: p.name, reverse=True
    ):
        rollup = read_days(database, hall, period.starts_on, period.ends_on).whole()
        tally = rollup.of_service(service).total()
        if tally.waits:
            found.append(MeasuredMonth(period, period.ends_on > on, tally))
        if len(found) == MONTHS:
            break
    return found[::-1]
