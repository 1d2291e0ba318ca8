"""Shapes of legs as consoles, the reception desk and supervision read them."""

from typing import Literal

from pydantic import Field

from server.domain.calling.queue_order import LegClass, Priority
from server.domain.calling.work_profiles import RuleName
from server.domain.visits.needs import Need
from server.domain.visits.outcomes import Outcome
from server.domain.visits.transitions import EndReason, LegState
from server.domain.visits.verb_limits import ReturnPlace
from server.web.api.responses.exact import LEFT_OUT, Count, ExactShape, InstantText, Seconds

type RankedValue = str | int | float | bool | None


class Explanation(ExactShape):
    """Why a leg was called: the rule, the key of a sentence with its values, and who came next."""

    rule: RuleName | Literal["chosen"]
    """`chosen`: an agent chose."""
    key: str
    """The key of the sentence, as `why.arrival`."""
    values: dict[str, RankedValue]
    """What the sentence says: minutes, hours, numbers; and the step and the score that decided."""
    runners_up: list[dict[str, RankedValue]]
    """At most three, each with its `number`, its `minutes` waited, its `queue`, `step` and `score`."""


class ExceptionalReason(ExactShape):
    """Which service a visitor wanted without the appointment it needs, and the code of the reason."""

    service: str
    reason: str


class Destination(ExactShape):
    """Where a transfer sends a visitor; `is_open`: a counter receives there now."""

    service: str
    counter: str | None
    is_open: bool


class Leg(ExactShape):
    """A leg. A message leaves out what most legs do not have: those fields have a default."""

    leg: str
    visit: str
    number: str
    service: str
    class_: LegClass = Field(alias="class")
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
    is_held: bool = False
    postponements: Count = 0
    not_before: InstantText | None = None
    return_place: ReturnPlace | None = None
    added_services: list[str] = Field(default_factory=list)
    outcome: Outcome | None = None
    needs: list[Need] = Field(default_factory=list)
    linked: list[str] = Field(default_factory=list)
    """The ticket numbers of the visits it is linked to."""
    exceptional: ExceptionalReason | None = None
    ranked_from: InstantText = LEFT_OUT
    """The earlier arrival that ranks it, where it has one, as after a transfer."""
    for_counter: str = LEFT_OUT
    """The one counter that it waits for."""
    is_unconfirmed: bool = False
    """In service by the call alone: nobody has said that the visitor came."""
    destination: Destination = LEFT_OUT
    """Of a leg that was just transferred."""
