"""What use cases answer: JSON values with the names of the contract."""

from typing import Any

from kiosk.waits import wording_of
from server.domain.instants import text_or_none, to_text
from server.domain.visits.transitions import LegState, is_unconfirmed
from server.domain.waits.estimate import Estimate, WaitRange
from server.store.visits.legs import LegRow

type Answer = dict[str, Any]

AFTER_CLOSING = "after_closing"
"""Why no wait is announced: a call is expected only after the hall closes for the day."""


def wait_answer(found: Estimate) -> Answer:
    """What is announced of a wait: `wait`, a range in seconds or null, and `why_no_wait`."""
    if isinstance(found, WaitRange):
        return {"wait": _range(found.low_s, found.high_s), "why_no_wait": None}
    return {"wait": None, "why_no_wait": None if found is None else AFTER_CLOSING}


def quoted_answer(low_s: int | None, median_s: int | None, high_s: int | None) -> Answer:
    """What a ticket announced at its issue, as `wait_answer`; a median without ends means after closing."""
    if low_s is not None and high_s is not None:
        return {"wait": _range(low_s, high_s), "why_no_wait": None}
    return {"wait": None, "why_no_wait": None if median_s is None else AFTER_CLOSING}


def _range(low_s: int, high_s: int) -> Answer:
    """A range, and how pages say it."""
    return {"low_s": low_s, "high_s": high_s, "said": wording_of(low_s, high_s)}


def exceptional_answer(service: str | None, reason: str | None) -> Answer | None:
    """Why a visit was received without the appointment that `service` needs; None without a reason."""
    return None if reason is None else {"service": service, "reason": reason}


def leg_answer(leg: LegRow, of_visit: Answer | None = None) -> Answer:
    """A leg as the API, the queue and the console know it; instants in RFC 3339, null when absent.

    `of_visit`: what the answer also says of its visit, of `needs`, `linked` (the numbers it is linked to) and
    `exceptional`. The answer has `for_counter` where the leg waits for one counter alone, `is_unconfirmed`
    where it is in service by the call alone, and `ranked_from` where its rank is by an earlier arrival than
    its own, as after a transfer.
    """
    answer = dict(of_visit or {})
    if leg.reference_at < max(leg.arrived_at, leg.booked_at or leg.arrived_at):
        answer["ranked_from"] = to_text(leg.reference_at)
    if leg.for_counter is not None and leg.state == LegState.WAITING:
        answer["for_counter"] = leg.for_counter
    if is_unconfirmed(leg):
        answer["is_unconfirmed"] = True
    return answer | {
        "leg": leg.id,
        "visit": leg.visit,
        "number": leg.number,
        "service": leg.service,
        "class": leg.class_,
        "priority": leg.priority,
        "state": leg.state,
        "arrived_at": to_text(leg.arrived_at),
        "issued_at": to_text(leg.issued_at),
        "booked_at": text_or_none(leg.booked_at),
        "first_called_at": text_or_none(leg.first_called_at),
        "last_called_at": text_or_none(leg.last_called_at),
        "started_at": text_or_none(leg.started_at),
        "call": leg.call,
        "rank": leg.rank,
        "is_held": leg.is_held,
        "counter": leg.counter,
        "target_s": leg.target_s,
        "why": leg.why,
        "end_reason": leg.end_reason,
        "postponements": leg.postponements or 0,
        "not_before": text_or_none(leg.not_before),
        "return_place": leg.return_place,
        "added_services": leg.added_services or [],
        "outcome": leg.outcome,
    }
