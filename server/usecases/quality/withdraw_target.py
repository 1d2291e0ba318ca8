"""Withdraw a target: it does not apply any more from a date on."""

from dataclasses import replace
from datetime import date
from typing import TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import LocalDate
from server.domain.author import Author
from server.domain.quality.targets import TargetSpan, WithdrawalRequest, target_withdrawn
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.quality.targets import target_spans
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.usecases.quality.check_target_decision import check_decider, check_decision_day


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
