"""The visual order of a line that mixes scripts written rightwards and leftwards.

A line is cut into runs of one font and one direction, because a font file of ours holds one script only; the
shaping inside a run is the renderer's. Follows the parts of UAX #9 that a ticket meets (rules W2, W4, W7, N1,
N2, I1, I2, L2); no explicit embedding, which is why controls of that kind are dropped.
"""

import unicodedata
from dataclasses import dataclass

from hardware.document import Direction

_STRONG_RIGHT = {"R", "AL"}
_DROPPED = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one script class and one direction, in logical order."""

    text: str
    script: str
    direction: Direction


def script_of(character: str) -> str:
    """The font a character wants: `arabic`, `latin_ext` or `latin` (which also draws what no font has)."""
    code = ord(character)
    if 0x0600 <= code <= 0x06FF or 0x0750 <= code <= 0x077F or 0xFB50 <= code <= 0xFEFC:
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
