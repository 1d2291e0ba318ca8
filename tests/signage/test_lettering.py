"""Letters: their height in millimetres and how much they grow; a font an office sends is used or refused."""

from io import BytesIO
from pathlib import Path
from typing import get_args

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable
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
    module_px,
    text_scale,
)
from signage.media import MediaLimits, MediumRefused, Prepared, prepare
from signage.media.fonts import NEEDED
from tests.harness.programs import PROJECT
from tests.signage.media.uploads import put

FIFTY_FIVE_INCHES = 139.7
LAYOUTS: tuple[Layout, ...] = get_args(Layout.__value__)


def test_the_modules_of_a_code_are_twelve_millimetres_to_be_scanned_from_three_metres():
    assert module_px(FIFTY_FIVE_INCHES) == 19
    assert module_px(81) > 12 / letter_mm(1 / 0.67, 81) > module_px(81) - 1


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
    ("layout", "farthest_m"),
    [("hall", 9), ("corridor", 9), ("counter", 12), ("window", 9), ("calls", 11), ("door", 9)],
)
def test_each_layout_says_how_far_it_can_be_read(layout: Layout, farthest_m: int):
    with pytest.raises(LettersTooSmall) as refused:
        text_scale(140, 40, layout)
    assert refused.value.farthest_m == farthest_m
    assert LARGEST_SCALE == {
        "hall": 1.4,
        "corridor": 1.5,
        "counter": 2.0,
        "window": 1.5,
        "calls": 1.8,
        "door": 1.4,
    }


def test_no_letter_is_smaller_than_56_px():
    assert least_px(300, 1) == SMALLEST_PX == 56


# --- a font becomes what pages use of it, or is refused ---------------------------------------


VARIABLE = (
    PROJECT
    / "node_modules/@fontsource-variable/atkinson-hyperlegible-next/files"
    / "atkinson-hyperlegible-next-latin-wght-normal.woff2"
)
EM = 1000


def font(
    letters: str = NEEDED,
    *,
    capital: int = 700,
    width: int = 600,
    fs_type: int = 0,
    flavor: str | None = None,
) -> bytes:
    """A font whose letters are all the same block, `capital` high and `width` wide (thousandths of an em)."""
    names = [".notdef", "space", *(f"u{ord(letter):04X}" for letter in letters)]
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for place in ((50, capital), (width - 50, capital), (width - 50, 0)):
        pen.lineTo(place)
    pen.closePath()
    block, empty = pen.glyph(), TTGlyphPen(None).glyph()
    builder = FontBuilder(EM, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x20: "space", **{ord(letter): f"u{ord(letter):04X}" for letter in letters}})
    builder.setupGlyf({name: empty if name in names[:2] else block for name in names})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (width, 50)))
    builder.setupHorizontalHeader(ascent=900, descent=-200)
    builder.setupNameTable({"familyName": "Essai", "styleName": "Regular", "manufacturer": "Quelqu’un"})
    builder.setupOS2(sTypoAscender=900, fsType=fs_type)
    builder.setupPost()
    builder.font.flavor = flavor
    written = BytesIO()
    builder.save(written)
    return written.getvalue()


def prepared(folder: Path, content: bytes) -> Prepared:
    return prepare(put(folder, content, "font"), folder)


@pytest.mark.parametrize("flavor", [None, "woff", "woff2"])
def test_a_font_of_any_usual_form_becomes_woff2_with_a_sample(tmp_path: Path, flavor: str | None) -> None:
    found = prepared(tmp_path, font(flavor=flavor))
    assert (found.kind, [file.role for file in found.files]) == ("font", ["page", "thumbnail"])
    written = TTFont(tmp_path / found.files[0].name)
    assert written.flavor == "woff2"
    assert {ord(sign) for sign in NEEDED} <= set(written.getBestCmap())


def test_tables_that_draw_no_letter_are_dropped(tmp_path: Path) -> None:
    source = TTFont(BytesIO(font()))
    source["SVG "] = svg = newTable("SVG ")
    svg.docList = [("<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>", 2, 2)]
    written = BytesIO()
    source.save(written)
    found = prepared(tmp_path, written.getvalue())
    kept = TTFont(tmp_path / found.files[0].name)
    assert "SVG " not in kept
    assert "Quelqu’un" not in [str(name) for name in kept["name"].names]


def test_a_font_of_several_weights_becomes_a_regular_and_a_bold_one(tmp_path: Path) -> None:
    found = prepared(tmp_path, VARIABLE.read_bytes())
    assert [file.role for file in found.files] == ["page", "bold", "thumbnail"]
    regular, bold = (TTFont(tmp_path / file.name) for file in found.files[:2])
    assert ("fvar" in regular, "fvar" in bold) == (False, False)
    assert regular["hmtx"]["H"] != bold["hmtx"]["H"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (font(NEEDED.replace("é", "").replace("Œ", "")), "medium_font_letters"),
        (font(capital=600), "medium_font_small"),
        (font(width=750), "medium_font_wide"),
        (font(fs_type=2), "medium_font_locked"),
        (font()[:900], "medium_broken"),
        (b"wOF2" + bytes(4000), "medium_broken"),
    ],
)
def test_a_font_that_would_not_be_read_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(MediumRefused) as refused:
        prepared(tmp_path, content)
    assert refused.value.code == code
    assert [path.name for path in tmp_path.iterdir()] == ["font"]


def test_the_refusal_names_the_letters_that_are_missing(tmp_path: Path) -> None:
    with pytest.raises(MediumRefused) as refused:
        prepared(tmp_path, font(NEEDED.replace("é", "").replace("Œ", "")))
    assert refused.value.details == {"letters": "Œ é"}


def test_a_font_file_has_a_largest_size(tmp_path: Path) -> None:
    with pytest.raises(MediumRefused) as refused:
        prepare(put(tmp_path, font(), "font"), tmp_path, MediaLimits(font_bytes=1_000))
    assert refused.value.code == "medium_font_too_large"
