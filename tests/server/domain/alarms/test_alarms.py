"""Alarms: a fault that lasts is one alarm, one that flickers is one alarm, and calm ends it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from server.domain.alarms.alarms import (
    CALM_AFTER_RETURN,
    GONE,
    RETURNS_WITHIN,
    Alarm,
    AlarmChange,
    AlarmKind,
    AlarmRules,
    AlarmTurn,
    Memory,
    Observed,
    Sign,
    Watched,
    decide,
)
from server.domain.alarms.signs import (
    PrinterObservation,
    presence_sign,
    printer_signs,
    queue_sign,
    unprinted_after,
)

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
    assert [turn for turn, _, _ in hall.told] == [AlarmTurn.RAISED, AlarmTurn.CLEARED, AlarmTurn.RETURNED][
        : len(hall.told)
    ]


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


def test_a_fault_back_soon_is_the_same_alarm_which_then_asks_for_a_longer_calm():
    hall = Watching()
    hall.look({PAPER: FAULTY})
    hall.look({PAPER: WELL})
    hall.look({PAPER: WELL})
    assert hall.look({PAPER: FAULTY}, 60) == [AlarmTurn.RETURNED]
    assert hall.alarms[PAPER].returns == 1
    hall.look({PAPER: WELL})
    assert hall.look({PAPER: WELL}, CALM_AFTER_RETURN.total_seconds() - 1) == []
    assert hall.look({PAPER: WELL}, 1) == [AlarmTurn.CLEARED]
    assert hall.look({PAPER: FAULTY}, RETURNS_WITHIN.total_seconds() + 1) == [AlarmTurn.RAISED]


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
    off = replace(RULES, off=frozenset({AlarmKind.PAPER_OUT}))
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


@given(st.integers(0, 600), st.integers(1, 500))
def test_a_queue_is_calm_again_below_its_threshold_not_at_it(waiting: int, most: int):
    sign = queue_sign(waiting, most).sign
    assert (sign is Sign.FAULTY) == (waiting >= most)
    assert queue_sign(most - 1, most).sign is not Sign.FAULTY
    assert queue_sign(0, most).sign is Sign.WELL
