"""The one table of gestures: what may be done to a visit and at a counter, and how a console offers it.

A gesture has one row here. Routes, undo, the journal, the console with its keys, and the tables of
`docs/rules/transitions.md` and of the manuals are made from it (`docs/CONTRIBUTING.md`, « A verb »).
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any

from server.domain.facts import FactKind
from server.domain.refusals import existing
from server.domain.visits.transitions import (
    NOT_PARKED,
    OF_NO_COUNTER,
    Asks,
    GestureKind,
    LegColumns,
    LegInState,
    LegState,
    Offer,
    Phase,
    is_unconfirmed,
)


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
    DEFER = "defer"
    CONFIRM_PRIORITY = "confirm_priority"
    DENY_PRIORITY = "deny_priority"
    DECLARE_URGENT = "declare_urgent"
    HOLD = "hold"
    RELEASE = "release"
    REINSTATE = "reinstate"
    CLOSE_DAY = "close_day"


_W, _C, _S, _P, _E = LegState
_FREE, _CALLED, _UNCONFIRMED, _SERVING, _PAUSED = Phase
_AT_COUNTER = (_CALLED, _SERVING)
_AT_WORK = (_FREE, *_AT_COUNTER)
_OPEN = (*_AT_WORK, _PAUSED)
_OUT_OF_SERIES: dict[str, Any] = {"is_out_of_series": True}


def _to(reached: LegState, *states: LegState) -> Mapping[LegState, LegState]:
    return dict.fromkeys(states, reached)


def _stay(*states: LegState) -> Mapping[LegState, LegState]:
    return {state: state for state in states}


_undoable = partial(GestureKind, may_undo=True)
_final = partial(GestureKind, may_undo=False)
_TABLE = (
    _undoable(
        "next",
        FactKind.LEG_CALLED,
        offer=Offer(
            path="counters/{counter}/next", phases=(_FREE, _SERVING), only_if="not_pausing", key="F9"
        ),
    ),
    _undoable(
        Verb.FINISH,
        FactKind.LEG_ENDED,
        _to(_E, _C, _S),
        note="`served`; from `called` no start was pressed",
        offer=Offer(key="F8"),
    ),
    _undoable(Verb.START, FactKind.LEG_STARTED, _to(_S, _C), offer=Offer(action="yes", key="O")),
    _undoable(
        Verb.NO_SHOW,
        FactKind.LEG_ENDED,
        _to(_E, _C),
        unconfirmed=_E,
        note="`no_show`",
        offer=Offer(action="no", key="N"),
    ),
    _undoable(
        Verb.RECALL,
        FactKind.LEG_RECALLED,
        _stay(_C),
        unconfirmed=_S,
        note="rank one higher, same counter",
        offer=Offer(key="L"),
    ),
    _undoable(
        Verb.TRANSFER,
        FactKind.LEG_TRANSFERRED,
        _to(_E, _W, _C, _S),
        at_reception=True,
        note="`transferred`, and a new leg waits",
        offer=Offer(asks=Asks.OWN, key="R"),
    ),
    _undoable(
        Verb.POSTPONE,
        FactKind.LEG_POSTPONED,
        _to(_W, _C),
        unconfirmed=_W,
        columns=LegColumns(
            sets=OF_NO_COUNTER | _OUT_OF_SERIES, takes=("lets_pass", "postponements"), at="lets_pass_since"
        ),
        note="lets the next calls of its queue pass; its first call stays the first",
        offer=Offer(key="F", button="always"),
    ),
    _undoable(
        Verb.PARK,
        FactKind.LEG_PARKED,
        _to(_P, _S),
        note="with a timer and a return place; the counter is free",
        offer=Offer(asks=Asks.OWN, key="M", button="while_possible"),
    ),
    _undoable(
        Verb.RESUME,
        FactKind.LEG_RESUMED,
        _to(_S, _P),
        columns=LegColumns(sets=NOT_PARKED, takes=("counter", "session", "parked_s")),
        note="at a counter, the same or another",
        offer=Offer(
            action="parked",
            path="legs/{chosen}/resume",
            phases=(_FREE,),
            asks=Asks.PERSON,
            key="D",
            button="while_possible",
        ),
    ),
    _undoable(
        Verb.ADD_SERVICE,
        FactKind.SERVICE_ADDED,
        _stay(_C, _S),
        note="each keeps its state: a leg for that service opens once this one is served",
        offer=Offer(asks=Asks.SERVICE, key="J", button="always"),
    ),
    _undoable(
        Verb.CORRECT_SERVICE,
        FactKind.SERVICE_CORRECTED,
        _stay(_W, _C, _S),
        at_reception=True,
        columns=LegColumns(sets=_OUT_OF_SERIES, takes=("service", "queue", "target_s")),
        note="each keeps its state: number and rank stay",
        offer=Offer(asks=Asks.OTHER_SERVICE, key="K", button="always"),
    ),
    _undoable(
        "outcome",
        FactKind.LEG_ENDED,
        offer=Offer(path="legs/{leg}/finish", phases=_AT_COUNTER, asks=Asks.OWN, key="U", button="always"),
    ),
    _undoable(
        "link",
        FactKind.VISITS_LINKED,
        offer=Offer(path="tickets/{visit}/link", phases=_AT_COUNTER, asks=Asks.OWN, key="I", button="always"),
    ),
    _undoable(
        "unlink", FactKind.VISIT_UNLINKED, offer=Offer(path="tickets/{visit}/unlink", phases=_AT_COUNTER)
    ),
    _final(
        "pause",
        FactKind.COUNTER_PAUSED,
        offer=Offer(
            path="counters/{counter}/session",
            method="PATCH",
            phases=(_FREE, _SERVING),
            only_if="may_pause",
            asks=Asks.REASON,
            reasons=("break", "back_office", "telephone", "meeting"),
            key="P",
        ),
    ),
    _final(
        "resume_counter",
        FactKind.COUNTER_RESUMED,
        offer=Offer(
            action="resume",
            path="counters/{counter}/session",
            method="PATCH",
            phases=_OPEN,
            only_if="pausing",
        ),
    ),
    _undoable(
        Verb.CALL,
        FactKind.LEG_CALLED,
        _to(_C, _W),
        note="by `next`, or chosen with a reason that is kept",
        offer=Offer(
            action="chosen",
            path="counters/{counter}/call",
            phases=(_FREE,),
            asks=Asks.PERSON,
            reasons=("appointment", "frailty", "linked", "returning", "other"),
            key="C",
            button="always",
        ),
    ),
    _undoable(
        "call_elsewhere",
        FactKind.LEG_CALLED,
        offer=Offer(action="receive_below", path="counters/{counter}/call-elsewhere", phases=(_FREE,)),
    ),
    _undoable(
        Verb.REINSTATE,
        FactKind.VISIT_REINSTATED,
        note="a visit whose last leg is a no-show of the same half-day waits again in a new leg",
        offer=Offer(
            action="returned",
            path="legs/{chosen}/reinstate",
            phases=_AT_WORK,
            asks=Asks.PERSON,
            key="V",
            button="always",
        ),
    ),
    _undoable("greeting", FactKind.GREETING_COUNTED, offer=Offer(phases=_OPEN, key="S", button="always")),
    _undoable(
        Verb.CANCEL,
        FactKind.LEG_ENDED,
        _to(_E, _W, _C, _S, _P),
        at_reception=True,
        note="`cancelled` within 2 minutes of issue, later `abandoned`",
        offer=Offer(
            asks=Asks.REASON, reasons=("misprint", "double_press", "superseded", "mistake"), button="always"
        ),
    ),
    _final(
        "join",
        FactKind.COUNTER_OPENED,
        offer=Offer(
            path="counters/{other}/session",
            phases=_AT_WORK,
            only_if="not_pausing",
            asks=Asks.OWN,
            button="always",
        ),
    ),
    _final(
        "leave",
        FactKind.COUNTER_CLOSED,
        offer=Offer(path="counters/{counter}/place", method="DELETE", phases=(_FREE, _PAUSED)),
    ),
    _final(
        "close",
        FactKind.COUNTER_CLOSED,
        offer=Offer(
            path="counters/{counter}/session", method="DELETE", phases=(_FREE, _SERVING, _PAUSED), key="Q"
        ),
    ),
    _final(
        "undo",
        FactKind.GESTURE_UNDONE,
        offer=Offer(
            path="counters/{counter}/undo",
            phases=_OPEN,
            only_if="has_gesture",
            key="A",
            refusal="nothing_to_undo",
        ),
    ),
    _final(
        "present",
        FactKind.PRESENCE_CONFIRMED,
        offer=Offer(
            path="counters/{counter}/presence",
            phases=_OPEN,
            only_if="asked_presence",
            key="T",
            refusal="not_asked",
        ),
    ),
    _undoable(
        Verb.CONFIRM_PRIORITY,
        FactKind.PRIORITY_CONFIRMED,
        _stay(_W, _C, _S),
        at_reception=True,
        note="each keeps its state: an agent has seen the card, and the class is `priority`",
        offer=Offer(action="card_seen", only_if="declared", refusal="no_card"),
    ),
    _undoable(
        Verb.DENY_PRIORITY,
        FactKind.PRIORITY_NOT_CONFIRMED,
        {_W: _W, _C: _W, _S: _S},
        unconfirmed=_W,
        at_reception=True,
        note="the card was not shown: class and place by arrival again; its call is void, an earlier call"
        " stays the first",
        offer=Offer(action="card_missing", only_if="declared", refusal="no_card"),
    ),
    _undoable(
        Verb.DECLARE_URGENT,
        FactKind.URGENCY_DECLARED,
        _stay(_W),
        at_reception=True,
        columns=LegColumns(
            sets=_OUT_OF_SERIES | {"is_held": False, "lets_pass": None, "not_before": None},
            takes=("urgency", "sort_key"),
        ),
        note="called next by every counter that may call it, with a reason that is kept",
        offer=Offer(
            path="legs/{chosen}/declare-urgent",
            phases=_OPEN,
            asks=Asks.REASON,
            reasons=("frailty", "deadline", "our_mistake", "other"),
        ),
    ),
    _undoable(
        Verb.HOLD,
        FactKind.LEG_HELD,
        _to(_W, _W, _C),
        unconfirmed=_W,
        note="cannot be received now, keeps its rank; its call is void, an earlier call stays the first, and"
        " no rule calls it",
        offer=Offer(),
    ),
    _undoable(
        Verb.RELEASE,
        FactKind.LEG_RELEASED,
        _stay(_W),
        at_reception=True,
        columns=LegColumns(sets={"is_held": False}),
        note="a held leg may be called again; a call chosen by hand releases it too",
        offer=Offer(path="legs/{chosen}/release", phases=_OPEN),
    ),
    _undoable(
        "note_needs",
        FactKind.NEEDS_NOTED,
    ),
    _final(
        Verb.RETURN_TO_QUEUE,
        FactKind.LEG_RETURNED,
        _to(_W, _P),
        note="the timer has ended; done by the rounds of the server",
    ),
    _final(
        Verb.GIVE_BACK,
        FactKind.LEG_GIVEN_BACK,
        _to(_W, _C),
        unconfirmed=_W,
        note="before the others. Its counter is forgotten: its first call stays the first, done by the rounds"
        " of the server ([forgotten counters](forgotten.md)). Or an alert is raised: its call is void"
        " ([alerts](alerts.md))",
    ),
    _final(
        Verb.GIVE_UP,
        FactKind.LEG_ENDED,
        _to(_E, _W, _C, _P),
        note="done by the visitor: `abandoned` before, `left_after_call` after a first call",
    ),
    _final(
        Verb.DEFER,
        FactKind.LEG_DEFERRED,
        _stay(_W),
        columns=LegColumns(sets=_OUT_OF_SERIES, takes=("lets_pass", "postponements"), at="lets_pass_since"),
        note="done by the visitor, once: lets the next calls of its queue pass",
    ),
    _final(Verb.CLOSE_DAY, FactKind.LEG_ENDED, _to(_E, _W, _C, _S, _P), note="`closed_at_day_end`"),
)

GESTURES: Mapping[str, GestureKind] = {kind.name: kind for kind in _TABLE}
"""By name, in the order in which the console lists their keys."""
OTHER_KEYS = {"speak": "E", "reception": "B", "incident": "F2"}
"""Usual keys of the console for what is no gesture at a counter."""
TRANSITIONS: Mapping[tuple[LegState, Verb], LegState] = {
    (before, verb): after for verb in Verb for before, after in GESTURES[verb].moves.items()
}
MAY_UNDO = frozenset(kind.fact for kind in _TABLE if kind.may_undo)
"""The facts that their counter, or their author at the reception desk, may take back."""


def state_after(leg: LegInState, verb: Verb) -> LegState:
    """The state a leg is in after `verb`. Refusal: wrong_state, with the state and the verb.

    What a counter does to a called leg stays possible in a service that only the call has begun.
    """
    unconfirmed = GESTURES[verb].unconfirmed
    if unconfirmed is not None and is_unconfirmed(leg):
        return unconfirmed
    return next_state(leg.state, verb)


def next_state(state: str, verb: Verb) -> LegState:
    """The state a leg is in after `verb`. Refusal: wrong_state, with the state and the verb."""
    return existing(TRANSITIONS.get((LegState(state), verb)), "wrong_state", state=str(state), verb=str(verb))


def offers() -> list[dict[str, Any]]:
    """What the scripts of the console know of each gesture that they offer, as JSON values."""
    return [kind.offered() for kind in _TABLE if kind.offer is not None]


def usual_keys() -> dict[str, str]:
    """The usual key of each action of the console."""
    keys = {kind.action: kind.offer.key for kind in _TABLE if kind.offer is not None and kind.offer.key}
    return keys | OTHER_KEYS
