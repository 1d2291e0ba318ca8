"""Facts of a hall as a whole: tickets stopped, what a break does, quiet, targets."""

from datetime import date, datetime

from server.domain.facts import Fact, FactKind
from server.domain.hours.half_days import Break
from server.domain.instants import to_text
from server.domain.quality.targets import Target, WantedWithdrawal


def tickets_stopped(fact_id: str, business_day: date, *, service: str) -> Fact:
    """No more tickets of a service are given on a business day."""
    body = {"id": fact_id, "business_day": business_day.isoformat(), "service": service}
    return Fact(FactKind.TICKETS_STOPPED, body)


def tickets_reopened(stop: str, *, service: str) -> Fact:
    """Tickets of a service are given again; `stop` is the id of the stop that ends."""
    return Fact(FactKind.TICKETS_REOPENED, {"id": stop, "service": service})


def break_decided(fact_id: str, at: Break, *, choice: str) -> Fact:
    """What becomes of those who still wait at a break was chosen: finish, or carry_over."""
    body = {
        "id": fact_id,
        "business_day": at.on.isoformat(),
        "half_day": at.half_day,
        "choice": choice,
        "resumes_at": to_text(at.resumes_at),
    }
    return Fact(FactKind.BREAK_DECIDED, body)


def quiet_set(fact_id: str, until: datetime) -> Fact:
    """Calls are not said aloud until an instant; now or earlier: they are said again."""
    return Fact(FactKind.QUIET_SET, {"id": fact_id, "until": to_text(until)})


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


def target_withdrawn(fact_id: str, target: Target, wanted: WantedWithdrawal) -> Fact:
    """A target applies no more from a date on; what it was is told too."""
    body = {
        "id": fact_id,
        "target": target.id,
        "service": target.service,
        "wait_s": target.wait_s,
        "share_percent": target.share_percent,
        "from_on": wanted.from_on.isoformat(),
        "reason": str(wanted.reason),
        "decided_on": wanted.decided_on.isoformat(),
        "decided_by": wanted.decided_by,
    }
    return Fact(FactKind.TARGET_WITHDRAWN, body)
