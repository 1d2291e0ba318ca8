"""The state of a printer: its last answer, or unknown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.status import PrinterState
from server.domain.printing.printers import (
    FEWEST_PAPERS,
    LEARNT_FROM,
    PRINTING,
    USUAL_PAPERS,
    USUAL_RESERVE,
    EndedRoll,
    PrinterNetworks,
    PrinterSighting,
    Roll,
    UndeliveredJob,
    check_number,
    is_read,
    learnt,
    may_be_handed_on,
    may_have_printers,
    may_print,
    network_around,
    network_text,
    paper_left,
    roll_after,
    state_now,
)

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def test_a_printer_without_a_recent_answer_is_unknown():
    sighting = PrinterSighting("ready", NOW, NOW)
    assert state_now(sighting, NOW + timedelta(seconds=60)) == "ready"
    assert state_now(sighting, NOW + timedelta(seconds=61)) == "unknown"
    assert state_now(None, NOW) == "unknown"
    assert may_print(sighting, NOW)
    assert not may_print(sighting, NOW + timedelta(seconds=61))


def test_the_states_that_print_are_those_of_the_printer():
    assert {str(state) for state in PrinterState if state.may_print} == PRINTING


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


NETWORKS = PrinterNetworks(("192.0.2.0/24", "2001:db8:1::/64"))


@pytest.mark.parametrize(
    ("host", "address", "is_reached"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("printer.example", "2001:db8:1::7", True),
        ("printer.example", "198.51.100.7", False),
        ("printer.example", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("127.1", "127.0.0.1", False),
    ],
)
def test_a_printer_is_reached_in_declared_networks_only(host: str, address: str, is_reached: bool):
    assert NETWORKS.reach_of(host).holds(address) is is_reached


def test_this_machine_has_printers_in_a_demonstration_only():
    assert not NETWORKS.may_be_configured("127.0.0.1")
    assert PrinterNetworks(has_loopback=True).may_be_configured("::1")


def test_a_name_may_be_configured_where_a_network_is_declared():
    assert NETWORKS.may_be_configured("printer.example")
    assert not PrinterNetworks().may_be_configured("printer.example")


@pytest.mark.parametrize(
    ("network", "may_be"),
    [
        ("10.0.0.0/8", True),
        ("fd00:1::/48", True),
        ("8.0.0.0/7", False),
        ("127.0.0.0/8", False),
        ("169.254.0.0/16", False),
        ("::1/128", False),
        ("fe80::/64", False),
        ("::ffff:0:0/112", False),
    ],
)
def test_a_declared_network_is_no_wider_than_needed_and_never_this_machine(network: str, may_be: bool):
    assert may_have_printers(network) is may_be


def test_a_network_is_kept_by_its_first_address_and_proposed_around_a_printer():
    assert network_text(" 192.0.2.7/24 ") == "192.0.2.0/24"
    assert network_around("192.0.2.7") == "192.0.2.0/24"
    assert network_around("printer.example") is None
    assert network_around("127.0.0.1") is None


SATURDAY = datetime(2026, 11, 28, 9, tzinfo=UTC)
REFUSED = UndeliveredJob("queued", "refused", paper="ticket", was_handed_on=False)
READY = PrinterSighting("ready", SATURDAY, SATURDAY)


def test_a_refused_job_goes_to_a_printer_that_prints():
    for state in ("ready", "near_end", "not_taken"):
        assert may_be_handed_on(REFUSED, PrinterSighting(state, SATURDAY, SATURDAY), SATURDAY)


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "unknown", "state": "done"},
        {"verdict": "held", "state": "sending"},
        {"verdict": "refused", "state": "sending"},
        {"verdict": "refused", "state": "cancelled"},
        {"verdict": "printed", "state": "done"},
        {"verdict": None},
        {"was_handed_on": True},
        {"paper": "trial"},
    ],
)
def test_a_job_that_may_be_on_paper_or_belongs_to_its_printer_stays(change: dict[str, Any]):
    assert not may_be_handed_on(replace(REFUSED, **change), READY, SATURDAY)


def test_a_printer_that_is_not_known_to_print_gets_nothing():
    assert not may_be_handed_on(REFUSED, None, SATURDAY)
    assert not may_be_handed_on(REFUSED, PrinterSighting("paper_out", SATURDAY, SATURDAY), SATURDAY)
    assert not may_be_handed_on(REFUSED, READY, SATURDAY + timedelta(seconds=61))


@given(st.uuids(), st.integers(0, 999))
def test_only_the_three_digits_of_the_job_itself_are_right(job: UUID, typed: int):
    number = check_number(str(job))
    assert number.isdecimal()
    assert 100 <= int(number) <= 999
    assert is_read(str(job), f" {number[0]} {number[1:]}\t")
    assert is_read(str(job), str(typed)) == (str(typed) == number)


def test_every_number_from_100_to_999_is_given():
    numbers = {check_number(str(UUID(int=each))) for each in range(900)}
    assert numbers == {str(each) for each in range(100, 1_000)}
