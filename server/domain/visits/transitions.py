"""The one transition table of a leg: which verb is allowed in which state, and what it leads to."""

from enum import StrEnum
from typing import Protocol

from server.domain.refusals import Refusal


class LegState(StrEnum):
    """The closed list of a leg's states (glossary)."""

    WAITING = "waiting"
    CALLED = "called"
    IN_SERVICE = "in_service"
    PARKED = "parked"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why a leg has ended (glossary)."""

    SERVED = "served"
    TRANSFERRED = "transferred"
    NO_SHOW = "no_show"
    LEFT_AFTER_CALL = "left_after_call"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"
    UNDONE = "undone"
    CLOSED_AT_DAY_END = "closed_at_day_end"


class Verb(StrEnum):
    """What may be done to a leg."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    FINISH = "finish"
    NO_SHOW = "no_show"
    POSTPONE = "postpone"
    PARK = "park"
    RESUME = "resume"
    RETURN_TO_QUEUE = "return_to_queue"
    GIVE_BACK = "give_back"
    ADD_SERVICE = "add_service"
    CORRECT_SERVICE = "correct_service"
    TRANSFER = "transfer"
    CANCEL = "cancel"
    GIVE_UP = "give_up"
    CONFIRM_PRIORITY = "confirm_priority"
    DENY_PRIORITY = "deny_priority"
    HOLD = "hold"
    RELEASE = "release"
    CLOSE_DAY = "close_day"


_W, _C, _S, _P, _E = LegState

TRANSITIONS: dict[tuple[LegState, Verb], LegState] = {
    (_W, Verb.CALL): _C,
    (_C, Verb.RECALL): _C,
    (_C, Verb.START): _S,
    (_C, Verb.FINISH): _E,
    (_S, Verb.FINISH): _E,
    (_C, Verb.NO_SHOW): _E,
    (_C, Verb.POSTPONE): _W,
    (_S, Verb.PARK): _P,
    (_P, Verb.RESUME): _S,
    (_P, Verb.RETURN_TO_QUEUE): _W,
    (_C, Verb.GIVE_BACK): _W,
    (_C, Verb.ADD_SERVICE): _C,
    (_S, Verb.ADD_SERVICE): _S,
    (_W, Verb.CORRECT_SERVICE): _W,
    (_C, Verb.CORRECT_SERVICE): _C,
    (_S, Verb.CORRECT_SERVICE): _S,
    (_W, Verb.TRANSFER): _E,
    (_C, Verb.TRANSFER): _E,
    (_S, Verb.TRANSFER): _E,
    (_W, Verb.CANCEL): _E,
    (_C, Verb.CANCEL): _E,
    (_S, Verb.CANCEL): _E,
    (_P, Verb.CANCEL): _E,
    (_W, Verb.GIVE_UP): _E,
    (_C, Verb.GIVE_UP): _E,
    (_P, Verb.GIVE_UP): _E,
    (_W, Verb.CONFIRM_PRIORITY): _W,
    (_C, Verb.CONFIRM_PRIORITY): _C,
    (_S, Verb.CONFIRM_PRIORITY): _S,
    (_W, Verb.DENY_PRIORITY): _W,
    (_C, Verb.DENY_PRIORITY): _W,
    (_S, Verb.DENY_PRIORITY): _S,
    (_W, Verb.HOLD): _W,
    (_C, Verb.HOLD): _W,
    (_W, Verb.RELEASE): _W,
    (_W, Verb.CLOSE_DAY): _E,
    (_C, Verb.CLOSE_DAY): _E,
    (_S, Verb.CLOSE_DAY): _E,
    (_P, Verb.CLOSE_DAY): _E,
}


_UNCONFIRMED: dict[Verb, LegState] = {
    Verb.RECALL: _S,
    Verb.NO_SHOW: _E,
    Verb.POSTPONE: _W,
    Verb.GIVE_BACK: _W,
    Verb.HOLD: _W,
    Verb.DENY_PRIORITY: _W,
}
"""What a counter does to a called leg stays possible in a service that only the call has begun."""


class LegInState(Protocol):
    """The part of a leg that the table of transitions reads.

    `is_start_pressed`: an agent pressed the start. `parked_s`: None until it was set aside and resumed.
    """

    @property
    def state(self) -> str: ...
    @property
    def is_start_pressed(self) -> bool: ...
    @property
    def parked_s(self) -> int | None: ...


def is_unconfirmed(leg: LegInState) -> bool:
    """Whether a leg is in service by its call alone: no agent has confirmed that the visitor came.

    A visitor who was set aside and is served again counts as confirmed.
    """
    return leg.state == LegState.IN_SERVICE and not leg.is_start_pressed and leg.parked_s is None


def state_after(leg: LegInState, verb: Verb) -> LegState:
    """The state a leg is in after `verb`. Refusal: wrong_state, with the state and the verb."""
    if verb in _UNCONFIRMED and is_unconfirmed(leg):
        return _UNCONFIRMED[verb]
    return next_state(leg.state, verb)


def next_state(state: str, verb: Verb) -> LegState:
    """The state a leg is in after `verb`. Refusal: wrong_state, with the state and the verb."""
    reached = TRANSITIONS.get((LegState(state), verb))
    if reached is None:
        raise Refusal("wrong_state", state=str(state), verb=str(verb))
    return reached


def give_up_reason(*, was_called: bool) -> EndReason:
    """How a visitor who gives up is counted: before any call abandoned, after one left_after_call."""
    return EndReason.LEFT_AFTER_CALL if was_called else EndReason.ABANDONED
