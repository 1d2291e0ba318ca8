"""Alarms: a fault that lasts is one alarm, one that flickers is one alarm, and calm ends it; their signs."""

import base64
import hashlib
import hmac
import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.alarms.alarms import (
    ALARM_FOLDS,
    CALM_AFTER_RETURN,
    GONE,
    QUIET,
    Alarm,
    AlarmChange,
    AlarmChoice,
    AlarmKind,
    AlarmRules,
    AlarmTurn,
    Memory,
    Observed,
    Sign,
    Watched,
    alarm_acknowledged,
    alarm_cleared,
    alarm_raised,
    alarm_returned,
    decide,
    kinds_of,
)
from server.domain.alarms.signs import (
    CounterObservation,
    PrinterObservation,
    awaited_sign,
    clock_sign,
    counter_sign,
    key_sign,
    next_try,
    presence_sign,
    printer_signs,
    queue_sign,
    secret_of,
    signed_headers,
    unprinted_after,
)
from server.domain.facts import Fact
from server.domain.hours.calendars import Calendar, Span
from server.domain.row_changes import Insert, Recorded, Update

BEGUN = datetime(2026, 11, 24, 9, tzinfo=UTC)
RULES = AlarmRules()
PAPER: Watched = (AlarmKind.PAPER_OUT, "borne-1")
COVER: Watched = (AlarmKind.COVER_OPEN, "borne-1")
SILENT: Watched = (AlarmKind.KIOSK_SILENT, "borne-1")
FAULTY, WELL, UNSURE = Observed(Sign.FAULTY), Observed(Sign.WELL), Observed(Sign.UNSURE)


class Watching:
    """A hall checked repeatedly; it keeps what a check decides, as the database does."""

    def __init__(self, rules: AlarmRules = RULES) -> None:
        self.rules = rules
        self.now = BEGUN
        self.memories: dict[Watched, Memory] = {}
        self.alarms: dict[Watched, Alarm] = {}
        self.told: list[tuple[AlarmTurn, Watched, datetime]] = []

    def look(self, signs: dict[Watched, Observed], after_s: float = 5) -> list[AlarmTurn]:
        self.now += timedelta(seconds=after_s)
        decision = decide(signs, self.memories, self.alarms, self.rules, self.now)
        self.memories |= decision.kept
        for each in decision.forgotten:
            del self.memories[each]
        for change in decision.changes:
            self._keep(change)
        return [change.turn for change in decision.changes]

    def _keep(self, change: AlarmChange) -> None:
        alarm = change.alarm or Alarm(f"alarm-{len(self.told)}", *change.watched)
        if change.turn is AlarmTurn.RETURNED:
            alarm = replace(alarm, cleared_at=None, returns=alarm.returns + 1)
        if change.turn is AlarmTurn.CLEARED:
            alarm = replace(alarm, cleared_at=self.now)
        self.alarms[change.watched] = alarm
        self.told.append((change.turn, change.watched, self.now))

    def open(self) -> set[Watched]:
        return {each for each, alarm in self.alarms.items() if alarm.is_open}


signs = st.sampled_from([FAULTY, WELL, UNSURE])
looks = st.lists(st.tuples(signs, st.floats(0.1, 900)), max_size=60)


@given(looks)
def test_for_any_signs_an_alarm_changes_in_order_and_is_reported_a_bounded_number_of_times(looks):
    hall = Watching()
    for sign, after_s in looks:
        hall.look({PAPER: sign}, after_s)
    turns = [turn for turn, _, _ in hall.told]
    for before, after in pairwise(turns):
        assert (before is AlarmTurn.CLEARED) == (after is not AlarmTurn.CLEARED)
    # however a fault flickers: raised and cleared, back and cleared, then a calm of ten minutes each time
    for first in range(len(hall.told)):
        within = [each for each in hall.told[first:] if each[2] - hall.told[first][2] < CALM_AFTER_RETURN]
        assert len(within) <= 4


@given(st.lists(st.floats(0.1, 299), min_size=2, max_size=60))
def test_a_flickering_fault_is_one_alarm_reported_three_times_until_it_calms(steps):
    hall = Watching()
    for number, after_s in enumerate(steps):
        hall.look({PAPER: WELL if number % 2 else FAULTY}, after_s)
    assert len({alarm.id for alarm in hall.alarms.values()}) == 1
    turns = [turn for turn, _, _ in hall.told]
    assert turns == [AlarmTurn.RAISED, AlarmTurn.CLEARED, AlarmTurn.RETURNED][: len(turns)]


