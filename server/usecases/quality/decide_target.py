"""Decide or withdraw a target: from a date on, a share of a service's waits is to last at most so long."""

from dataclasses import replace
from datetime import date
from typing import TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import LocalDate
from server.domain.author import Author
from server.domain.quality.targets import (
    FARTHEST,
    HIGHEST_SHARE_PERCENT,
    LONGEST_NAME,
    LONGEST_WAIT_S,
    LOWEST_SHARE_PERCENT,
    SHORTEST_WAIT_S,
    TargetRequest,
    TargetSpan,
    WithdrawalRequest,
    target_decided,
    target_withdrawn,
)
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.quality.targets import target_spans
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.hall_view import find_service


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
        _check_days(request, transaction.now.astimezone(ZoneInfo(configuration.site.time_zone)).date())
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
        today = transaction.now.astimezone(ZoneInfo(transaction.configuration.site.time_zone)).date()
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
    days = span.days_to_withdraw(today)
    if days is None:
        raise Refusal("target_over")
    if not days[0] <= from_on <= days[1]:
        raise Refusal("bad_withdrawal_day", earliest=days[0].isoformat(), latest=days[1].isoformat())
