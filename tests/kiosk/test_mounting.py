"""The band of a screen that hands reach, between 0.90 and 1.22 m above the floor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.mounting import SMALLEST_BAND_PX, BandOffScreen, low_band


def test_a_floor_standing_portrait_screen_has_the_whole_band():
    band = low_band(780, 27, width_px=1080, height_px=1920)
    px_per_mm = 1920 / 597.7  # 27 inches, 9:16
    assert band.bottom_px == pytest.approx(1920 - 120 * px_per_mm, abs=2)
    assert band.bottom_px - band.top_px == pytest.approx(320 * px_per_mm, abs=2)
    shares = band.as_message()
    assert (shares["top"], shares["bottom"]) == pytest.approx((0.264, 0.799), abs=0.001)


def test_a_small_screen_inside_the_band_is_all_in_reach():
    band = low_band(950, 10, width_px=800, height_px=1280)
    assert (band.top_px, band.bottom_px) == (0, 1280)


@pytest.mark.parametrize("lower_edge_mm", [0, 250, 1150, 1300, 2200])
def test_a_mounting_that_leaves_the_band_off_the_screen_is_refused(lower_edge_mm):
    with pytest.raises(BandOffScreen, match="px of the screen lie between 900 and 1220 mm"):
        low_band(lower_edge_mm, 27)


@pytest.mark.parametrize("wrong", [(-1, 27), (3001, 27), (800, 0), (800, 4), (800, 200), (float("nan"), 27)])
def test_a_screen_that_cannot_exist_is_refused(wrong):
    with pytest.raises(ValueError, match=r"mm is not|no screen has"):
        low_band(*wrong)


@given(
    st.floats(500, 1100),
    st.floats(7, 65),
    st.sampled_from([(1080, 1920), (1920, 1080), (1280, 800), (800, 1280), (3840, 2160)]),
)
def test_a_mounting_is_refused_or_every_row_of_its_band_is_in_reach(lower_edge_mm, diagonal_in, size):
    width_px, height_px = size
    try:
        band = low_band(lower_edge_mm, diagonal_in, width_px=width_px, height_px=height_px)
    except BandOffScreen:
        return
    height_mm = diagonal_in * 25.4 * height_px / (width_px**2 + height_px**2) ** 0.5

    def above_floor_mm(row_px):
        return lower_edge_mm + height_mm * (1 - row_px / height_px)

    assert 0 <= band.top_px < band.bottom_px <= height_px
    assert band.bottom_px - band.top_px >= SMALLEST_BAND_PX
    assert above_floor_mm(band.top_px) <= 1220 + 1e-6
    assert above_floor_mm(band.bottom_px) >= 900 - 1e-6