@given(looks)
def test_a_sign_that_is_not_sure_changes_nothing(looks):
    hall = Watching()
    for sign, after_s in looks:
        hall.look({PAPER: sign}, after_s)
        before = hall.open(), len(hall.told)
        hall.look({PAPER: UNSURE}, 0)
        assert (hall.open(), len(hall.told)) == before


def test_missing_paper_is_reported_at_once_and_its_return_at_the_second_check():
    hall = Watching()
    assert hall.look({PAPER: WELL}) == []
    assert hall.look({PAPER: FAULTY}) == [AlarmTurn.RAISED]
    assert hall.look({PAPER: FAULTY}) == []
    assert hall.look({PAPER: WELL}) == []
    assert hall.look({PAPER: WELL}) == [AlarmTurn.CLEARED]


def test_a_fault_back_within_ten_minutes_is_the_same_alarm_which_then_asks_for_as_long_a_calm():
    hall = Watching()
    hall.look({PAPER: FAULTY})
    hall.look({PAPER: WELL})
    hall.look({PAPER: WELL})
    assert hall.look({PAPER: FAULTY}, 600) == [AlarmTurn.RETURNED]
    assert hall.alarms[PAPER].returns == 1
    hall.look({PAPER: WELL})
    assert hall.look({PAPER: WELL}, 599) == []
    assert hall.look({PAPER: WELL}, 1) == [AlarmTurn.CLEARED]
    assert hall.look({PAPER: FAULTY}, 601) == [AlarmTurn.RAISED]


def test_a_missing_device_is_reported_after_a_delay_that_any_sign_of_life_restarts():
    hall = Watching(AlarmRules(silent_after_s=60))
    hall.look({SILENT: WELL})
    hall.look({SILENT: FAULTY})
    assert hall.look({SILENT: FAULTY}, 59) == []
    hall.look({SILENT: WELL}, 0.5)
    hall.look({SILENT: FAULTY}, 0.5)
    assert hall.look({SILENT: FAULTY}, 59) == []
    assert hall.look({SILENT: FAULTY}, 1) == [AlarmTurn.RAISED]


def test_opening_the_cover_to_change_the_paper_raises_no_second_alarm():
    hall = Watching()
    hall.look({PAPER: FAULTY, COVER: WELL})
    assert hall.look({PAPER: UNSURE, COVER: FAULTY}) == []
    hall.look({PAPER: WELL, COVER: WELL})
    assert hall.look({PAPER: WELL, COVER: WELL}) == [AlarmTurn.CLEARED]
    assert hall.look({PAPER: WELL, COVER: FAULTY}) == [AlarmTurn.RAISED]


def test_a_fault_that_is_not_sure_any_more_raises_nothing():
    watching = Watching()
    assert watching.look({SILENT: FAULTY}) == []
    assert watching.look({SILENT: UNSURE}, after_s=600) == []
    assert watching.look({SILENT: FAULTY}) == [AlarmTurn.RAISED]


def test_a_subject_no_longer_watched_is_cleared_and_forgotten():
    hall = Watching()
    hall.look({PAPER: FAULTY, SILENT: WELL})
    decision = decide({SILENT: WELL}, hall.memories, hall.alarms, RULES, hall.now)
    assert [(each.turn, each.reason) for each in decision.changes] == [(AlarmTurn.CLEARED, GONE)]
    assert decision.forgotten == {PAPER}
    off = replace(RULES, off=(AlarmKind.PAPER_OUT,))
    assert decide({PAPER: FAULTY}, {}, {}, off, hall.now).changes == ()


@given(st.sampled_from(["unreachable", "mute", "cutter", "error", "cover_open", "paper_out", "offline"]))
def test_a_printer_that_may_not_print_is_one_fault_and_a_ready_one_none(state: str):
    found = dict(printer_signs("borne-1", PrinterObservation(state, 0), RULES))
    assert [observed.sign for observed in found.values()].count(Sign.FAULTY) == 1
    ready = dict(printer_signs("borne-1", PrinterObservation("ready", 0), RULES))
    assert {observed.sign for observed in ready.values()} == {Sign.WELL}
    unknown = dict(printer_signs("borne-1", PrinterObservation("unknown", 1), RULES))
    assert {observed.sign for observed in unknown.values()} == {Sign.UNSURE}


