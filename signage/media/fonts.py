"""Fonts: read, checked, and written again as WOFF2 with only the tables that draw letters.

Readers in the last seat depend on the letters (design rule 3): a font whose capitals are too small
for the sizes that screens compute, whose figures are too wide for a number, or that lacks letters of French
is refused. Hints, pictures, programs and names of other makers' tools do not pass.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer
from PIL import Image, ImageDraw, ImageFont

from signage.media import FileRole, MediaLimits, MediumRefused, Prepared, PreparedFile
from signage.media.images import thumbnail, write_file

NEEDED = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜàâæçéèêëîïôœùûüÿÑñ.,;:!?'’«»()-–—/&%€·…"
)
"""What a font must draw: French, the figures, and the signs of the product's sentences."""
KEPT = (range(0x20, 0x250), range(0x2B0, 0x530), range(0x1E00, 0x2200), range(0x2200, 0x2300))
"""Code points that are kept where a font has them: Latin, Greek, Cyrillic, signs. Arabic has its own font."""
TABLES = frozenset(
    [
        *("GlyphOrder", "head", "hhea", "maxp", "hmtx", "OS/2", "name", "cmap", "post"),
        *("glyf", "loca", "CFF ", "GSUB", "GPOS", "GDEF", "kern"),
    ]
)
"""The tables that draw and space letters; all others of a font are left out."""
LEAST_CAPITAL = 0.65
"""Height of a capital in em; the sizes of screens count on 0.67 (`signage.lettering`)."""
WIDEST_FIGURE = 0.68
"""Width of a figure in em: five of them are a number."""
WEIGHTS: dict[FileRole, float] = {"page": 400.0, "bold": 700.0}
_RESTRICTED = 0x0002
_SAMPLE = "Aé 042"
_SAMPLE_SIZE = (480, 240)
_MOST_LISTED = 12


def prepare_font(source: Path, folder: Path, limits: MediaLimits) -> Prepared:
    """A font as pages use it, in the folder: a regular one, a bold one where its weight varies, a sample.

    Raises MediumRefused: medium_font_too_large, medium_broken, medium_font_locked, medium_font_letters,
    medium_font_small, medium_font_wide, storage_full.
    """
    if source.stat().st_size > limits.font_bytes:
        raise MediumRefused("medium_font_too_large", megabytes=limits.font_bytes // 1_000_000)
    try:
        content = source.read_bytes()
        weights = [weight for weight in WEIGHTS if weight == "page" or _varies(content)]
        faces = {weight: _face(content, weight) for weight in weights}
        files = [_written(face, weight, folder) for weight, face in faces.items()]
        return Prepared("font", (*files, thumbnail(_sample(faces["page"]), folder, limits.thumbnail_side)))
    except (MediumRefused, MemoryError):
        raise
    except OSError as error:
        if error.errno is not None:
            raise
        raise MediumRefused("medium_broken") from error
    except Exception as error:
        # a reader of fonts may fail on hostile bytes in any way
        raise MediumRefused("medium_broken") from error


def _varies(content: bytes) -> bool:
    with TTFont(BytesIO(content), lazy=True) as font:
        return "fvar" in font and any(axis.axisTag == "wght" for axis in font["fvar"].axes)


def _face(content: bytes, weight: FileRole) -> bytes:
    """One checked weight of the font with only the tables that draw letters, as TTF or OTF."""
    font = TTFont(BytesIO(content), recalcTimestamp=False)
    if "fvar" in font:
        axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
        wght = next((axis for axis in font["fvar"].axes if axis.axisTag == "wght"), None)
        if wght is not None:
            axes["wght"] = min(max(WEIGHTS[weight], wght.minValue), wght.maxValue)
        font = instancer.instantiateVariableFont(font, axes, inplace=True)
    for tag in set(font.keys()) - TABLES:
        del font[tag]
    _check(font)
    options = subset.Options(
        hinting=False, notdef_outline=True, name_IDs=[1, 2], name_languages=[0x409], recalc_timestamp=False
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for codes in KEPT for code in codes])
    subsetter.subset(font)
    font.flavor = None  # the metadata of a WOFF file is dropped too
    plain = BytesIO()
    font.save(plain)
    return plain.getvalue()


def _check(font: TTFont) -> None:
    letters: dict[int, str] = font.getBestCmap() or {}
    glyphs = font.getGlyphSet()
    drawn = {sign: letters.get(ord(sign)) for sign in NEEDED}
    missing = [sign for sign, name in drawn.items() if name is None or _bounds(glyphs, name) is None]
    if missing:
        raise MediumRefused("medium_font_letters", letters=" ".join(missing[:_MOST_LISTED]))
    if font["OS/2"].fsType & 0x000F == _RESTRICTED:
        raise MediumRefused("medium_font_locked")
    em = font["head"].unitsPerEm
    if _top(glyphs, letters[ord("H")]) < LEAST_CAPITAL * em:
        raise MediumRefused("medium_font_small")
    if max(glyphs[letters[ord(figure)]].width for figure in "0123456789") > WIDEST_FIGURE * em:
        raise MediumRefused("medium_font_wide")


def _top(glyphs: Any, name: str) -> float:
    bounds = _bounds(glyphs, name)
    return 0.0 if bounds is None else bounds[3]


def _bounds(glyphs: Any, name: str) -> tuple[float, float, float, float] | None:
    pen = BoundsPen(glyphs)
    glyphs[name].draw(pen)
    bounds: tuple[float, float, float, float] | None = pen.bounds
    return bounds


def _written(face: bytes, weight: FileRole, folder: Path) -> PreparedFile:
    font = TTFont(BytesIO(face), recalcTimestamp=False)
    font.flavor = "woff2"
    return write_file(folder, weight, "woff2", (0, 0), lambda file: font.save(file, reorderTables=None))


def _sample(face: bytes) -> Image.Image:
    """A picture of the font, for lists."""
    letters = ImageFont.truetype(BytesIO(face), _SAMPLE_SIZE[1] // 2)
    image = Image.new("RGB", _SAMPLE_SIZE, "white")
    middle = (_SAMPLE_SIZE[0] / 2, _SAMPLE_SIZE[1] / 2)
    ImageDraw.Draw(image).text(middle, _SAMPLE, font=letters, fill="black", anchor="mm")
    return image
