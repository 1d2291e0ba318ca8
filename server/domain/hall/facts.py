"""Facts of a hall as a whole: tickets stopped, what a break does, quiet, targets."""

from datetime import date, datetime

from server.domain.facts import Fact, FactKind
from server.domain.hours.half_days import Break
from server.domain.instants import to_text


def tickets_stopped(fact_id: str, business_day: date, *, service: str) -> Fact:
    """No more tickets of a service are given on a business day."""
    body = {"id": fact_id, "business_day": business_day.isoformat(), "service": service}
    return Fact(FactKind.TICKETS_STOPPED, body)


def tickets_reopened(stop: str, *, service: str) -> Fact:
    """Tickets of a service are given again; `stop` is the id of the stop that ends."""
    return Fact(FactKind.TICKETS_REOPENED, {"id": stop, "service": service})


def break_decided(fact_id: str, at: Break, *, choice: str) -> Fact:
    """Somebody decided what happens to waiting visitors at a break: finish, or carry_over."""
    body = {
        "id": fact_id,
        "business_day": at.on.isoformat(),
        "half_day": at.half_day,
        "choice": choice,
        "resumes_at": to_text(at.resumes_at),
    }
    return Fact(FactKind.BREAK_DECIDED, body)


def quiet_set(fact_id: str, until: datetime) -> Fact:
    """Calls are not spoken until an instant; an instant that has passed brings the voice back."""
    return Fact(FactKind.QUIET_SET, {"id": fact_id, "until": to_text(until)})
