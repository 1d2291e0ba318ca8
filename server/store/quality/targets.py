"""Reads of the targets that were decided for a hall, and withdrawn."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from server.domain.instants import from_micros
from server.domain.quality.targets import Target, TargetSpan, Withdrawal, WithdrawalReason, spans

_TARGETS = (
    "SELECT id, service, wait_s, share_percent, applies_from_on, decided_on, decided_by, recorded_at"
    " FROM target WHERE hall = :hall ORDER BY recorded_at, id"
)
_WITHDRAWALS = (
    "SELECT id, target, from_on, reason, decided_on, decided_by, recorded_at"
    " FROM target_withdrawal WHERE hall = :hall ORDER BY recorded_at, id"
)


def target_spans(rows: Any, hall: str) -> dict[str, list[TargetSpan]]:
    """Every target decided for a hall (its id) with the days it applies, by service."""
    targets: dict[str, list[Target]] = {}
    for row in rows.all(_TARGETS, hall=hall):
        targets.setdefault(row["service"], []).append(_target(row))
    withdrawals = [_withdrawal(row) for row in rows.all(_WITHDRAWALS, hall=hall)] if targets else []
    return {service: spans(found, withdrawals) for service, found in targets.items()}


def targets_on(rows: Any, hall: str, on: date) -> dict[str, Target]:
    """The target of each service of a hall (its id) on a local date, where one applies."""
    return {
        service: span.target
        for service, found in target_spans(rows, hall).items()
        for span in found
        if span.applies(on)
    }


def _target(row: Mapping[str, Any]) -> Target:
    return Target(
        id=row["id"],
        service=row["service"],
        wait_s=row["wait_s"],
        share_percent=row["share_percent"],
        applies_from_on=date.fromisoformat(row["applies_from_on"]),
        decided_on=date.fromisoformat(row["decided_on"]),
        decided_by=row["decided_by"],
        recorded_at=from_micros(row["recorded_at"]),
    )


def _withdrawal(row: Mapping[str, Any]) -> Withdrawal:
    return Withdrawal(
        id=row["id"],
        target=row["target"],
        from_on=date.fromisoformat(row["from_on"]),
        reason=WithdrawalReason(row["reason"]),
        decided_on=date.fromisoformat(row["decided_on"]),
        decided_by=row["decided_by"],
        recorded_at=from_micros(row["recorded_at"]),
    )