def test_a_ticket_left_in_the_outlet_is_a_fault_after_two_minutes_and_no_breakdown():
    found = dict(printer_signs("borne-1", PrinterObservation("not_taken", 0), RULES))
    assert found[AlarmKind.NOT_TAKEN, "borne-1"].sign is Sign.FAULTY
    assert found[AlarmKind.PRINTER_DOWN, "borne-1"].sign is Sign.WELL
    assert found[AlarmKind.NEAR_END, "borne-1"].sign is Sign.UNSURE, "only the worst is reported"
    assert RULES.raised_after(AlarmKind.NOT_TAKEN) == timedelta(minutes=2)


def test_three_jobs_in_a_row_that_were_not_printed_are_a_fault_until_one_is():
    count = 0
    for verdict in ("refused", "unknown", None):
        count = unprinted_after(count, verdict)
    assert count == 3
    signs = dict(printer_signs("borne-1", PrinterObservation("ready", count), RULES))
    assert signs[AlarmKind.UNPRINTED, "borne-1"] == Observed(Sign.FAULTY, {"jobs": 3})
    assert unprinted_after(count, "printed") == 0


def test_a_device_that_never_came_or_is_missed_at_night_raises_nothing():
    assert presence_sign(is_present=False, was_seen=True, is_open=True).sign is Sign.FAULTY
    assert presence_sign(is_present=False, was_seen=False, is_open=True).sign is Sign.UNSURE
    assert presence_sign(is_present=False, was_seen=True, is_open=False).sign is Sign.UNSURE


def row_after(*facts: Fact) -> dict[str, object]:
    row: dict[str, object] = {}
    for minute, fact in enumerate(facts):
        [change] = ALARM_FOLDS[fact.kind](
            Recorded(fact.kind, fact.body, hall="laon", happened_at=minute, author="agent-1")
        )
        assert isinstance(change, Insert if minute == 0 else Update)
        row |= change.values
    return row


RAISED = alarm_raised("alarm-1", AlarmChange(AlarmTurn.RAISED, PAPER, values={"b": 1, "a": 2}))
CLEARED = alarm_cleared(Alarm("alarm-1", *PAPER), reason="well")


def test_a_raised_alarm_has_not_come_back_and_keeps_its_values_in_one_order():
    row = row_after(RAISED)
    assert row == {
        "id": "alarm-1",
        "kind": "paper_out",
        "subject": "borne-1",
        "hall": "laon",
        "raised_at": 0,
        "returns": 0,
        "told": '{"a": 2, "b": 1}',
    }


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
    assert kinds_of([kind for kind in AlarmKind if kind not in QUIET]) is None
    assert kinds_of(list(AlarmKind)) == frozenset(AlarmKind), "a quiet kind is chosen by name"
    assert not AlarmChoice().includes(AlarmKind.ESTIMATES_OFF, "laon")
    assert kinds_of(["near_end", "paper_out"]) == frozenset({AlarmKind.PAPER_OUT, AlarmKind.NEAR_END})
    chosen = AlarmChoice(kinds_of(["near_end", "paper_out"]))
    assert chosen.as_body()["kinds"] == ["paper_out", "near_end"]
    assert AlarmChoice().as_body()["kinds"] is None


PROSE = Path(__file__).parents[3] / "docs/rules/alarms.md"


def times() -> dict[str, tuple[int, int]]:
    """By kind the seconds of the two last columns."""
    found: dict[str, tuple[int, int]] = {}
    for line in PROSE.read_text(encoding="utf-8").splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")]
        if len(cells) == 6 and cells[0].startswith("`"):
            first, last = (0 if cell == "at once" else int(cell.split()[0]) for cell in cells[4:])
            found |= dict.fromkeys(re.findall(r"`(\w+)`", cells[0]), (first, last))
    return found


@pytest.mark.parametrize("kind", AlarmKind)
def test_an_alarm_is_raised_and_cleared_after_the_times_of_the_prose(kind):
    raised_s, cleared_s = times()[kind]
    assert AlarmRules().raised_after(kind) == timedelta(seconds=raised_s)
    assert AlarmRules().cleared_after(kind) == timedelta(seconds=cleared_s)


def test_a_hall_may_choose_its_own_times_and_thresholds():
    rules = AlarmRules(silent_after_s=7, queue_for_s=8)
    assert rules.raised_after(AlarmKind.SCREEN_SILENT) == timedelta(seconds=7)
    assert rules.raised_after(AlarmKind.QUEUE_LONG) == timedelta(seconds=8)
    usual = AlarmRules()
    assert (usual.unprinted_jobs, usual.queue_people, usual.counter_after_s) == (3, 30, 900)


