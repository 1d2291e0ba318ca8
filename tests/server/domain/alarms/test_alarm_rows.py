"""What facts of alarms hold, and the row they leave."""

import json

from server.domain.alarms.alarms import (
    ALARM_FOLDS,
    Alarm,
    AlarmChange,
    AlarmChoice,
    AlarmKind,
    AlarmTurn,
    alarm_acknowledged,
    alarm_cleared,
    alarm_raised,
    alarm_returned,
    kinds_of,
)
from server.domain.facts import Fact
from server.domain.row_changes import Insert, Recorded, Update
from tests.server.domain.alarms.test_alarms import PAPER

COUNTED = {"b": 1, "a": 2}


def row_after(*facts: Fact) -> dict[str, object]:
    row: dict[str, object] = {}
    for minute, fact in enumerate(facts):
        [change] = ALARM_FOLDS[fact.kind](
            Recorded(fact.kind, fact.body, hall="laon", happened_at=minute, author="agent-1")
        )
        assert isinstance(change, Insert if minute == 0 else Update)
        row |= change.values
    return row


RAISED = alarm_raised("alarm-1", AlarmChange(AlarmTurn.RAISED, PAPER, values=COUNTED))
CLEARED = alarm_cleared(Alarm("alarm-1", *PAPER), reason="well")


def test_a_raised_alarm_has_not_come_back_and_keeps_its_values_in_one_order():
    row = row_after(RAISED)
    assert row | {"told": json.loads(str(row["told"]))} == {
        "id": "alarm-1",
        "kind": "paper_out",
        "subject": "borne-1",
        "hall": "laon",
        "raised_at": 0,
        "returns": 0,
        "told": COUNTED,
    }
    assert row["told"] == '{"a": 2, "b": 1}'


def test_a_returned_alarm_is_open_again_and_counts_its_return():
    last = Alarm("alarm-1", *PAPER, returns=2)
    row = row_after(RAISED, CLEARED, alarm_returned(last, AlarmChange(AlarmTurn.RETURNED, PAPER, last)))
    assert (row["returns"], row["cleared_at"], row["clear_reason"]) == (3, None, None)


def test_the_row_of_an_alarm_holds_its_end_its_reason_and_who_acknowledged_it():
    row = row_after(RAISED, alarm_acknowledged("alarm-1"), CLEARED)
    assert (row["acknowledged_at"], row["acknowledged_by"]) == (1, "agent-1")
    assert (row["cleared_at"], row["clear_reason"]) == (2, "well")


def test_a_recipient_gets_the_chosen_kinds_of_the_chosen_hall():
    paper = AlarmChoice(frozenset({AlarmKind.PAPER_OUT}), "laon")
    assert paper.includes(AlarmKind.PAPER_OUT, "laon")
    assert not paper.includes(AlarmKind.PAPER_OUT, "soissons")
    assert not paper.includes(AlarmKind.NEAR_END, "laon")
    assert AlarmChoice().includes(AlarmKind.NEAR_END, "soissons")
    assert not AlarmChoice(hall="laon").includes(AlarmKind.NEAR_END, "soissons")


def test_a_choice_of_every_kind_also_holds_for_kinds_to_come():
    assert kinds_of(list(AlarmKind)) is None
    assert kinds_of(["near_end", "paper_out"]) == frozenset({AlarmKind.PAPER_OUT, AlarmKind.NEAR_END})
    chosen = AlarmChoice(kinds_of(["near_end", "paper_out"]))
    assert chosen.as_body()["kinds"] == ["paper_out", "near_end"]
    assert AlarmChoice().as_body()["kinds"] is None
