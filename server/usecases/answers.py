"""What use cases answer: JSON values with the names of the contract."""

import json
from typing import Any

from kiosk.waits import wording_of
from server.domain.instants import micros_to_text
from server.domain.visits.transitions import LegState, is_unconfirmed
from server.domain.waits.estimate import Estimate, WaitRange
from server.store.engine.rows import Row

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


def exceptional_answer(visit: Row) -> Answer | None:
    """Why a visit (its row) was received without the appointment it needed; None for any other."""
    if visit["exceptional_reason"] is None:
        return None
    return {"service": visit["wanted_service"], "reason": visit["exceptional_reason"]}


def leg_answer(row: Row, of_visit: Answer | None = None) -> Answer:
    """A leg as the API, the queue and the console know it; instants in RFC 3339, null when absent.

    `of_visit` is what was looked up of its visit: `needs`, `linked` (the numbers it is linked to) and
    `exceptional`; the answer does not speak of the rest. `for_counter` is told of who waits for one counter
    alone; `is_unconfirmed` of who is in service by the call alone; `ranked_from` of who has a rank by an
    earlier arrival than that of the leg, as after a transfer.
    """
    answer = dict(of_visit or {})
    reference = row["reference_at"]
    if reference is not None and reference < max(row["arrived_at"], row["booked_at"] or 0):
        answer["ranked_from"] = micros_to_text(reference)
    if row["for_counter"] is not None and row["state"] == LegState.WAITING:
        answer["for_counter"] = row["for_counter"]
    if is_unconfirmed(row):
        answer["is_unconfirmed"] = True
    return answer | {
        "leg": row["id"],
        "visit": row["visit"],
        "number": row["number"],
        "service": row["service"],
        "class": row["class"],
        "priority": row["priority"],
        "state": row["state"],
        "arrived_at": micros_to_text(row["arrived_at"]),
        "issued_at": micros_to_text(row["issued_at"]),
        "booked_at": micros_to_text(row["booked_at"]),
        "first_called_at": micros_to_text(row["first_called_at"]),
        "last_called_at": micros_to_text(row["last_called_at"]),
        "started_at": micros_to_text(row["started_at"]),
        "call": row["call"],
        "rank": row["rank"],
        "is_held": bool(row["is_held"]),
        "counter": row["counter"],
        "target_s": row["target_s"],
        "why": None if row["why"] is None else json.loads(row["why"]),
        "end_reason": row["end_reason"],
        "postponements": row["postponements"] or 0,
        "not_before": micros_to_text(row["not_before"]),
        "return_place": row["return_place"],
        "added_services": json.loads(row["added_services"] or "[]"),
        "outcome": row["outcome"],
    }
