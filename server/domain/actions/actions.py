"""The action plan of a site: remarks, their solutions, who does what until when. Kept by hand. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from server.domain.refusals import Refusal

LONGEST_TEXT = 400
"""Characters of a remark and of a solution."""
LONGEST_NAME = 80
"""Characters of an origin and of an owner."""


class ActionState(StrEnum):
    """Where an action stands."""

    TO_DO = "to_do"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


OPEN = (ActionState.TO_DO, ActionState.DOING)
REMINDED_BEFORE = timedelta(days=7)
"""How long before its date an open action asks for attention."""


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """What is typed of an action. `owner`: an office or a role, no person; `due_on`: empty or an ISO date."""

    remark: str
    origin: str
    solution: str
    owner: str
    due_on: str
    state: str


def checked_action(typed: ActionRequest) -> ActionRequest:
    """The action with each text on one line.

    Refusals, each with its `field`: action_remark_missing, action_text_too_long, bad_action_day,
    bad_action_state.
    """
    action = replace(
        typed,
        remark=_line(typed.remark),
        origin=_line(typed.origin),
        solution=_line(typed.solution),
        owner=_line(typed.owner),
    )
    if not action.remark:
        raise Refusal("action_remark_missing", field="remark")
    for field, longest in (
        ("remark", LONGEST_TEXT),
        ("solution", LONGEST_TEXT),
        ("origin", LONGEST_NAME),
        ("owner", LONGEST_NAME),
    ):
        if len(getattr(action, field)) > longest:
            raise Refusal("action_text_too_long", field=field, longest=longest)
    if action.due_on:
        due_day(action.due_on)
    if action.state not in set(ActionState):
        raise Refusal("bad_action_state", field="state")
    return action


def due_day(text: str) -> date:
    """The date of an ISO text. Refusal: bad_action_day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refusal("bad_action_day", field="due_on") from error


def is_late(state: str, due_on: date | None, today: date) -> bool:
    """Whether an open action is past its date."""
    return state in OPEN and due_on is not None and due_on < today


def is_due_soon(state: str, due_on: date | None, today: date) -> bool:
    """Whether the date of an open action is today or within seven days."""
    return state in OPEN and due_on is not None and today <= due_on <= today + REMINDED_BEFORE


def _line(text: str) -> str:
    return " ".join(text.split())
