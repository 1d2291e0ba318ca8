"""When an incident goes beyond its hall and leaves pages; the list of what asks for attention."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.actions import is_due_soon, is_late
from server.domain.attention import (
    AttentionKind,
    AttentionRow,
    QueueSnapshot,
    Urgency,
    WaitingLeg,
    by_urgency,
    overdue,
    queue_state,
    shows_counters,
)
from server.domain.author import Author
from server.domain.incidents import (
    INCIDENT_FOLDS,
    CheckedNote,
    CountedNote,
    FollowUp,
    Incident,
    NoteKind,
    NoteRequest,
    checked_note,
    incident_joined,
    incident_raised,
    shown_at_place,
    summaries,
)
from server.domain.refusals import Refusal
from server.domain.row_changes import Insert, Recorded, Update

RAISED = datetime(2026, 11, 24, 9, tzinfo=UTC)
INCIDENT = Incident(
    *("i1", "laon", "g1", RAISED, "caller", 0, None),
    *(None, None, None, None, None, None, None, None, None),
)
OVER: dict[str, Any] = {"ended_at": RAISED, "end_reason": "over"}
ANSWERED: dict[str, Any] = {"answered_at": RAISED, "answered_by": "guard"}


def after(seconds: float) -> datetime:
    return RAISED + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "escalates", "is_unanswered"),
    [(0, False, False), (29.9, False, False), (30, True, False), (59.9, True, False), (60, True, True)],
)
def test_half_a_minute_without_an_answer_leads_beyond_the_hall_and_a_minute_to_its_name(
    seconds: float, escalates: bool, is_unanswered: bool
):
    assert INCIDENT.is_to_escalate(after(seconds)) is escalates
    assert INCIDENT.is_to_name_unanswered(after(seconds)) is is_unanswered


@pytest.mark.parametrize("change", [OVER, ANSWERED, {"escalated_at": RAISED, "unanswered_at": RAISED}])
def test_what_is_over_answered_or_done_already_takes_no_further_step(change: dict[str, Any]):
    incident = replace(INCIDENT, **change)
    assert not incident.is_to_escalate(after(600))
    assert not incident.is_to_name_unanswered(after(600))


def test_pages_show_an_incident_for_an_hour_unless_somebody_ends_it():
    assert INCIDENT.is_shown(after(0))
    assert INCIDENT.is_shown(after(3599))
    assert not INCIDENT.is_shown(after(3600))
    assert not INCIDENT.is_shown(after(3601))
    assert not replace(INCIDENT, **OVER).is_shown(after(1))


def test_an_answer_counts_more_than_the_steps_before_it():
    assert INCIDENT.state == "raised"
    escalated = replace(INCIDENT, escalated_at=after(30))
    unanswered = replace(escalated, unanswered_at=after(60))
    assert [each.state for each in (escalated, unanswered)] == ["escalated", "unanswered"]
    assert replace(unanswered, **ANSWERED).state == "answered"


def test_it_is_that_of_who_pressed_first_and_last():
    joined = replace(INCIDENT, joins=1, joined_by="colleague")
    assert [joined.is_own_of(Author(each)) for each in ("caller", "colleague", "guard")] == [
        True,
        True,
        False,
    ]
    assert joined.is_own_of(Author("of-2027", former=frozenset({"caller"})))


def test_a_further_press_joins_what_is_shown_at_its_place_only():
    desk, ended = replace(INCIDENT, id="i2", counter=None), replace(INCIDENT, id="i0", **OVER)
    incidents = [ended, desk, INCIDENT]
    assert shown_at_place(incidents, "g1", after(5)) is INCIDENT
    assert shown_at_place(incidents, None, after(5)) is desk
    assert shown_at_place(incidents, "g2", after(5)) is None
    assert shown_at_place(incidents, "g1", after(3600)) is None


@pytest.mark.parametrize("joins", [0, 1, 7])
def test_each_further_press_counts_one_more_than_before(joins: int):
    def fold(fact: Any) -> Any:
        [change] = INCIDENT_FOLDS[fact.kind](Recorded(fact.kind, fact.body, "laon", 0, "colleague"))
        return change

    raised = fold(incident_raised("i1", "g1"))
    assert isinstance(raised, Insert)
    assert raised.values["joins"] == 0
    joined = fold(incident_joined(replace(INCIDENT, joins=joins)))
    assert joined == Update("incident", "i1", {"joins": joins + 1, "joined_by": "colleague"})


TODAY = date(2026, 11, 24)
GOOD = {"happened_on": "2026-11-23", "kind": "threat", "gravity": "2", "counter": "g1"}


def checked(**more: object) -> CheckedNote:
    fields: Mapping[str, object] = {**GOOD, **more}
    return checked_note(NoteRequest(**fields), TODAY, ("g1",))  # type: ignore[arg-type]


def test_a_note_has_kind_gravity_place_and_follow_ups_in_their_order():
    note = checked(follow_ups=("complaint", "register"), complaint=" 2026/01234-a ")
    assert note == CheckedNote(
        *(date(2026, 11, 23), NoteKind.THREAT, 2, "g1"),
        (FollowUp.REGISTER, FollowUp.COMPLAINT),
        "2026/01234-A",
    )
    assert checked(counter="").counter is None
    assert checked(happened_on="2026-08-24").happened_on == date(2026, 8, 24), "92 days ago"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": ""}, "incident_kind_missing"),
        ({"gravity": "4"}, "incident_gravity_missing"),
        ({"counter": "g9"}, "unknown_counter"),
        ({"happened_on": "2026-11-25"}, "bad_incident_day"),
        ({"happened_on": "2026-08-23"}, "bad_incident_day"),
        ({"happened_on": "hier"}, "bad_incident_day"),
        ({"follow_ups": ("arrest",)}, "bad_incident_follow_up"),
        ({"complaint": "2026/1"}, "complaint_without_follow_up"),
        ({"follow_ups": ("complaint",), "complaint": "Jean Dupont"}, "bad_complaint_reference"),
        ({"follow_ups": ("complaint",), "complaint": "9" * 41}, "bad_complaint_reference"),
        ({"follow_ups": ("complaint",), "complaint": "1, rue d’Été"}, "bad_complaint_reference"),
    ],
)
def test_a_note_with_a_bad_field_is_refused(more: dict[str, object], code: str):
    with pytest.raises(Refusal) as refused:
        checked(**more)
    assert refused.value.code == code


def test_a_summary_counts_each_month_by_kind_gravity_and_place():
    notes = [
        CountedNote(date(2026, 10, 2), "insult", 1, "g1"),
        CountedNote(date(2026, 11, 3), "insult", 1, "g1"),
        CountedNote(date(2026, 11, 9), "threat", 3, None),
    ]
    november, october = summaries(notes)
    assert (november.month, november.total, october.total) == ("2026-11", 2, 1)
    assert [november.by_kind[kind] for kind in NoteKind] == [0, 1, 1, 0]
    assert november.by_gravity == {1: 1, 2: 0, 3: 1}
    assert november.by_counter == {"g1": 1, None: 1}


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def row(urgency: Urgency, hours_ago: int) -> AttentionRow:
    return AttentionRow(AttentionKind.ALARM, urgency, NOON - timedelta(hours=hours_ago), "laon", "key", "/")


def test_the_most_urgent_comes_first_and_then_what_lasts_longest():
    rows = [row(Urgency.SOON, 90), row(Urgency.NOW, 1), row(Urgency.TODAY, 3), row(Urgency.NOW, 2)]
    assert by_urgency(rows) == [rows[3], rows[1], rows[2], rows[0]]


@pytest.mark.parametrize(
    ("state", "in_days", "expected"),
    [
        ("to_do", -1, "late"),
        ("doing", 0, "soon"),
        ("doing", 7, "soon"),
        ("to_do", 8, ""),
        ("done", -1, ""),
        ("dropped", 3, ""),
        ("to_do", None, ""),
    ],
)
def test_an_open_action_asks_a_week_before_its_date_and_after_it(
    state: str, in_days: int | None, expected: str
):
    due_on = None if in_days is None else TODAY + timedelta(days=in_days)
    found = "late" if is_late(state, due_on, TODAY) else "soon" if is_due_soon(state, due_on, TODAY) else ""
    assert found == expected


LATE, IN_TIME = WaitingLeg(901, 900), WaitingLeg(900, 900)


@pytest.mark.parametrize(
    ("queue", "state"),
    [
        (QueueSnapshot([], None, 900, 0), "calm"),
        (QueueSnapshot([IN_TIME], (300, 900), 900, 1), "calm"),
        (QueueSnapshot([IN_TIME], (900, 1200), 900, 1), "breach_expected"),
        (QueueSnapshot([], (900, 1200), 900, 1), "breach_expected"),
        (QueueSnapshot([LATE, IN_TIME], (900, 1200), 900, 1), "late"),
        (QueueSnapshot([LATE], None, 900, 0), "unserved"),
    ],
)
def test_the_worst_applicable_state_is_shown(queue: QueueSnapshot, state: str):
    assert queue_state(queue) == state


@given(st.lists(st.integers(0, 4000)), st.integers(0, 4000), st.integers(1, 4000), st.integers(1, 9))
def test_a_breach_is_predicted_before_it_happens_and_late_afterwards(
    waits: list[int], expected: int, target: int, counters: int
):
    waiting = [WaitingLeg(wait, target) for wait in waits]
    state = queue_state(QueueSnapshot(waiting, (expected, expected), target, counters))
    assert (state == "late") == (max(waits, default=0) > target) == (overdue(waiting) > 0)
    if state == "breach_expected":
        assert expected > target
    if state == "calm":
        assert expected <= target


def test_the_activity_of_a_counter_is_shown_from_three_agents_on():
    assert [shows_counters(agents) for agents in (0, 1, 2, 3, 4)] == [False, False, False, True, True]


def test_a_wait_that_meets_the_target_exactly_is_no_breach():
    assert queue_state(QueueSnapshot([], (600, 1200), 900, 1)) == "calm"
    assert queue_state(QueueSnapshot([], (600, 1201), 900, 1)) == "breach_expected"
