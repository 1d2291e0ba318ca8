"""The order of alerts, which ones expire, and who may end one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.alerts import (
    ALERT_FOLDS,
    ANSWERED_WITHIN,
    CONFIRMED_WITHIN,
    ENDED_BY_PEOPLE,
    TAKEN_BACK_WITHIN,
    Alert,
    AlertKind,
    AlertRules,
    NewAlert,
    alert_end_asked,
    alert_ended,
    alert_raised,
    alert_taken_back,
    check_may_take_back,
    end_reason,
    expiry,
    has_voice,
    in_force,
    is_before,
    screen_reached,
)
from server.domain.facts import Erasable, Fact
from server.domain.instants import to_micros
from server.domain.refusals import Refusal
from server.domain.row_changes import Recorded

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def alert(kind: AlertKind, *, is_drill: bool = False, at: datetime = NOON, **more: object) -> Alert:
    return Alert("a", f"row-{kind}-{at}", kind, is_drill, at, "someone", **more)  # type: ignore[arg-type]


alerts = st.lists(
    st.builds(
        alert,
        st.sampled_from(AlertKind),
        is_drill=st.booleans(),
        at=st.integers(0, 600).map(lambda seconds: NOON - seconds * SECOND),
        expires_at=st.none() | st.integers(-60, 60).map(lambda seconds: NOON + seconds * SECOND),
    ),
    max_size=6,
)


@given(alerts)
def test_the_gravest_that_holds_is_shown_and_ending_it_shows_the_next(active: list[Alert]):
    holding = in_force(active, NOON)
    assert all(each.expires_at is None or each.expires_at > NOON for each in holding)
    order = [(each.is_drill, list(AlertKind).index(each.kind)) for each in holding]
    assert order == sorted(order)
    assert in_force(holding[1:], NOON) == holding[1:]


def test_a_real_alert_goes_before_a_graver_drill_and_the_later_before_the_earlier_of_one_kind():
    drill = alert(AlertKind.EVACUATE, is_drill=True)
    older = alert(AlertKind.CUSTOM, at=NOON - SECOND)
    newer = alert(AlertKind.CUSTOM)
    assert in_force([drill, older, newer], NOON) == [newer, older, drill]
    assert is_before(newer, older)
    assert not is_before(drill, older)


def test_evacuate_and_shelter_never_expire_and_the_others_after_a_stated_time():
    for kind in AlertKind:
        assert expiry(kind, None, NOON) is None
        if kind in ENDED_BY_PEOPLE:
            with pytest.raises(Refusal) as refused:
                expiry(kind, 600, NOON)
            assert refused.value.code == "never_expires"
        else:
            assert expiry(kind, 600, NOON) == NOON + timedelta(minutes=10)
    assert {str(kind) for kind in ENDED_BY_PEOPLE} == {"evacuate", "shelter"}
    for seconds in (0, 59, 10**6):
        with pytest.raises(Refusal) as refused:
            expiry(AlertKind.MEDICAL, seconds, NOON)
        assert refused.value.code == "expires_out_of_bounds"


def end_of(
    active: Alert, by: str, rules: AlertRules, now: datetime = NOON, *, has_other: bool = False
) -> str:
    """How it ends, or why it does not."""
    try:
        return end_reason(active, by, rules, now, has_other=has_other)
    except Refusal as refused:
        return refused.code


def test_an_end_is_confirmed_twice_within_five_minutes_by_a_second_person_where_the_site_wants_one():
    end_asked = alert(AlertKind.EVACUATE, end_asked_at=NOON, end_asked_by="ada")
    usual, strict = AlertRules(), AlertRules(needs_second_person=True)
    assert end_of(alert(AlertKind.EVACUATE), "ada", usual) == "end_not_asked"
    assert end_of(end_asked, "ada", usual) == "confirmed"
    assert end_of(end_asked, "bob", usual) == "confirmed"
    assert end_of(end_asked, "ada", strict) == "second_person_needed"
    assert end_of(end_asked, "bob", strict) == "confirmed"
    assert end_of(end_asked, "aaron", strict) == "confirmed"
    assert end_of(end_asked, "bob", strict, NOON + CONFIRMED_WITHIN) == "end_not_asked"


def test_with_another_person_there_the_first_waits_two_minutes_for_their_answer():
    end_asked = alert(AlertKind.EVACUATE, end_asked_at=NOON, end_asked_by="ada")
    usual, strict = AlertRules(), AlertRules(needs_second_person=True)
    answered = NOON + ANSWERED_WITHIN
    assert end_of(end_asked, "ada", usual, answered - SECOND, has_other=True) == "second_person_awaited"
    assert end_of(end_asked, "ada", usual, answered, has_other=True) == "unanswered"
    assert end_of(end_asked, "ada", usual, answered + SECOND, has_other=True) == "unanswered"
    assert end_of(end_asked, "bob", usual, NOON + SECOND, has_other=True) == "confirmed"
    assert end_of(end_asked, "ada", strict, answered, has_other=True) == "second_person_needed"


def test_a_refused_end_says_for_how_many_minutes():
    not_asked = alert(AlertKind.EVACUATE)
    end_asked = alert(AlertKind.EVACUATE, end_asked_at=NOON, end_asked_by="ada")
    for active, minutes in ((not_asked, 5), (end_asked, 2)):
        with pytest.raises(Refusal) as refused:
            end_reason(active, "ada", AlertRules(), NOON, has_other=True)
        assert refused.value.details == {"minutes": minutes}


def test_only_its_author_takes_an_alert_back_and_within_a_minute():
    raised = alert(AlertKind.EVACUATE)
    check_may_take_back(raised, raised.raised_by, NOON + TAKEN_BACK_WITHIN - SECOND)
    for by, now, code in (
        ("somebody else", NOON, "alert_of_another"),
        (raised.raised_by, NOON + TAKEN_BACK_WITHIN, "too_late_to_take_back"),
        (raised.raised_by, NOON + 9 * TAKEN_BACK_WITHIN, "too_late_to_take_back"),
    ):
        with pytest.raises(Refusal) as refused:
            check_may_take_back(raised, by, now)
        assert refused.value.code == code


def test_only_an_evacuation_is_silent_unless_the_site_turned_its_sound_on():
    assert [kind for kind in AlertKind if not has_voice(kind, AlertRules())] == [AlertKind.EVACUATE]
    assert has_voice(AlertKind.EVACUATE, AlertRules(has_sound_for_evacuation=True))


def test_a_screen_that_says_nothing_for_five_seconds_is_not_reached():
    assert screen_reached(None, NOON, NOON + 4 * SECOND) == "waiting"
    assert screen_reached(None, NOON, NOON + 5 * SECOND) == "not_reached"
    assert screen_reached(None, NOON, NOON + 60 * SECOND) == "not_reached"
    assert screen_reached(NOON + 9 * SECOND, NOON, NOON + 10 * SECOND) == "shown"


def row_after(*facts: Fact) -> dict[str, object]:
    row: dict[str, object] = {}
    for minute, fact in enumerate(facts):
        recorded = Recorded(fact.kind, fact.body, hall="laon", happened_at=minute, author=f"agent-{minute}")
        [change] = ALERT_FOLDS[fact.kind](recorded)
        row |= change.values
    return row


def test_a_standing_alert_has_neither_words_nor_an_end():
    row = row_after(alert_raised("row-1", NewAlert("a-1", "evacuate", is_drill=False, press="p")))
    assert row == {
        "id": "row-1",
        "alert": "a-1",
        "kind": "evacuate",
        "is_drill": False,
        "press": "p",
        "hall": "laon",
        "texts": None,
        "raised_at": 0,
        "raised_by": "agent-0",
        "expires_at": None,
    }


def test_an_alert_of_ones_own_words_keeps_their_id_and_when_it_expires():
    alert = NewAlert("a-1", "custom", is_drill=True, press="p", words=Erasable("w-1", "00"), expires_at=NOON)
    row = row_after(alert_raised("row-1", alert))
    assert (row["texts"], row["expires_at"], row["is_drill"]) == ("w-1", to_micros(NOON), True)


def test_the_row_of_an_alert_holds_both_confirmations_and_the_reason():
    raised = alert_raised("row-1", NewAlert("a-1", "evacuate", is_drill=False, press="p"))
    row = row_after(raised, alert_end_asked("row-1", "a-1"), alert_ended("row-1", "a-1", reason="confirmed"))
    assert (row["end_asked_at"], row["end_asked_by"]) == (1, "agent-1")
    assert (row["ended_at"], row["ended_by"], row["end_reason"]) == (2, "agent-2", "confirmed")
    assert row_after(raised, alert_taken_back("row-1", "a-1"))["end_reason"] == "taken_back"
