"""Contrast, and the nearest colour that can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.documents.brand import Colours, contrast, is_readable, is_red, nearest_readable
from server.documents.problems import DocumentRefused
from server.documents.reading import parse_installation
from tests.server.documents.contents import changed, small_installation

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#ff0000", "#ffffff", 4.0),
        ("#10263a", "#10263a", 1),
    ],
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


@given(colours, st.sampled_from(["#ffffff", "#fbfaf6", "#10263a", "#000000"]))
def test_a_readable_colour_is_always_found_on_a_light_or_dark_ground(colour, ground):
    nearest = nearest_readable(colour, (ground,))
    assert nearest is not None
    assert contrast(nearest, ground) >= 7
    assert not is_readable(colour, (ground,)) or nearest == colour


@given(colours, colours)
def test_a_suggestion_passes_or_there_is_none(colour, ground):
    nearest = nearest_readable(colour, (ground,))
    assert nearest is None or is_readable(nearest, (ground,))


def test_nothing_reads_on_a_middle_grey():
    assert nearest_readable("#000000", ("#777777",)) is None


def test_the_neutral_theme_passes_its_own_rule():
    assert Colours() == Colours(ink="#10263a", action="#00564d")


@given(colours, st.sampled_from(["ink", "action"]))
def test_a_refused_brand_colour_comes_with_an_accepted_one(colour, role):
    content = changed(small_installation(), "brand.colours", {role: colour})
    try:
        parse_installation(content)
    except DocumentRefused as refused:
        (problem,) = refused.problems
        if is_red(colour):
            assert problem.code == "colour_of_alert"
            return
        assert problem.code == "contrast"
        parse_installation(changed(content, f"brand.colours.{role}", problem.values["nearest"]))


def test_the_ink_must_also_read_under_the_colour_of_a_call():
    content = changed(small_installation(), "brand.colours", {"ink": "#404040"})
    with pytest.raises(DocumentRefused) as refused:
        parse_installation(content)
    nearest = refused.value.problems[0].values["nearest"]
    assert contrast("#404040", "#fbfaf6") > 7 > contrast("#404040", "#ffc93d")
    assert contrast(nearest, "#ffc93d") >= 7
