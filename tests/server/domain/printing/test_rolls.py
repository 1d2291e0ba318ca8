"""How many papers are left on a roll: counted, learnt from earlier rolls, reported by the sensor."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.status import PrinterState
from server.domain.printing.printers import (
    FEWEST_PAPERS,
    LEARNT_FROM,
    USUAL_PAPERS,
    USUAL_RESERVE,
    EndedRoll,
    Roll,
    learnt,
    paper_left,
    roll_after,
)

ENDED = st.builds(
    lambda papers, low, end: EndedRoll(papers, min(low, papers) if low is not None else None, end),
    st.integers(0, 900),
    st.none() | st.integers(0, 900),
    st.sampled_from(["out", "changed"]),
)
STATES = st.sampled_from([str(state) for state in PrinterState])


def used_up(papers: int, low_at: int | None = None) -> EndedRoll:
    return EndedRoll(papers, low_at, "out")


def through(roll: Roll, *states: str) -> Roll:
    for state in states:
        roll, _ = roll_after(roll, state)
    return roll


@given(ended=st.lists(ENDED, max_size=8), papers=st.integers(0, 900), low=st.booleans())
def test_papers_left_shrink_with_each_paper_and_are_zero_only_when_the_printer_says_so(ended, papers, low):
    capacity = learnt(ended, paper_mm=80)
    roll = Roll(papers, low_at=papers if low else None)
    left = paper_left(roll, capacity)
    assert 1 <= left.papers <= max(capacity.papers, capacity.reserve)
    assert paper_left(replace(roll, papers=papers + 1), capacity).papers <= left.papers
    assert paper_left(through(roll, "paper_out"), capacity).papers == 0


@given(st.integers(FEWEST_PAPERS, 900), st.integers(0, 900), st.integers(1, LEARNT_FROM))
def test_the_length_of_equal_rolls_is_learnt_exactly(length: int, papers: int, rolls: int):
    capacity = learnt([used_up(length)] * rolls, paper_mm=80)
    assert capacity.is_learnt
    assert paper_left(Roll(papers), capacity).papers == max(1, length - papers)


@given(st.lists(ENDED, max_size=8), st.integers(1, 900))
def test_a_roll_that_is_changed_early_never_makes_the_next_ones_shorter(ended, papers: int):
    before = learnt(ended[: LEARNT_FROM - 1], paper_mm=80)
    after = learnt([EndedRoll(papers, None, "changed"), *ended[: LEARNT_FROM - 1]], paper_mm=80)
    assert after.papers >= before.papers


@given(st.lists(STATES, max_size=12), st.integers(0, 50))
def test_a_roll_ends_only_with_paper_that_may_print(states: list[str], papers: int):
    roll = Roll(papers)
    for state in states:
        roll, end = roll_after(roll, state)
        if end is not None:
            assert state in ("ready", "near_end")
            assert roll.papers == 0


def test_before_anything_is_learnt_a_roll_has_the_usual_papers_of_its_width():
    for width, papers in USUAL_PAPERS.items():
        capacity = learnt([], paper_mm=width)
        assert (capacity.is_learnt, paper_left(Roll(), capacity).papers) == (False, papers)


def test_a_roll_changed_after_a_few_papers_teaches_nothing():
    assert not learnt([used_up(FEWEST_PAPERS - 1)], paper_mm=80).is_learnt


def test_the_number_of_papers_after_the_near_end_is_learnt_too():
    capacity = learnt([used_up(600, low_at=560), used_up(600, low_at=555)], paper_mm=80)
    assert capacity.reserve == 40
    roll = through(Roll(300), "near_end")
    assert paper_left(roll, capacity).papers == 40
    assert paper_left(replace(roll, papers=315), capacity).papers == 25
    assert paper_left(roll, capacity).is_low
    assert learnt([], paper_mm=80).reserve == USUAL_RESERVE


def test_a_printer_with_a_sensor_has_its_reserve_while_the_sensor_is_silent():
    capacity = learnt([used_up(600, low_at=560)], paper_mm=80)
    assert paper_left(Roll(590), capacity).papers == 40
    assert paper_left(Roll(590), learnt([used_up(600)], paper_mm=80)).papers == 10


def test_paper_present_again_is_another_roll():
    roll = through(Roll(600, low_at=560), "paper_out", "cover_open")
    assert roll_after(roll, "ready") == (Roll(), "out")
    assert roll_after(roll, "near_end") == (Roll(low_at=0), "out")


def test_paper_changed_before_its_end_is_another_roll_and_a_sensor_that_wavers_is_not():
    low = through(Roll(560), "near_end")
    assert roll_after(low, "ready") == (low, None)
    assert roll_after(through(low, "cover_open"), "near_end")[1] is None
    assert roll_after(through(low, "cover_open"), "ready") == (Roll(), "changed")


@pytest.mark.parametrize("state", ["unreachable", "mute", "cutter", "error", "offline"])
def test_a_printer_that_says_nothing_of_its_paper_changes_nothing(state: str):
    for roll in (Roll(10), Roll(10, low_at=5, was_opened=True), Roll(10, is_out=True)):
        assert roll_after(roll, state) == (roll, None)


def test_a_near_end_reported_at_the_first_paper_teaches_no_reserve():
    whole = FEWEST_PAPERS + 200
    assert learnt([used_up(whole, 0)], paper_mm=80).reserve == USUAL_RESERVE
    assert learnt([used_up(whole, 0), used_up(whole, whole - 7)], paper_mm=80).reserve == 7
    assert learnt([used_up(whole, 1)], paper_mm=80).reserve == whole - 1


def test_a_roll_without_history_has_the_usual_number_of_papers():
    assert {width: learnt([], paper_mm=width).papers for width in (58, 80)} == {58: 215, 80: 590}
