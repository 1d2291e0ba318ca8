"""The facts of a visit from its ticket to its end: issued, served, moved on, taken back.

A fact holds all that the rows of a visit and its legs need (`server.domain.facts`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

from server.domain.facts import Erasable, Fact, FactKind, Json
from server.domain.instants import to_text

type TicketChannel = Literal["kiosk", "reception", "api", "distribution", "phone"]
"""How a ticket was taken; `distribution`: by hand, in a series, before the doors open."""


@dataclass(frozen=True, slots=True)
class NewLeg:
    """A new leg, which waits. `sort_key` orders the waiting legs of a queue as people see them.

    `series` is the prefix of its number; `reference_at` the instant its wait is counted from when a counter
    calls. `is_out_of_series`: transferred or reinstated, so that its number says nothing about its turn.
    `is_at_front`: before the others. `not_before`: it is not called earlier. `lets_pass`: first calls of its
    queue that come before its own. `added_services` open one after the other when it ends.
    `urgency`: why it is an urgent case (a code).
    """

    id: str
    position: int
    service: str
    queue: str
    visit_class: str
    priority: str
    target_s: int
    sort_key: str
    arrived_at: datetime
    issued_at: datetime
    configuration_revision: int
    series: str
    reference_at: datetime
    is_out_of_series: bool = False
    is_at_front: bool = False
    not_before: datetime | None = None
    lets_pass: int = 0
    added_services: Sequence[str] = ()
    booked_at: datetime | None = None
    for_counter: str | None = None
    urgency: str | None = None
    reinstated_from: str | None = None
    reinstatements: int = 0
    quoted_low_s: int | None = None
    quoted_median_s: int | None = None
    quoted_high_s: int | None = None
    quoted_simple_s: int | None = None

    def as_body(self) -> dict[str, Any]:
        """The leg as JSON values for a fact."""
        body: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        body["class"] = body.pop("visit_class")
        body["added_services"] = list(self.added_services) or None
        body["lets_pass_since"] = self.arrived_at if self.lets_pass else None
        return {name: to_text(each) if isinstance(each, datetime) else each for name, each in body.items()}


@dataclass(frozen=True, slots=True)
class ExceptionalVisit:
    """Why a ticket is given without the appointment that a service needs: the service, a reason's code."""

    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A new visit: one number of one series, on the business day of its issue.

    `exceptional`: received without the appointment that the service needs.
    """

    id: str
    business_day: date
    series: str
    incarnation: str
    rank: int
    number: str
    channel: TicketChannel
    language: Erasable | None = None
    device: str | None = None
    exceptional: ExceptionalVisit | None = None

    def as_body(self) -> dict[str, Any]:
        """The visit as JSON values for a fact."""
        body: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        del body["exceptional"]
        body["business_day"] = self.business_day.isoformat()
        body["language"] = None if self.language is None else self.language.as_body()
        if self.exceptional is not None:
            body |= {
                "wanted_service": self.exceptional.service,
                "exceptional_reason": self.exceptional.reason,
            }
        return body


@dataclass(frozen=True, slots=True)
class OffLineIssue:
    """How a kiosk gave a ticket without its server.

    `supersedes`: the visit (id) that the server had of the same press. `collides_with`: the visits (ids) that
    went on with the same number when this one was merged.
    """

    kiosk: str
    supersedes: str | None = None
    collides_with: Sequence[str] = ()


def ticket_issued(visit: NewVisit, leg: NewLeg, *, ahead: int, off_line: OffLineIssue | None = None) -> Fact:
    """A visitor has a number and waits."""
    body: dict[str, Any] = {"visit": visit.as_body(), "leg": leg.as_body(), "ahead": ahead}
    if off_line is not None:
        body["off_line"] = {
            "kiosk": off_line.kiosk,
            "supersedes": off_line.supersedes,
            "collides_with": list(off_line.collides_with),
        }
    return Fact(FactKind.TICKET_ISSUED, body, visit=visit.id)


def ticket_not_issued(
    fact_id: str, business_day: date, *, service: str, reason: str, device: str | None
) -> Fact:
    """A visitor asked for a ticket and could not have one; this demand is counted."""
    body = {
        "id": fact_id,
        "business_day": business_day.isoformat(),
        "service": service,
        "reason": reason,
        "device": device,
    }
    return Fact(FactKind.TICKET_NOT_ISSUED, body)


INFORMED = "informed"
"""The reason of a demand that needs no ticket of the hall: a referral said how it is done."""


def visitor_informed(fact_id: str, business_day: date, *, referral: str, device: str | None) -> Fact:
    """A kiosk opened a referral for a visitor; nothing says who."""
    day = business_day.isoformat()
    body = {"id": fact_id, "business_day": day, "referral": referral, "device": device}
    return Fact(FactKind.VISITOR_INFORMED, body)


def leg_started(leg: str, visit: str, *, counter: str, by_call: str | None = None) -> Fact:
    """The visitor is at the counter. `by_call`: the call that counts as the arrival; None: a press."""
    body = {"leg": leg, "visit": visit, "counter": counter}
    if by_call is not None:
        body["by_call"] = by_call
    return Fact(FactKind.LEG_STARTED, body, visit=visit, counter=counter)


def is_started_by_call(kind: str, body: Json) -> bool:
    """Whether a fact is a start made by its call, which is no gesture of its own."""
    return kind == FactKind.LEG_STARTED and "by_call" in body


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of a service: a code of the short list, and a note that can be erased.

    `outcome_rule`: `optional` or `mandatory`, as the service asked for an outcome then.
    """

    outcome: str | None = None
    note: Erasable | None = None
    outcome_rule: str | None = None

    def as_body(self) -> dict[str, Any]:
        """The result as JSON values for a fact."""
        note = None if self.note is None else self.note.as_body()
        return {"outcome": self.outcome, "outcome_note": note, "outcome_asked": self.outcome_rule}


