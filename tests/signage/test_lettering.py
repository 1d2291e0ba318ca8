"""Letters: their height in millimetres, from how far they are read, and how much they grow."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signage.lettering import (
    LARGEST_SCALE,
    SMALLEST_PX,
    TEXT_PX,
    Layout,
    LettersTooSmall,
    least_px,
    legible_at_m,
    letter_mm,
    text_scale,
)

FIFTY_FIVE_INCHES = 139.7
LAYOUTS: tuple[Layout, ...] = get_args(Layout.__value__)


def test_the_letters_of_the_sketch_are_as_high_as_the_design_says():
    assert letter_mm(1 / 0.67, FIFTY_FIVE_INCHES) == pytest.approx(0.634, abs=0.001)
    assert legible_at_m(216, FIFTY_FIVE_INCHES) == pytest.approx(18.4, abs=0.1)
    assert legible_at_m(190, FIFTY_FIVE_INCHES) == pytest.approx(16.1, abs=0.1)
    assert legible_at_m(TEXT_PX, FIFTY_FIVE_INCHES) == pytest.approx(6.5, abs=0.1)


def test_near_readers_get_the_letters_of_the_sketch_and_far_ones_larger():
    assert text_scale(140, 6, "hall") == 1
    assert text_scale(140, 8, "hall") == pytest.approx(1.24)


def test_a_screen_that_is_too_small_for_its_hall_says_how_far_it_can_be_read():
    with pytest.raises(LettersTooSmall) as refused:
        text_scale(81, 8, "hall")
    assert refused.value.farthest_m == 5
    assert text_scale(81, 5, "hall") > 1


@given(diagonal_cm=st.integers(25, 300), viewing_m=st.integers(1, 40))
def test_notices_are_as_small_as_the_last_reader_can_read_and_no_smaller(diagonal_cm: int, viewing_m: int):
    px = least_px(diagonal_cm, viewing_m)
    assert px >= SMALLEST_PX
    assert legible_at_m(px, diagonal_cm) >= viewing_m - 1e-9
    assert px == SMALLEST_PX or legible_at_m(px - 1, diagonal_cm) < viewing_m


@given(diagonal_cm=st.integers(25, 300), viewing_m=st.integers(1, 40), layout=st.sampled_from(LAYOUTS))
def test_every_accepted_screen_is_readable_from_the_declared_distance(
    diagonal_cm: int, viewing_m: int, layout: Layout
):
    if legible_at_m(TEXT_PX * LARGEST_SCALE[layout], diagonal_cm) < viewing_m:
        with pytest.raises(LettersTooSmall) as refused:
            text_scale(diagonal_cm, viewing_m, layout)
        assert refused.value.farthest_m < viewing_m
        return
    scale = text_scale(diagonal_cm, viewing_m, layout)
    assert 1 <= scale <= LARGEST_SCALE[layout] + 0.01
    assert legible_at_m(TEXT_PX * scale, diagonal_cm) >= viewing_m


@pytest.mark.parametrize(
    ("layout", "farthest_m"), [("hall", 9), ("corridor", 9), ("counter", 12), ("window", 9), ("calls", 11)]
)
def test_each_layout_says_how_far_it_can_be_read(layout: Layout, farthest_m: int):
    with pytest.raises(LettersTooSmall) as refused:
        text_scale(140, 40, layout)
    assert refused.value.farthest_m == farthest_m
    assert LARGEST_SCALE == {"hall": 1.4, "corridor": 1.5, "counter": 2.0, "window": 1.5, "calls": 1.8}


def test_no_letter_is_smaller_than_56_px():
    assert least_px(300, 1) == SMALLEST_PX == 56
