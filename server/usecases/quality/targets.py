"""Targets of a hall: read beside measured waits, decided, withdrawn (docs/rules/targets.md)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypedDict

from hardware.json_types import InstantText, LocalDate, Percent, Seconds
from server.domain.author import Author
from server.domain.hall.configuration import Service
from server.domain.instants import to_text
from server.domain.quality.doubt import open_days
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.quality.rollup import Rollup, Tally, sum_of
from server.domain.quality.targets import (
    FARTHEST,
    HIGHEST_SHARE_PERCENT,
    LONGEST_NAME,
    LONGEST_WAIT_S,
    LOWEST_SHARE_PERCENT,
    SHORTEST_WAIT_S,
    TargetRequest,
    TargetSpan,
    Withdrawal,
    WithdrawalReason,
    WithdrawalRequest,
    target_decided,
    target_withdrawn,
)
from server.domain.refusals import Refusal, existing
from server.ids import new_id
from server.store.engine.writes import WriteKey
from server.store.quality.figures import days_with_legs
from server.store.quality.targets import target_spans
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.hall_view import find_service
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
    def to_withdraw(self) -> list[TargetSpan]:
        """The targets that apply or will, as long as they may be withdrawn."""
        standing = [*filter(None, [self.now]), *self.to_come]
        return [each for each in standing if each.days_to_withdraw(self.on)]

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
    on = configuration.site.local_day(database.clock.now())
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
    """The waits of a service in a month, by open day of the hall. `is_running`: the month is not over."""

    period: Period
    is_running: bool
    days: Sequence[Rollup]

    @property
    def tally(self) -> Tally:
        """All its days together."""
        return sum_of(self.days).total()


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
        opened = open_days(read_days(database, hall, period.starts_on, period.ends_on).days.values())
        month = MeasuredMonth(period, period.ends_on > on, [each.of_service(service) for each in opened])
        if month.tally.waits:
            found.append(month)
        if len(found) == MONTHS:
            break
    return found[::-1]


class TargetDecidedAnswer(TypedDict):
    """A target that was decided, and the one it takes the place of; null: none stood for that day."""

    target: str
    service: str
    replaces: str | None


def decide_target(
    database: Database,
    hall: str,
    author: Author,
    request: TargetRequest,
    *,
    write_key: WriteKey | None = None,
) -> TargetDecidedAnswer:
    """The target decided. `replaces`: the earlier target of the same service and day, None for none.

    It applies until a later target does, instead of the wait in the hall's document, to every ticket issued
    from its day on (docs/rules/targets.md). Earlier targets do not change.

    Refusals: unknown_service; bad_target_wait, bad_target_share; bad_target_start for a day before today (a
    ticket keeps the target of its own day) or more than two years ahead; bad_decision_day for a day to come;
    target_decider_missing, target_decider_too_long.
    """
    _check_terms(request)

    def decide(transaction: HallTransaction) -> TargetDecidedAnswer:
        configuration = transaction.configuration
        find_service(configuration, request.service)
        _check_days(request, configuration.site.local_day(transaction.now))
        spans = target_spans(transaction, transaction.hall).get(request.service, ())
        replaced = (
            each.target.id
            for each in spans
            if not each.is_void and each.target.applies_from_on == request.applies_from_on
        )
        target = new_id()
        fact = target_decided(
            target,
            request.service,
            wait_s=request.wait_s,
            share_percent=request.share_percent,
            dates=(request.applies_from_on, request.decided_on),
            decided_by=request.decided_by.strip(),
        )
        transaction.record(fact)
        return {"target": target, "service": request.service, "replaces": next(replaced, None)}

    return database.write(hall, author, write_key, decide)


def _check_terms(target: TargetRequest) -> None:
    if not SHORTEST_WAIT_S <= target.wait_s <= LONGEST_WAIT_S:
        raise Refusal("bad_target_wait", shortest=SHORTEST_WAIT_S // 60, longest=LONGEST_WAIT_S // 60)
    if not LOWEST_SHARE_PERCENT <= target.share_percent <= HIGHEST_SHARE_PERCENT:
        raise Refusal("bad_target_share", lowest=LOWEST_SHARE_PERCENT, highest=HIGHEST_SHARE_PERCENT)
    check_decider(target.decided_by)


def _check_days(target: TargetRequest, today: date) -> None:
    if not today <= target.applies_from_on <= today + FARTHEST:
        farthest = today + FARTHEST
        raise Refusal("bad_target_start", earliest=today.isoformat(), latest=farthest.isoformat())
    check_decision_day(target.decided_on, today)


def check_decider(decided_by: str) -> None:
    """Refusals: target_decider_missing, target_decider_too_long."""
    decider = decided_by.strip()
    if not decider:
        raise Refusal("target_decider_missing")
    if len(decider) > LONGEST_NAME:
        raise Refusal("target_decider_too_long", longest=LONGEST_NAME)


def check_decision_day(decided_on: date, today: date) -> None:
    """Refusal: bad_decision_day for one still to come."""
    if decided_on > today:
        raise Refusal("bad_decision_day", latest=today.isoformat())


class TargetWithdrawnAnswer(TypedDict):
    """A withdrawal that was decided."""

    withdrawal: str
    target: str
    service: str
    from_on: LocalDate


def withdraw_target(
    database: Database,
    hall: str,
    author: Author,
    withdrawal: WithdrawalRequest,
    *,
    write_key: WriteKey | None = None,
) -> TargetWithdrawnAnswer:
    """The withdrawal: from its day on the wait of the hall's document applies, until another target does.

    A target withdrawn from its first day on never applies: the one before it continues. Tickets and days of
    before keep their target (docs/rules/targets.md).

    Refusals: unknown_target; target_over when it applies no more, never did or was replaced;
    bad_withdrawal_day outside the days it still applies (two years ahead at the latest); bad_decision_day,
    target_decider_missing, target_decider_too_long.
    """
    check_decider(withdrawal.decided_by)

    def withdraw(transaction: HallTransaction) -> TargetWithdrawnAnswer:
        today = transaction.configuration.site.local_day(transaction.now)
        span = _span(transaction, withdrawal.target)
        _check_day(span, withdrawal.from_on, today)
        check_decision_day(withdrawal.decided_on, today)
        fact = new_id()
        terms = replace(withdrawal, decided_by=withdrawal.decided_by.strip())
        transaction.record(target_withdrawn(fact, span.target, terms))
        return {
            "withdrawal": fact,
            "target": span.target.id,
            "service": span.target.service,
            "from_on": withdrawal.from_on.isoformat(),
        }

    return database.write(hall, author, write_key, withdraw)


def _span(transaction: HallTransaction, target: str) -> TargetSpan:
    for found in target_spans(transaction, transaction.hall).values():
        for span in found:
            if span.target.id == target:
                return span
    raise Refusal("unknown_target", target=target)


def _check_day(span: TargetSpan, from_on: date, today: date) -> None:
    days = existing(span.days_to_withdraw(today), "target_over")
    if not days[0] <= from_on <= days[1]:
        raise Refusal("bad_withdrawal_day", earliest=days[0].isoformat(), latest=days[1].isoformat())
