"""Letters of a ticket: the font files, the width of a line, its breaks, its drawing in black and white.

A line that mixes scripts written rightwards and leftwards is cut into runs of one font and one direction,
because a font file of ours holds one script only; the shaping inside a run is the renderer's. Follows the
parts of UAX #9 that a ticket meets (rules W2, W4, W7, N1, N2, I1, I2, L2); no explicit embedding, which is
why controls of that kind are dropped.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hardware.document import Direction

_STRONG_RIGHT = {"R", "AL"}
_DROPPED = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
FONT_FILES = {
    "latin": ("atkinson-hyperlegible-next-latin.woff2", "atkinson-hyperlegible-next-latin-wght-normal.woff2"),
    "latin_ext": (
        "atkinson-hyperlegible-next-latin-ext.woff2",
        "atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
    ),
    "arabic": ("noto-sans-arabic.woff2", "noto-sans-arabic-arabic-wght-normal.woff2"),
    "cyrillic": ("noto-sans-cyrillic.woff2", "noto-sans-cyrillic-wght-normal.woff2"),
}
"""For each script the names its font file may have in `fonts_dir`, the first found is taken."""
_LINE_SHARES = {"latin": (0.92, 0.26), "arabic": (1.05, 0.5)}
"""Of the size: above and below the baseline. Accents on capitals reach 0.91, Arabic tails 0.45."""
_NO_BREAK = str.maketrans({"\u202f": "\u00a0", "\t": " ", "\r": " ", "\v": " ", "\f": " "})


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one script class and one direction, in logical order."""

    text: str
    script: str
    direction: Direction


def script_of(character: str) -> str:
    """The font a character wants: that of its script, or `latin`, which also draws what no font has."""
    code = ord(character)
    if 0x0400 <= code <= 0x045F or code in (0x0490, 0x0491, 0x2116):
        return "cyrillic"
    if (
        code in (0x200C, 0x200D)
        or 0x0600 <= code <= 0x06FF
        or 0x0750 <= code <= 0x077F
        or 0xFB50 <= code <= 0xFEFC
    ):
        return "arabic"
    if code in (0x131, 0x152, 0x153) or code < 0x100:
        return "latin"
    if 0x100 <= code <= 0x2BA or 0x1E00 <= code <= 0x1EFF:
        return "latin_ext"
    return "latin"


def visual_runs(line: str, direction: Direction) -> list[Run]:
    """The runs of a line from left to right on the paper; `direction` is the paragraph's."""
    text = "".join(mark for mark in line if unicodedata.bidirectional(mark) not in _DROPPED)
    if not text:
        return []
    levels = _levels(text, base=1 if direction == "rtl" else 0)
    runs: list[tuple[int, str, str]] = []
    for character, level in zip(text, levels, strict=True):
        script = script_of(character)
        combines = unicodedata.combining(character) != 0
        if runs and runs[-1][0] == level and (runs[-1][1] == script or combines):
            runs[-1] = (level, runs[-1][1], runs[-1][2] + character)
        else:
            runs.append((level, script, character))
    ordered = _reordered(runs)
    return [Run(text, script, "rtl" if level % 2 else "ltr") for level, script, text in ordered]


def _levels(text: str, *, base: int) -> list[int]:
    paragraph = "R" if base else "L"
    kinds = _weak(text, paragraph)
    _resolve_neutrals(kinds, paragraph)
    if base:
        return [1 if kind == "R" else 2 for kind in kinds]
    return [{"L": 0, "R": 1, "EN": 2}[kind] for kind in kinds]


def _weak(text: str, paragraph: str) -> list[str]:
    """L, R, EN (a number) or N (neutral) for each character."""
    kinds: list[str] = []
    strong = paragraph
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            strong = "L"
            kinds.append("L")
        elif kind in _STRONG_RIGHT:
            strong = "R"
            kinds.append("R")
        elif kind in ("EN", "AN"):
            kinds.append("L" if kind == "EN" and strong == "L" else "EN")
        elif kind == "NSM" and kinds:
            kinds.append(kinds[-1])
        else:
            kinds.append("N")
    for index in range(1, len(text) - 1):
        joins = unicodedata.bidirectional(text[index]) in ("CS", "ES")
        if joins and kinds[index - 1] == kinds[index + 1] == "EN" and kinds[index] == "N":
            kinds[index] = "EN"
    return kinds


def _resolve_neutrals(kinds: list[str], paragraph: str) -> None:
    start = 0
    while start < len(kinds):
        if kinds[start] != "N":
            start += 1
            continue
        end = start
        while end < len(kinds) and kinds[end] == "N":
            end += 1
        before = _side(kinds[start - 1]) if start else paragraph
        after = _side(kinds[end]) if end < len(kinds) else paragraph
        kinds[start:end] = [before if before == after else paragraph] * (end - start)
        start = end


def _side(kind: str) -> str:
    return "R" if kind == "EN" else kind


