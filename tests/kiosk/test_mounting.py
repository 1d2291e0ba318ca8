"""The band of a screen that hands reach, between 0.90 and 1.22 m above the floor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.mounting import SMALLEST_BAND_PX, BandOffScreen, low_band, orientation


def test_a_floor_standing_portrait_screen_has_the_whole_band():
    band = low_band(78, 69, width_px=1080, height_px=1920)
    px_per_cm = 1920 / 60.14  # 69 cm, 9:16
    assert band.bottom_px == pytest.approx(1920 - 12 * px_per_cm, abs=2)
    assert band.bottom_px - band.top_px == pytest.approx(32 * px_per_cm, abs=2)
    shares = band.as_message()
    assert (shares["top"], shares["bottom"]) == pytest.approx((0.268, 0.800), abs=0.001)


def test_a_small_screen_inside_the_band_is_all_in_reach():
    band = low_band(95, 25, width_px=800, height_px=1280)
    assert (band.top_px, band.bottom_px) == (0, 1280)


@pytest.mark.parametrize("lower_edge_cm", [0, 25, 115, 130, 220])
def test_a_mounting_that_leaves_the_band_off_the_screen_is_refused(lower_edge_cm):
    with pytest.raises(BandOffScreen, match="px of the screen lie between 90 and 122 cm"):
        low_band(lower_edge_cm, 69)


@pytest.mark.parametrize("wrong", [(-1, 69), (301, 69), (80, 0), (80, 12), (80, 500), (float("nan"), 69)])
def test_a_screen_that_cannot_exist_is_refused(wrong):
    with pytest.raises(ValueError, match=r"cm is not|no screen has"):
        low_band(*wrong)


@given(
    st.floats(50, 110),
    st.floats(18, 165),
    st.sampled_from([(1080, 1920), (1920, 1080), (1280, 800), (800, 1280), (3840, 2160)]),
)
def test_a_mounting_is_refused_or_every_row_of_its_band_is_in_reach(lower_edge_cm, diagonal_cm, size):
    width_px, height_px = size
    try:
        band = low_band(lower_edge_cm, diagonal_cm, width_px=width_px, height_px=height_px)
    except BandOffScreen:
        return
    height_cm = diagonal_cm * height_px / (width_px**2 + height_px**2) ** 0.5

    def above_floor_cm(row_px):
        return lower_edge_cm + height_cm * (1 - row_px / height_px)

    assert 0 <= band.top_px < band.bottom_px <= height_px
    assert band.bottom_px - band.top_px >= SMALLEST_BAND_PX
    assert above_floor_cm(band.top_px) <= 122 + 1e-7
    assert above_floor_cm(band.bottom_px) >= 90 - 1e-7


def test_a_square_picture_is_laid_out_as_portrait():
    assert [orientation(1080, 1920), orientation(1000, 1000)] == ["portrait", "portrait"]
    assert orientation(1920, 1080) == "landscape"
