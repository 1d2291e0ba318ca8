"""The actions of a site: remarks, their origins and solutions, who does what until when. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

from server.domain.refusals import Refusal
from server.domain.typed_fields import check_length, one_line, typed_day

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


_PERSON = re.compile(
    r"@|(?i:\b(?:M|Mr|Mrs|Ms|Dr|Sr|Sra)\.)\s?[A-ZÀ-Ý]|(?i:\b(?:Mme|Mlle|Mr|Mrs|Ms|Monsieur|Madame))\s[A-ZÀ-Ý]"
)
OPEN = (ActionState.TO_DO, ActionState.DOING)
REMINDED_BEFORE = timedelta(days=7)
"""How long before its date an open action asks for attention."""


class OriginKind(StrEnum):
    """What else than a person's hand leads to an action."""

    COMPLAINT = "complaint"
    DECISION = "decision"
    MYSTERY_VISIT = "mystery_visit"
    HALL_CHECK = "hall_check"


@dataclass(frozen=True, slots=True)
class ActionOrigin:
    """A complaint, a committee's decision or a finding (its id), which leads to one action."""

    kind: OriginKind
    id: str


PLACES_OF_ORIGINS = {
    OriginKind.COMPLAINT: "/voix/registre/{id}",
    OriginKind.DECISION: "/voix/comite/decision/{id}",
    OriginKind.MYSTERY_VISIT: "/voix/visites/constat/{id}",
    OriginKind.HALL_CHECK: "/voix/controles/constat/{id}",
}
"""The addresses of the pages that show an origin."""


def place_of_origin(origin: ActionOrigin) -> str:
    """The address of the page that shows an origin."""
    return PLACES_OF_ORIGINS[origin.kind].format(id=origin.id)


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

    Refusals, each with its `field`: action_remark_missing, action_text_too_long, action_owner_is_a_person,
    bad_action_day, bad_action_state.
    """
    action = replace(
        typed,
        remark=one_line(typed.remark),
        origin=one_line(typed.origin),
        solution=one_line(typed.solution),
        owner=one_line(typed.owner),
    )
    if not action.remark:
        raise Refusal("action_remark_missing", field="remark")
    for field, longest in (
        ("remark", LONGEST_TEXT),
        ("solution", LONGEST_TEXT),
        ("origin", LONGEST_NAME),
        ("owner", LONGEST_NAME),
    ):
        check_length(getattr(action, field), longest, "action_text_too_long", field)
    if names_a_person(action.owner):
        raise Refusal("action_owner_is_a_person", field="owner")
    if action.due_on:
        due_day(action.due_on)
    if action.state not in set(ActionState):
        raise Refusal("bad_action_state", field="state")
    return action


def names_a_person(text: str) -> bool:
    """Whether a text holds an address of e-mail, or a title before a name: « Mme Martin »."""
    return _PERSON.search(text) is not None


due_day = partial(typed_day, code="bad_action_day", field="due_on")
"""The date of an ISO text. Refusal: bad_action_day."""


def is_late(state: str, due_on: date | None, today: date) -> bool:
    """Whether an open action is past its date."""
    return state in OPEN and due_on is not None and due_on < today


def is_due_soon(state: str, due_on: date | None, today: date) -> bool:
    """Whether the date of an open action is today or within seven days."""
    return state in OPEN and due_on is not None and today <= due_on <= today + REMINDED_BEFORE
