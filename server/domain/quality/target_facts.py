"""Facts about the targets of a hall."""

from datetime import date

from server.domain.facts import Fact, FactKind
from server.domain.quality.targets import Target, WithdrawalRequest


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
