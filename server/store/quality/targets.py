"""Reads of a hall’s targets and their withdrawals, and of the sites that show figures of one agent."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select

from server.domain.quality.targets import Target, TargetSpan, Withdrawal, WithdrawalReason, spans
from server.store.engine.rows import Rows
from server.store.engine.statements import Read, rows_of
from server.store.tables.counters import target, target_withdrawal
from server.store.tables.people import individual_figures


@dataclass(frozen=True, slots=True)
class _WithdrawalRow:
    target: str
    from_on: date
    reason: str
    decided_on: date
    decided_by: str
    id: str
    recorded_at: datetime


_TARGETS = Read(
    Target,
    rows_of(Target, target)
    .where(target.c.hall == bindparam("hall"))
    .order_by(target.c.recorded_at, target.c.id),
)
_WITHDRAWALS = Read(
    _WithdrawalRow,
    rows_of(_WithdrawalRow, target_withdrawal)
    .where(target_withdrawal.c.hall == bindparam("hall"))
    .order_by(target_withdrawal.c.recorded_at, target_withdrawal.c.id),
)


def target_spans(rows: Rows, hall: str) -> dict[str, list[TargetSpan]]:
    """Every target decided for a hall (id) with the days on which it applies, by service."""
    targets: dict[str, list[Target]] = {}
    for each in rows.all(_TARGETS, hall=hall):
        targets.setdefault(each.service, []).append(each)
    withdrawals = [_withdrawal(row) for row in rows.all(_WITHDRAWALS, hall=hall)] if targets else []
    return {service: spans(found, withdrawals) for service, found in targets.items()}


def targets_on(rows: Rows, hall: str, on: date) -> dict[str, Target]:
    """The target of each service of a hall (id) on a local date, where one applies."""
    return {
        service: span.target
        for service, found in target_spans(rows, hall).items()
        for span in found
        if span.applies(on)
    }


def _withdrawal(row: _WithdrawalRow) -> Withdrawal:
    return Withdrawal(
        target=row.target,
        from_on=row.from_on,
        reason=WithdrawalReason(row.reason),
        decided_on=row.decided_on,
        decided_by=row.decided_by,
        id=row.id,
        recorded_at=row.recorded_at,
    )


_IS_ON = individual_figures.c.is_on.is_(True)
_SITES = Read(str, select(individual_figures.c.site).where(_IS_ON))
_SITE = Read(
    str, select(individual_figures.c.site).where(_IS_ON, individual_figures.c.site == bindparam("site"))
)


def are_individual_figures_on(rows: Rows, site: str) -> bool:
    """Whether figures of one agent may be shown at a site (slug)."""
    return rows.one(_SITE, site=site) is not None


def sites_of_individual_figures(rows: Rows) -> frozenset[str]:
    """The sites (slugs) at which they are on."""
    return frozenset(rows.all(_SITES))
