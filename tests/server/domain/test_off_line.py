"""Presses answered off line: whatever two clocks say, an instant is possible, and doubted if it must be."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.tickets import PaperNumber, Series
from server.domain.visits.off_line import (
    LONGEST_AGE_S,
    OLDEST,
    Clocks,
    Pressed,
    Standing,
    next_own_rank,
    standing_of,
    true_instant,
)

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
BEGAN = NOON - timedelta(days=300)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
offsets = st.timedeltas(-timedelta(days=2000), timedelta(days=2000))
possible = st.timedeltas(timedelta(0), OLDEST)


@given(at=instants, kiosk=instants, age_s=st.none() | st.floats(-LONGEST_AGE_S, LONGEST_AGE_S))
def test_the_instant_of_a_press_is_possible_whatever_its_kiosk_says(
    at: datetime, kiosk: datetime, age_s: float | None
):
    for earliest in (BEGAN, NOON - timedelta(hours=1), NOON + timedelta(days=1)):
        found = true_instant(Pressed(at, age_s), Clocks(NOON, kiosk, earliest))
        assert min(max(earliest, NOON - OLDEST), NOON) <= found.at <= NOON


@given(ago=possible, offset=offsets, jump=offsets)
def test_a_press_has_its_true_instant_however_wrong_the_clock_of_its_kiosk_is(
    ago: timedelta, offset: timedelta, jump: timedelta
):
    """By the clock while it ran on; by the age also where somebody set the clock since."""
    true = NOON - ago
    by_clock = true_instant(Pressed(true + offset, None), Clocks(NOON, NOON + offset, BEGAN))
    assert (by_clock.at, by_clock.is_suspect) == (true, False)
    by_age = true_instant(Pressed(true + jump, ago.total_seconds()), Clocks(NOON, NOON + offset, BEGAN))
    assert abs(by_age.at - true) <= timedelta(microseconds=50)


@given(beyond=st.timedeltas(timedelta(seconds=1), timedelta(days=900)))
def test_an_impossible_instant_is_doubted(beyond: timedelta):
    clocks = Clocks(NOON, NOON, NOON - timedelta(hours=3))
    for said, nearest in (
        (NOON + beyond, NOON),
        (NOON - timedelta(hours=3) - beyond, NOON - timedelta(hours=3)),
    ):
        for age_s in (None, (NOON - said).total_seconds()):
            found = true_instant(Pressed(said, age_s), clocks)
            assert (found.at, found.is_suspect) == (nearest, True)


@given(ages=st.lists(st.floats(0, OLDEST.total_seconds()), min_size=2))
def test_presses_keep_their_order(ages: list[float]):
    clocks = Clocks(NOON, NOON, BEGAN)
    in_order = sorted(ages, reverse=True)
    found = [true_instant(Pressed(NOON, age_s), clocks).at for age_s in in_order]
    assert found == sorted(found)


ranks = st.integers(1, 99_999)


@given(first=ranks, more=st.integers(0, 999), highest=st.none() | ranks)
def test_the_next_rank_of_a_kiosk_is_above_all_that_were_given(first: int, more: int, highest: int | None):
    series = Series("HL", first, min(first + more, 99_999))
    found = next_own_rank(highest, series)
    assert found >= series.first
    assert highest is None or found > highest


@given(rank=ranks, other=ranks)
def test_the_number_on_paper_wins(rank: int, other: int):
    paper = PaperNumber("HL", rank, "one")
    assert standing_of(paper, None) is Standing.NEW
    assert standing_of(paper, PaperNumber("A", other, "epoch")) is Standing.SUPERSEDES
    again = standing_of(paper, PaperNumber("HL", other, "two"))
    assert again is (Standing.MERGED if rank == other else Standing.SUPERSEDES)