def leg_ended(leg: str, visit: str, *, reason: str, counter: str | None, note: str | None = None) -> Fact:
    """A leg, and with it the visit, has ended. `note`: the code of why it was cancelled."""
    body = {"leg": leg, "visit": visit, "reason": reason, "counter": counter, "note": note}
    return Fact(FactKind.LEG_ENDED, body, visit=visit, counter=counter)


def needs_noted(visit: str, needs: Erasable | None, *, counter: str | None) -> Fact:
    """What helps a visitor was noted; None: nothing any more."""
    body = {"visit": visit, "needs": None if needs is None else needs.as_body(), "counter": counter}
    return Fact(FactKind.NEEDS_NOTED, body, visit=visit, counter=counter)


@dataclass(frozen=True, slots=True)
class EndedLeg:
    """The leg that a new leg follows, with what both share: visit, number and business day."""

    id: str
    visit: str
    number: str
    business_day: date

    def as_body(self) -> dict[str, Any]:
        """The leg left behind, as JSON values for a fact."""
        day = self.business_day.isoformat()
        return {"leg": self.id, "visit": self.visit, "number": self.number, "business_day": day}


def leg_served(ended: EndedLeg, new_leg: NewLeg | None, result: Result, *, counter: str | None) -> Fact:
    """A service has ended; the visit too, unless a service that was added opens a new leg."""
    body = ended.as_body() | {"reason": "served", "counter": counter, "note": None} | result.as_body()
    body |= {"new_leg": None if new_leg is None else new_leg.as_body()}
    return Fact(FactKind.LEG_ENDED, body, visit=ended.visit, counter=counter)


def leg_transferred(
    ended: EndedLeg, new_leg: NewLeg, *, counter: str | None, note: Erasable | None = None
) -> Fact:
    """A leg has ended by a transfer; the visit waits again in a new leg. `note`: for who receives it next."""
    body = ended.as_body() | {
        "new_leg": new_leg.as_body(),
        "counter": counter,
        "note": None if note is None else note.as_body(),
    }
    return Fact(FactKind.LEG_TRANSFERRED, body, visit=ended.visit, counter=counter)


def visit_reinstated(ended: EndedLeg, new_leg: NewLeg, *, counter: str | None) -> Fact:
    """A no-show is back and waits again in a new leg."""
    body = ended.as_body() | {"new_leg": new_leg.as_body(), "counter": counter}
    return Fact(FactKind.VISIT_REINSTATED, body, visit=ended.visit, counter=counter)


def visit_taken_back(leg: str, visit: str, restored: Json) -> Fact:
    """A visitor takes the place back after giving it up; `restored`: the columns of leg and visit before
    that.
    """
    return Fact(
        FactKind.VISIT_TAKEN_BACK, {"leg": leg, "visit": visit, "restored": dict(restored)}, visit=visit
    )
