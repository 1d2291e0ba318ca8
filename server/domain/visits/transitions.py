"""The states of a leg and how it ends; which gesture leads from which to which says `gestures.py`."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import StrEnum
from typing import Any, Literal, Protocol, get_args

from server.domain.facts import FactKind


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


RECEIVED = frozenset({EndReason.SERVED, EndReason.TRANSFERRED, EndReason.LEFT_AFTER_CALL})
GONE = frozenset({EndReason.NO_SHOW, EndReason.ABANDONED, EndReason.CANCELLED})
"""Ends of a wait with a service, and without one; others teach nothing about leavers."""


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


OF_NO_COUNTER: dict[str, Any] = {
    **dict.fromkeys(("counter", "session", "call", "rule", "why", "started_at")),
    "rank": 0,
}
"""The columns of a leg that waits again: no counter has it. The instant of its call stays."""
NOT_PARKED: Mapping[str, Any] = dict.fromkeys(("parked_at", "not_before", "return_place"))


class Phase(StrEnum):
    """What a console is about. `unconfirmed`: a service that only its call has begun."""

    FREE = "free"
    CALLED = "called"
    UNCONFIRMED = "unconfirmed"
    IN_SERVICE = "in_service"
    PAUSED = "paused"


class Asks(StrEnum):
    """What a console asks first. `person`: one of a list; `own`: something else.

    Both have a function of their own in `console_panels.js`.
    """

    SERVICE = "service"
    OTHER_SERVICE = "other_service"
    REASON = "reason"
    PERSON = "person"
    OWN = "own"


type Condition = Literal["declared", "pausing", "not_pausing", "may_pause", "asked_presence", "has_gesture"]
"""A condition beside the phase, which `console_state.js` knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """How a console offers a gesture.

    `action`: its name in scripts and in the keys of its sentences; none: that of the row. `path`: of its
    request, with `{leg}` (of the counter), `{chosen}` (leg), `{visit}`, `{counter}` or `{other}` (counter);
    none: the route of its verb. `phases`: none: those in which its verb is allowed. `reasons`: codes, where
    a reason is asked. `key`: the usual one. `button`: in the second row, while possible or always; none: the
    page places it itself, or it has none. `refusal`: why it is not possible, where the phase does not say it.
    """

    action: str = ""
    path: str = ""
    method: Literal["PATCH", "DELETE"] | None = None
    phases: tuple[Phase, ...] = ()
    only_if: Condition | None = None
    asks: Asks | None = None
    reasons: tuple[str, ...] = ()
    key: str | None = None
    button: Literal["while_possible", "always"] | None = None
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegColumns:
    """What a fact changes in the row of its leg besides the state.

    `sets`: columns and their values; `takes`: columns that its body names; `at`: the column of its instant.
    """

    sets: Mapping[str, Any] = field(default_factory=dict)
    takes: tuple[str, ...] = ()
    at: str | None = None


@dataclass(frozen=True, slots=True)
class GestureKind:
    """One gesture.

    `moves`: the state of a leg after it, by the state before; empty where it is about no leg. `unconfirmed`:
    the state after it of a service that only its call has begun. `may_undo`: whether its counter may take it
    back for five minutes. `at_reception`: the desk may do it too, before the call. `columns`: what its fact
    changes; None: a function of `fold.py` says that. `note`: for the table of transitions.
    """

    name: str
    fact: FactKind
    moves: Mapping[LegState, LegState] = field(default_factory=dict)
    _: KW_ONLY
    may_undo: bool
    unconfirmed: LegState | None = None
    at_reception: bool = False
    columns: LegColumns | None = None
    note: str = ""
    offer: Offer | None = None

    @property
    def action(self) -> str:
        """Its name in the console."""
        return self.offer.action or self.name if self.offer else self.name

    @property
    def route(self) -> str:
        """The end of the address of its verb, below `/api/v1/legs/{leg}`."""
        return self.name.replace("_", "-")

    @property
    def has_route(self) -> bool:
        """Whether a counter does it to a leg, by a route of its own."""
        return self.offer is not None and not self.offer.path.startswith("counters/")

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of a console in which it is offered."""
        if self.offer is None or self.offer.phases:
            return self.offer.phases if self.offer else ()
        at_counter = [Phase(state) for state in (LegState.CALLED, LegState.IN_SERVICE) if state in self.moves]
        return (*at_counter, *((Phase.UNCONFIRMED,) if self.unconfirmed else ()))

    def offered(self) -> dict[str, Any]:
        """What the scripts of the console know of it, as JSON values; what is empty is left out."""
        assert self.offer is not None
        path = self.offer.path or (f"legs/{{leg}}/{self.route}" if self.moves else None)
        values = {
            "action": self.action,
            "path": path and f"/api/v1/{path}",
            "method": self.offer.method,
            "phases": self.phases,
            "only_if": self.offer.only_if,
            "asks": self.offer.asks,
            "reasons": self.offer.reasons,
            "refusal": self.offer.refusal,
        }
        return {name: value for name, value in values.items() if value}
