"""What each verb leaves in the row of its leg (docs/rules/transitions.md), and which is possible when."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from server.domain.instants import from_micros
from server.domain.refusals import Refusal
from server.domain.visits.facts import leg_ended, leg_started
from server.domain.visits.gestures import TRANSITIONS, Verb, next_state, state_after
from server.domain.visits.transitions import EndReason, LegState, give_up_reason, is_unconfirmed
from server.domain.visits.verb_facts import (
    MOST_LINKED,
    CalledBefore,
    CheckedPriority,
    CorrectService,
    JoiningVisit,
    Limits,
    Need,
    VoidCall,
    WaitingPlace,
    leg_given_back,
    leg_held,
    leg_parked,
    leg_postponed,
    leg_released,
    leg_resumed,
    leg_returned,
    links_before,
    needs_of,
    needs_text,
    priority_checked,
    service_corrected,
    visit_unlinked,
    visits_linked,
)
from tests.server.domain.visit_rows import ISSUED, LEG, Story, minute, part

OF_NO_COUNTER = dict.fromkeys(("counter", "session", "call", "rule", "why", "started_at")) | {"rank": 0}
NEVER_CALLED = OF_NO_COUNTER | {"first_called_at": None, "last_called_at": None}
NOT_PARKED = dict.fromkeys(("parked_at", "not_before", "return_place"))
BEFORE = CalledBefore(from_micros(minute(1)), from_micros(minute(2)))
FRONT = WaitingPlace("k0", ISSUED, is_at_front=True)


def assert_row(row, **like):
    assert part(row, like) == like


def test_a_first_call_is_kept_as_the_first_and_the_last_call():
    row = Story().call().leg()
    assert_row(row, state="called", rank=1, is_held=False, counter="3", session="session-1", call="call-1")
    assert_row(row, first_called_at=minute(1), last_called_at=minute(1), rule="fifo")


def test_a_call_after_another_leaves_the_first_where_it_was():
    row = Story().call().record(leg_postponed(LEG, lets_pass=3, postponements=1)).call(is_again=True).leg()
    assert_row(row, first_called_at=minute(1), last_called_at=minute(3), rank=1)


def test_the_reason_of_a_call_is_kept_as_json_in_one_form():
    why = Story().call(values={"b": "été", "a": 1}).leg()["why"]
    assert json.loads(why)["values"] == {"b": "été", "a": 1}
    assert '"values":{"a":1,"b":"été"}' in why


def test_a_recall_raises_the_rank_and_keeps_the_start():
    row = Story().call().recall(2).leg()
    assert_row(row, state="called", rank=2, first_called_at=minute(1), last_called_at=minute(2))
    assert "started_at" not in row


def test_a_recall_that_counts_as_the_arrival_moves_the_start():
    story = Story().call().record(leg_started("leg-1", "visit-1", counter="3", by_call="call-1"))
    assert_row(story.recall(2, is_arrival=True).leg(), started_at=minute(3), last_called_at=minute(3))


@pytest.mark.parametrize(("by_call", "is_pressed"), [(None, True), ("call-1", False)])
def test_the_row_of_a_start_says_whether_it_was_pressed(by_call, is_pressed):
    row = Story().call().record(leg_started("leg-1", "visit-1", counter="3", by_call=by_call)).leg()
    assert_row(row, state="in_service", started_at=minute(2), is_start_pressed=is_pressed)


def test_a_postponed_leg_waits_of_no_counter_and_keeps_its_first_call():
    row = Story().call().record(leg_postponed(LEG, lets_pass=3, postponements=1)).leg()
    assert_row(row, state="waiting", lets_pass=3, lets_pass_since=minute(2), postponements=1)
    assert_row(row, **OF_NO_COUNTER, first_called_at=minute(1), is_out_of_series=True)


def parked() -> Story:
    story = Story().call().record(leg_started("leg-1", "visit-1", counter="3"))
    return story.record(leg_parked(LEG, until=ISSUED.replace(hour=10), place="front"))


def test_a_parked_leg_is_set_aside_until_its_timer_ends():
    assert_row(
        parked().leg(), state="parked", parked_at=minute(3), not_before=minute(60), return_place="front"
    )


def test_a_resumed_leg_is_served_at_its_new_counter_and_no_longer_parked():
    row = parked().record(leg_resumed(LEG, session="session-2", parked_s=60)).leg()
    assert_row(row, state="in_service", session="session-2", parked_s=60, started_at=minute(2), **NOT_PARKED)


def test_a_leg_whose_timer_has_ended_waits_as_if_never_started():
    row = parked().record(leg_returned(LEG, FRONT)).leg()
    assert_row(row, state="waiting", is_start_pressed=False, is_out_of_series=True, parked_s=None)
    assert_row(row, reference_at=minute(0), sort_key="k0", is_at_front=True, **OF_NO_COUNTER, **NOT_PARKED)


def test_a_leg_given_back_waits_before_the_others_and_keeps_its_calls():
    row = Story().call().record(leg_given_back(LEG, FRONT)).leg()
    assert_row(row, state="waiting", is_at_front=True, is_out_of_series=True, for_counter=None)
    assert_row(row, **OF_NO_COUNTER, first_called_at=minute(1), last_called_at=minute(1))


def test_an_alert_voids_the_call_of_the_leg_it_gives_back():
    void = VoidCall(CalledBefore(None, None), for_counter="5")
    row = Story().call().record(leg_given_back(LEG, FRONT, void=void)).leg()
    assert_row(row, for_counter="5", **NEVER_CALLED)


def test_a_hold_of_a_waiting_leg_changes_nothing_else():
    waiting = Story()
    row = waiting.leg()
    held = waiting.record(leg_held("leg-1", "visit-1", voided=None, counter=None))
    assert held.leg() == row | {"is_held": True}
    assert held.record(leg_released("leg-1", "visit-1", counter=None)).leg() == row


@pytest.mark.parametrize(
    ("before", "first", "last"), [(BEFORE, minute(1), minute(2)), (CalledBefore(None, None), None, None)]
)
def test_a_hold_voids_the_call_but_not_those_before(before, first, last):
    row = Story().call().record(leg_held("leg-1", "visit-1", voided=before, counter="3")).leg()
    assert_row(row, is_held=True, state="waiting", **OF_NO_COUNTER)
    assert_row(row, first_called_at=first, last_called_at=last)


def test_a_leg_that_was_held_and_is_called_is_no_longer_held():
    story = Story().record(leg_held("leg-1", "visit-1", voided=None, counter=None))
    assert_row(story.call().leg(), is_held=False, state="called")


def checked(state: str, *, is_confirmed: bool, before: CalledBefore | None = None) -> Story:
    visit_class = "priority" if is_confirmed else "walk_in"
    check = CheckedPriority("leg-1", "visit-1", is_confirmed, state, visit_class, 600, "k2", before)
    return Story().call().record(priority_checked(check, counter="3"))


def test_a_confirmed_card_makes_leg_and_visit_a_priority_and_keeps_the_call():
    story = checked("called", is_confirmed=True)
    like = {"priority": "confirmed", "class": "priority"}
    assert_row(story.visit(), **like)
    assert_row(story.leg(), **like, state="called", counter="3", rank=1, target_s=600, sort_key="k2")


def test_a_card_that_was_not_shown_voids_the_call():
    story = checked("waiting", is_confirmed=False)
    assert_row(story.visit(), priority="not_confirmed")
    assert_row(story.leg(), priority="not_confirmed", state="waiting", **NEVER_CALLED)


def test_a_card_that_was_not_shown_leaves_a_call_before_that_one():
    row = checked("waiting", is_confirmed=False, before=BEFORE).leg()
    assert_row(row, first_called_at=minute(1), last_called_at=minute(2), counter=None, rank=0)


def test_a_service_that_is_corrected_leaves_the_turn_of_its_number():
    row = Story().record(service_corrected(LEG, CorrectService("visa", "visas", 300))).leg()
    assert_row(row, service="visa", queue="visas", target_s=300, is_out_of_series=True, state="waiting")


@pytest.mark.parametrize("reason", EndReason)
def test_only_a_no_show_takes_the_start_away(reason):
    story = Story().call().record(leg_started("leg-1", "visit-1", counter="3", by_call="call-1"))
    row = story.record(leg_ended("leg-1", "visit-1", reason=reason, counter="3")).leg()
    assert_row(row, state="ended", ended_at=minute(3), end_reason=reason)
    assert_row(row, started_at=None if reason == EndReason.NO_SHOW else minute(2))


def test_a_suspect_clock_marks_the_leg_and_a_sound_one_later_leaves_the_mark():
    story = Story().record(leg_held("leg-1", "visit-1", voided=None, counter=None), is_clock_suspect=True)
    assert story.leg()["is_clock_suspect"] is True
    assert story.call().leg()["is_clock_suspect"] is True
    assert Story().call().leg()["is_clock_suspect"] is False


PROSE = Path(__file__).parents[3] / "docs/rules/transitions.md"


def test_the_usual_limits_are_those_of_the_prose():
    written = re.findall(r"^- `(\w+)` \([a-z]+; (\d+)[;)]", PROSE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: int(value) for name, value in written} | {"park_return": "front"} == asdict(Limits())


def test_a_link_holds_ten_visits():
    assert MOST_LINKED == 10


def test_a_link_says_which_each_visit_had_before_and_has_after():
    joining = [JoiningVisit("v-1"), JoiningVisit("v-2", was="link-0")]
    linked = visits_linked("link-1", "v-1", joining, counter="3")
    assert links_before(linked.kind, linked.body) == {"v-1": (None, "link-1"), "v-2": ("link-0", "link-1")}
    alone = visit_unlinked("link-1", "v-2", counter="3")
    assert links_before(alone.kind, alone.body) == {"v-2": ("link-1", None)}


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
