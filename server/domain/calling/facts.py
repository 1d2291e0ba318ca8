"""Facts of calls: a counter invites a leg, and invites it again."""

from dataclasses import dataclass
from typing import Any

from server.domain.facts import CallReason, Fact, FactKind


@dataclass(frozen=True, slots=True)
class CalledLeg:
    """The leg that is called, its number, and the id that a call shares with its recalls."""

    id: str
    visit: str
    number: str
    call: str

    def as_body(self) -> dict[str, Any]:
        """The call as JSON values for a fact."""
        return {"leg": self.id, "visit": self.visit, "number": self.number, "call": self.call}


@dataclass(frozen=True, slots=True)
class CalledBy:
    """The counter that calls and its session; `reason`: why out of order.

    `is_elsewhere`: the session took this counter in the same gesture in order to call there; `left`: the id
    of the place that it gave up.
    """

    counter: str
    session: str
    reason: str | None = None
    is_elsewhere: bool = False
    left: str | None = None


def leg_called(called: CalledLeg, by: CalledBy, why: CallReason, *, is_again: bool = False) -> Fact:
    """A counter invites a leg. `is_again`: it waited again after an earlier call, which stays its first."""
    at: dict[str, Any] = {"counter": by.counter, "session": by.session, "reason": by.reason}
    at |= {"why": why.as_body(), "is_again": is_again}
    if by.is_elsewhere:
        at["elsewhere"] = {"left": by.left}
    return Fact(FactKind.LEG_CALLED, called.as_body() | at, visit=called.visit, counter=by.counter)


def leg_recalled(called: CalledLeg, *, counter: str, rank: int, is_arrival: bool = False) -> Fact:
    """The same invitation again, from the same counter; `rank` ≥ 2.

    `is_arrival`: this call counts as the arrival from now on, the service begins with it.
    """
    body = called.as_body() | {"counter": counter, "rank": rank}
    if is_arrival:
        body["is_arrival"] = True
    return Fact(FactKind.LEG_RECALLED, body, visit=called.visit, counter=counter)
