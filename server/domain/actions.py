"""The actions of a site: remarks, their origins and solutions, who does what until when. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from server.domain.refusals import Refusal
from server.domain.typed_fields import check_length, one_line, typed_day

LONGEST_TEXT, LONGEST_NAME = 400, 80
LONGEST = {
    **dict.fromkeys(("remark", "solution", "proof"), LONGEST_TEXT),
    **dict.fromkeys(("origin", "owner", "verified_by"), LONGEST_NAME),
}
"""Characters of each text of an action."""


class ActionState(StrEnum):
    """Where an action stands."""

    TO_DO = "to_do"
    DOING = "doing"
    DONE = "done"
    DROPPED = "dropped"


class Effect(StrEnum):
    """The result of an action that is done, judged on a date set in advance."""

    EFFECTIVE = "effective"
    NOT_EFFECTIVE = "not_effective"


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
    """What is typed of an action. `owner`, `verified_by`: offices or roles, no people; dates: empty or ISO.

    `proof`: what shows that it is done beside photographs, a document, a figure or a link; `review_on`: when
    its effect is looked at; `effect`: an `Effect`, empty until then.
    """

    remark: str
    origin: str
    solution: str
    owner: str
    due_on: str
    state: str
    proof: str = ""
    verified_by: str = ""
    review_on: str = ""
    effect: str = ""


def checked_action(typed: ActionRequest, *, has_photographs: bool = False) -> ActionRequest:
    """The action with each text on one line; one that had no effect is in progress again, without a review.

    `has_photographs`: of it as it is done, which are its proof where none is typed.

    Refusals, each with its `field`: action_remark_missing, action_text_too_long, action_owner_is_a_person,
    action_verified_by_its_owner, bad_action_day, bad_action_state, bad_action_effect, action_solution_missing
    and action_proof_missing (of one that is done), action_effect_too_early (of one that is not).
    """
    action = replace(
        typed,
        remark=one_line(typed.remark),
        origin=one_line(typed.origin),
        solution=one_line(typed.solution),
        owner=one_line(typed.owner),
        proof=one_line(typed.proof),
        verified_by=one_line(typed.verified_by),
    )
    if not action.remark:
        raise Refusal("action_remark_missing", field="remark")
    for field, longest in LONGEST.items():
        check_length(getattr(action, field), longest, "action_text_too_long", field)
    for field in ("owner", "verified_by"):
        if names_a_person(getattr(action, field)):
            raise Refusal("action_owner_is_a_person", field=field)
    if action.verified_by and action.verified_by.casefold() == action.owner.casefold():
        raise Refusal("action_verified_by_its_owner", field="verified_by")
    for field in ("due_on", "review_on"):
        day_if_any(getattr(action, field), field)
    return _in_its_state(action, has_photographs=has_photographs)


def _in_its_state(action: ActionRequest, *, has_photographs: bool) -> ActionRequest:
    if action.state not in set(ActionState):
        raise Refusal("bad_action_state", field="state")
    if action.effect not in {"", *Effect}:
        raise Refusal("bad_action_effect", field="effect")
    if action.state != ActionState.DONE:
        if action.effect:
            raise Refusal("action_effect_too_early", field="effect")
        return action
    if not action.solution:
        raise Refusal("action_solution_missing", field="solution")
    if not action.proof and not has_photographs:
        raise Refusal("action_proof_missing", field="proof")
    if action.effect == Effect.NOT_EFFECTIVE:
        return replace(action, state=ActionState.DOING, review_on="")
    return action


def names_a_person(text: str) -> bool:
    """Whether a text holds an address of e-mail, or a title before a name: « Mme Martin »."""
    return _PERSON.search(text) is not None


def day_if_any(text: str, field: str) -> date | None:
    """The date of an ISO text, None of an empty one. Refusal: bad_action_day, at the field."""
    return typed_day(text, code="bad_action_day", field=field) if text else None


def is_late(state: str, due_on: date | None, today: date) -> bool:
    """Whether an open action is past its date."""
    return state in OPEN and due_on is not None and due_on < today


def is_due_soon(state: str, due_on: date | None, today: date) -> bool:
    """Whether the date of an open action is today or within seven days."""
    return state in OPEN and due_on is not None and today <= due_on <= today + REMINDED_BEFORE


def awaits_review(state: str, effect: str, review_on: date | None, today: date) -> bool:
    """Whether the effect of an action that is done should have been looked at by now."""
    return state == ActionState.DONE and not effect and review_on is not None and review_on <= today
