"""The states of a leg and how it ends; which gesture leads from which to which says `gestures.py`."""

from enum import StrEnum
from typing import Literal, Protocol, get_args


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


type Outcome = Literal["file_received", "paper_missing", "informed", "redirected"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome.__value__)
"""What a service led to: the short list an agent chooses from, in the order of the console."""


class LegInState(Protocol):
    """The part of a leg that says its state.

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


def give_up_reason(*, was_called: bool) -> EndReason:
    """How a visitor who gives up is counted: before any call abandoned, after one left_after_call."""
    return EndReason.LEFT_AFTER_CALL if was_called else EndReason.ABANDONED
