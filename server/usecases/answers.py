"""What use cases answer: JSON values with the names of the contract."""

from typing import Annotated, Final, Literal, NotRequired, TypedDict

from hardware.json_types import (
    FALSE_IF_LEFT_OUT,
    NULL_IF_LEFT_OUT,
    ZERO_IF_LEFT_OUT,
    Count,
    InstantText,
    LocalDate,
    SaidWait,
    Seconds,
)
from kiosk.menu_messages import wording_of
from server.domain.calling.calls import Explanation
from server.domain.calling.waiting_legs import LegClass, Priority
from server.domain.instants import text_or_none, to_text
from server.domain.visits.transitions import EndReason, LegState, Outcome, is_unconfirmed
from server.domain.visits.verb_facts import Need, ReturnPlace
from server.domain.waits.estimate import Estimate, WaitRange
from server.store.visits.legs import LegRow

AFTER_CLOSING: Final = "after_closing"
"""Why no wait is announced: a call is expected only after the hall closes for the day."""


class AnnouncedWait(TypedDict):
    """The announced wait; null: none is known, or the call is expected after closing."""

    wait: SaidWait | None
    why_no_wait: Literal["after_closing"] | None


class ExceptionalReason(TypedDict):
    """Which service a visitor wanted without the appointment it needs, and the code of the reason."""

    service: str
    reason: str


class AwayVisitor(TypedDict):
    """How many minutes away a visitor said to be, and when; it never changes the order."""

    minutes: Count
    at: InstantText


class VisitFields(TypedDict, total=False):
    """What a leg also says of its visit; `linked`: the numbers it is linked to."""

    needs: list[Need]
    linked: list[str]
    """The ticket numbers of the visits it is linked to."""
    exceptional: Annotated[ExceptionalReason | None, NULL_IF_LEFT_OUT]
    shares_number: Annotated[bool, FALSE_IF_LEFT_OUT]
    """Another visit that goes on has the same number: two papers, as after a kiosk went on off line."""
    away: Annotated[AwayVisitor | None, NULL_IF_LEFT_OUT]


_NO_DETAILS: VisitFields = {}


class Destination(TypedDict):
    """Where a transfer sends a visitor; `is_open`: a counter receives there now."""

    service: str
    counter: str | None
    is_open: bool


class OfFewLegs(TypedDict, total=False):
    """What an answer says of the few legs that have it.

    `ranked_from`: the earlier arrival that ranks it, as after a transfer. `for_counter`: the one counter that
    it waits for. `is_unconfirmed`: it is in service by the call alone.
    """

    ranked_from: InstantText
    """The earlier arrival that ranks it, where it has one, as after a transfer."""
    for_counter: str
    """The one counter that it waits for."""
    is_unconfirmed: Annotated[bool, FALSE_IF_LEFT_OUT]
    """In service by the call alone: nobody has said that the visitor came."""
    destination: Destination
    """Of a leg that was just transferred."""
    urgency: str
    """Why it is an urgent case, a code: it waits before all others."""


Period = TypedDict("Period", {"from": LocalDate, "to": LocalDate})
"""Two local dates."""
_OfClass = TypedDict("_OfClass", {"class": LegClass})  # a word of Python


class Leg(VisitFields, OfFewLegs, _OfClass):
    """A leg. A message leaves out what most legs do not have: those fields have a default."""

    leg: str
    visit: str
    number: str
    service: str
    priority: Priority
    state: LegState
    arrived_at: InstantText
    issued_at: InstantText
    booked_at: InstantText | None
    first_called_at: InstantText | None
    last_called_at: InstantText | None
    started_at: InstantText | None
    call: str | None
    rank: Count
    """1 for the first invitation of a call, 2 and more for recalls; 0 before any call."""
    counter: str | None
    target_s: Seconds
    why: Explanation | None
    end_reason: EndReason | None
    is_held: NotRequired[Annotated[bool, FALSE_IF_LEFT_OUT]]
    postponements: NotRequired[Annotated[Count, ZERO_IF_LEFT_OUT]]
    not_before: NotRequired[Annotated[InstantText | None, NULL_IF_LEFT_OUT]]
    return_place: NotRequired[Annotated[ReturnPlace | None, NULL_IF_LEFT_OUT]]
    added_services: NotRequired[list[str]]
    outcome: NotRequired[Annotated[Outcome | None, NULL_IF_LEFT_OUT]]
    """Of a leg that was just transferred."""


def wait_answer(found: Estimate) -> AnnouncedWait:
    """The answer about a wait that was estimated."""
    if isinstance(found, WaitRange):
        return {"wait": _range(found.low_s, found.high_s), "why_no_wait": None}
    return {"wait": None, "why_no_wait": None if found is None else AFTER_CLOSING}


def quoted_answer(low_s: int | None, median_s: int | None, high_s: int | None) -> AnnouncedWait:
    """What a ticket announced at its issue, as `wait_answer`; a median without ends means after closing."""
    if low_s is not None and high_s is not None:
        return {"wait": _range(low_s, high_s), "why_no_wait": None}
    return {"wait": None, "why_no_wait": None if median_s is None else AFTER_CLOSING}


def _range(low_s: int, high_s: int) -> SaidWait:
    """A range, and how pages say it."""
    return {"low_s": low_s, "high_s": high_s, "said": wording_of(low_s, high_s)}


def exceptional_answer(service: str | None, reason: str | None) -> ExceptionalReason | None:
    """Why a visit was received without the appointment that `service` needs; None without a reason."""
    return None if service is None or reason is None else {"service": service, "reason": reason}


def leg_answer(leg: LegRow, of_visit: VisitFields = _NO_DETAILS) -> Leg:
    """A leg as the API, the queue and the console know it, with what the answer says of its visit."""
    return {
        "leg": leg.id,
        "visit": leg.visit,
        "number": leg.number,
        "service": leg.service,
        "class": leg.class_,
        "priority": leg.priority,
        "state": LegState(leg.state),
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
        "end_reason": None if leg.end_reason is None else EndReason(leg.end_reason),
        "postponements": leg.postponements or 0,
        "not_before": text_or_none(leg.not_before),
        "return_place": leg.return_place,
        "added_services": leg.added_services or [],
        "outcome": leg.outcome,
        **of_visit,
        **_of_few_legs(leg),
    }


def _of_few_legs(leg: LegRow) -> OfFewLegs:
    answer: OfFewLegs = {}
    if leg.reference_at < max(leg.arrived_at, leg.booked_at or leg.arrived_at):
        answer["ranked_from"] = to_text(leg.reference_at)
    if leg.for_counter is not None and leg.state == LegState.WAITING:
        answer["for_counter"] = leg.for_counter
    if is_unconfirmed(leg):
        answer["is_unconfirmed"] = True
    if leg.urgency is not None:
        answer["urgency"] = leg.urgency
    return answer
