"""A line of twelve small points, drawn by the page itself: it costs no renderer."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

WIDTH, HEIGHT, MARGIN = 240, 40, 5
"""In units of the drawing; the page scales it."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the line: its place, whether it is the chosen period, and whether its sample is small."""

    x: float
    y: float
    is_chosen: bool
    is_small: bool


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A drawing: the points of each unbroken line, the dots, and the sentence that says the same."""

    lines: Sequence[str]
    dots: Sequence[Dot]
    text: str
    target_y: float | None = None


@dataclass(frozen=True, slots=True)
class SparkValue:
    """One value, None where nobody was counted."""

    value: float | None
    is_small: bool = False


def sparkline(values: Sequence[SparkValue], text: str, *, target: float | None = None) -> Sparkline:
    """The line of these values from zero up, broken where a value is missing; the last is the chosen one."""
    top = max([value.value or 0 for value in values] + [target or 0]) or 1
    step = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)

    def height(value: float) -> float:
        return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * value / top, 1)

    dots = [
        Dot(round(MARGIN + at * step, 1), height(each.value), at == len(values) - 1, each.is_small)
        if each.value is not None
        else None
        for at, each in enumerate(values)
    ]
    lines = []
    for is_missing, run in groupby(dots, key=lambda dot: dot is None):
        points = [f"{dot.x},{dot.y}" for dot in run if dot is not None]
        if not is_missing and len(points) > 1:
            lines.append(" ".join(points))
    target_y = None if target is None else height(target)
    return Sparkline(lines, [dot for dot in dots if dot is not None], text, target_y)