HOURS = Calendar("UTC", {1: (Span(time(9), time(12)), Span(time(14), time(17)))})  # a Tuesday
CLOSED = datetime(2026, 11, 24, 17, tzinfo=UTC)
LATE = CLOSED + timedelta(minutes=15)
SECOND, TWO_S = timedelta(seconds=1), timedelta(seconds=2)
OPEN = CounterObservation(is_open=True)


@pytest.mark.parametrize(
    ("counter", "now", "sign"),
    [
        (OPEN, LATE, Sign.FAULTY),
        (OPEN, LATE + 60 * SECOND, Sign.FAULTY),
        (OPEN, LATE - SECOND, Sign.WELL),
        (OPEN, CLOSED - timedelta(hours=4), Sign.WELL),  # at noon the day is not over
        (OPEN, LATE + timedelta(days=1), Sign.WELL),  # nothing opened on that day
        (CounterObservation(), LATE, Sign.WELL),
        (CounterObservation(is_open=True, is_serving=True), LATE, Sign.WELL),
        (CounterObservation(is_forgotten=True), CLOSED, Sign.FAULTY),
    ],
)
def test_a_counter_is_forgotten_or_open_long_after_the_last_closing(counter, now, sign):
    assert counter_sign(counter, HOURS, AlarmRules(counter_after_s=900), now).sign is sign


@pytest.mark.parametrize(
    ("ahead_s", "expected"),
    [
        *((3, Observed(Sign.FAULTY, {"behind_s": 3})), (2, Observed(Sign.WELL)), (-60, Observed(Sign.WELL))),
        (None, Observed(Sign.WELL)),
    ],
)
def test_a_clock_is_suspect_more_than_two_seconds_before_the_last_fact(ahead_s, expected):
    last = None if ahead_s is None else CLOSED + ahead_s * SECOND
    assert clock_sign(CLOSED, last, TWO_S) == expected


def test_a_visitor_sent_to_a_closed_counter_makes_it_awaited():
    assert awaited_sign(2, is_open=False) == Observed(Sign.FAULTY, {"count": 2})
    assert awaited_sign(2, is_open=True) == awaited_sign(0, is_open=False) == Observed(Sign.WELL)


@pytest.mark.parametrize(("waiting", "sign"), [(24, Sign.WELL), (25, Sign.UNSURE), (29, Sign.UNSURE)])
def test_a_queue_is_calm_at_four_fifths_of_its_threshold(waiting, sign):
    assert queue_sign(waiting, 30).sign is sign
    assert queue_sign(30, 30) == Observed(Sign.FAULTY, {"count": 30})


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_a_delivery_is_signed_as_standard_webhooks_say():
    secret = secret_of(b"0" * 32)
    assert secret == "whsec_" + base64.b64encode(b"0" * 32).decode()
    headers = signed_headers(secret, "d-1", NOON, b"{}")
    sent = str(int(NOON.timestamp()))
    mac = hmac.new(b"0" * 32, f"d-1.{sent}.{{}}".encode(), hashlib.sha256).digest()
    assert headers == {
        "webhook-id": "d-1",
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }


@pytest.mark.parametrize(
    ("tries", "after_s"), [(1, 10), (2, 30), (3, 120), (4, 600), (5, 1800), (6, 3600), (7, 3600), (30, 3600)]
)
def test_a_delivery_that_failed_is_tried_again_ever_later(tries, after_s):
    assert next_try(NOON, tries, NOON) == NOON + timedelta(seconds=after_s)


def test_a_delivery_is_given_up_after_a_day():
    last = NOON + timedelta(hours=23)
    assert next_try(NOON, 9, last) == NOON + timedelta(hours=24)
    assert next_try(NOON, 9, last + timedelta(seconds=1)) is None


def test_a_key_near_its_end_is_announced_thirty_seven_and_one_day_before():
    def announced(days: float) -> list[str]:
        ends_at = BEGUN + timedelta(days=days)
        signs = key_sign("k", "read", ends_at, BEGUN, is_used_after=False)
        return [subject for (_, subject), _ in signs]

    assert announced(30.1) == []
    subjects = [[f"k/{days}"] for days in (30, 30, 7, 7, 1)]
    assert [announced(days) for days in (30, 7.1, 7, 1.1, 1)] == subjects
