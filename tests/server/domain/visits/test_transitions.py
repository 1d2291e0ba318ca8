"""Which verb is possible when; tests/docs/test_documents.py compares the table with its prose."""

from dataclasses import dataclass

import pytest

from server.domain.refusals import Refusal
from server.domain.visits.gestures import TRANSITIONS, Verb, next_state, state_after
from server.domain.visits.transitions import EndReason, LegState, give_up_reason, is_unconfirmed
from server.domain.visits.verb_facts import Need, needs_of, needs_text


@dataclass(frozen=True)
class Leg:
    state: str
    is_start_pressed: bool = False
    parked_s: int | None = None


BY_CALL = Leg("in_service")
AFTER_CALL_ALONE = {
    Verb.RECALL: "in_service",
    Verb.NO_SHOW: "ended",
    Verb.POSTPONE: "waiting",
    Verb.GIVE_BACK: "waiting",
    Verb.HOLD: "waiting",
    Verb.DENY_PRIORITY: "waiting",
}


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("state", LegState)
def test_a_verb_is_refused_in_every_state_that_its_row_does_not_name(state, verb):
    if (state, verb) in TRANSITIONS:
        assert next_state(state, verb) == TRANSITIONS[state, verb]
        return
    with pytest.raises(Refusal) as refused:
        next_state(state, verb)
    assert (refused.value.code, refused.value.details) == ("wrong_state", {"state": state, "verb": verb})


@pytest.mark.parametrize("state", LegState)
@pytest.mark.parametrize(("is_pressed", "parked_s"), [(False, None), (True, None), (False, 0), (False, 60)])
def test_only_a_service_that_its_call_alone_began_is_unconfirmed(state, is_pressed, parked_s):
    leg = Leg(state, is_pressed, parked_s)
    expected = state == LegState.IN_SERVICE and not is_pressed and parked_s is None
    assert is_unconfirmed(leg) is expected


@pytest.mark.parametrize("verb", Verb)
def test_a_service_begun_by_its_call_still_allows_the_verbs_of_a_called_leg(verb):
    expected = AFTER_CALL_ALONE.get(verb, TRANSITIONS.get((LegState.IN_SERVICE, verb)))
    if expected is None:
        with pytest.raises(Refusal):
            state_after(BY_CALL, verb)
    else:
        assert state_after(BY_CALL, verb) == expected


def test_after_a_pressed_start_verbs_of_a_called_leg_are_refused():
    with pytest.raises(Refusal):
        state_after(Leg("in_service", is_start_pressed=True), Verb.NO_SHOW)


def test_a_visitor_who_gives_up_after_a_call_left_after_call():
    assert give_up_reason(was_called=True) is EndReason.LEFT_AFTER_CALL
    assert give_up_reason(was_called=False) is EndReason.ABANDONED


def test_needs_are_kept_once_each_in_one_order():
    assert needs_of(needs_text(["blind", "step_free", "blind"])) == (Need.STEP_FREE, Need.BLIND)
    assert needs_of("") == needs_of(None) == ()