def _reordered(runs: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    ordered = list(runs)
    highest = max(level for level, _, _ in runs)
    for level in range(highest, 0, -1):
        start = 0
        while start < len(ordered):
            end = start
            while end < len(ordered) and ordered[end][0] >= level:
                end += 1
            if end > start + 1:
                ordered[start:end] = ordered[start:end][::-1]
            start = max(end, start + 1)
    return ordered


class FontMissing(FileNotFoundError):
    """`fonts_dir` lacks the font of a script."""

    code = "font_missing"


@lru_cache(maxsize=256)
def _font(fonts_dir: Path, script: str, size_dots: int, weight: int) -> ImageFont.FreeTypeFont:
    for name in FONT_FILES[script]:
        if (fonts_dir / name).is_file():
            font = ImageFont.truetype(str(fonts_dir / name), size_dots, layout_engine=ImageFont.Layout.RAQM)
            axis = font.get_variation_axes()[0]
            font.set_variation_by_axes([min(max(weight, axis["minimum"] or 0), axis["maximum"] or weight)])
            return font
    raise FontMissing(f"no {FONT_FILES[script][0]} in the folder of fonts")


@dataclass(frozen=True, slots=True)
class Lettering:
    """One face: a size in dots and a weight, over the font files of `fonts_dir`."""

    fonts_dir: Path
    size_dots: int
    weight: int

    def width(self, line: str, direction: Direction) -> int:
        """Dots from the left to the right edge of one line's ink and advance, rounded up."""
        return -int(-sum(self._length(run) for run in visual_runs(line, direction)) // 1)

    def line_dots(self, line: str) -> tuple[int, int]:
        """Dots a line takes above and below its baseline: Arabic needs more."""
        arabic = any(run.script == "arabic" for run in visual_runs(line, "ltr"))
        above, below = _LINE_SHARES["arabic" if arabic else "latin"]
        return round(self.size_dots * above), round(self.size_dots * below)

    def wrapped(self, text: str, width_dots: int, direction: Direction, *, balanced: bool) -> list[str]:
        """Lines no wider than `width_dots`, broken at spaces, in a word only where it alone is too wide.

        `balanced` makes the lines about equal; two lines always are.
        """
        return list(_wrapped(self, text, width_dots, direction, balanced=balanced))

    def draw(self, image: Image.Image, line: str, at: tuple[int, int], direction: Direction) -> None:
        """Draw one line in black with its left end and its baseline at `at`, without grey."""
        pen = ImageDraw.Draw(image)
        pen.fontmode = "1"
        x = float(at[0])
        for run in visual_runs(line, direction):
            pen.text(
                (round(x), at[1]),
                run.text,
                font=self._face(run),
                fill=0,
                anchor="ls",
                direction=run.direction,
            )
            x += self._length(run)

    def ink(self, line: str, direction: Direction) -> tuple[int, int]:
        """How far a line's ink goes above and below its baseline, in dots, both ≥ 0."""
        tops, bottoms = [0], [0]
        for run in visual_runs(line, direction):
            _, top, _, bottom = self._face(run).getbbox(run.text, anchor="ls", direction=run.direction)
            tops.append(-int(top // 1))
            bottoms.append(-int(-bottom // 1))
        return max(tops), max(bottoms)

    def _length(self, run: Run) -> float:
        return self._face(run).getlength(run.text, direction=run.direction)

    def _face(self, run: Run) -> ImageFont.FreeTypeFont:
        return _font(self.fonts_dir, run.script, self.size_dots, self.weight)


@lru_cache(maxsize=512)
def _wrapped(
    lettering: Lettering, text: str, width_dots: int, direction: Direction, *, balanced: bool
) -> tuple[str, ...]:
    """The lines of a text; remembered, because nearly all sentences of a ticket are those of the last one."""
    lines: list[str] = []
    for paragraph in text.translate(_NO_BREAK).split("\n"):
        lines += _wrapped_paragraph(lettering, paragraph, width_dots, direction, balanced=balanced)
    return tuple(lines)


def _wrapped_paragraph(
    lettering: Lettering, text: str, width_dots: int, direction: Direction, *, balanced: bool
) -> list[str]:
    def fits(limit: int) -> Callable[[str], bool]:
        return lambda line: lettering.width(line, direction) <= limit

    greedy = broken_lines(text, fits(width_dots))
    if len(greedy) < 2 or (len(greedy) > 2 and not balanced):
        return greedy
    narrow, wide = width_dots // 2, width_dots
    while narrow < wide:
        middle = (narrow + wide) // 2
        if len(broken_lines(text, fits(middle))) <= len(greedy):
            wide = middle
        else:
            narrow = middle + 1
    return broken_lines(text, fits(wide))


def broken_lines(text: str, fits: Callable[[str], bool]) -> list[str]:
    """A paragraph as lines that `fits` accepts, broken at ordinary spaces, in a word where it must be."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if not word:
            continue
        joined = f"{line} {word}" if line else word
        if fits(joined):
            line = joined
            continue
        if line:
            lines.append(line)
        line = word
        while len(line) > 1 and not fits(line):
            cut = next((n for n in range(len(line) - 1, 1, -1) if fits(line[:n])), 1)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line]
