"""Vega-Lite specifications of the plots, in the tokens’ colours, with direct labels.

A specification is plain JSON whose texts are already in the page’s language. `draw.py` makes SVG of it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

INK, LINE, MUTED, BAR, RANGE = "#10263a", "#cfc7b6", "#3f4a57", "#2c5173", "#c9d6e2"
FONT = "Atkinson Hyperlegible Next Variable"
WIDTH, WAITS_WIDTH, HEIGHT = 370, 280, 180
LEFT, TOP, BOTTOM, WHOLE_WIDTH = 40, 42, 30, 420
LETTER_PX = 9
"""The width of a letter under a bar, with the space between labels."""
LETTERS_PX = 14
NAMES_PX = 150
"""The fewest pixels for names beside horizontal bars."""
SMALL_PX = 13
MOST_LABELLED = 12
"""Above this many bars their values are in the table only: labels would touch."""
CELL_PX = 24
DAYS_PX = 90
"""Pixels for the names of weekdays beside the heat map."""
DARK_FROM = 0.55
"""From this share of the longest wait the ground of a cell is so dark that its number is white."""

type Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its height, and its value as text."""

    label: str
    value: float
    text: str


@dataclass(frozen=True, slots=True)
class WaitBar:
    """Waits of one hour or weekday, in minutes: median and 90th percentile (None: nobody waited then)."""

    label: str
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class WaitWords:
    """The words written into a plot of waits; `target` names the target line (with its minutes)."""

    median: str
    p90: str
    minutes: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot and its table: heading, what it shows in a sentence, columns and rows of text.

    `links`: the query strings behind cells, by row and column; `note`: how to read it and those before it.
    """

    name: str
    spec: Spec
    sentence: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A weekday and hour with enough waits: the minutes, and how they are written."""

    day: str
    hour: str
    minutes: float


_LABEL = {"text": {"field": "text"}}
DASHED = {"type": "rule", "color": MUTED, "strokeDash": [6, 4], "strokeWidth": 1.5}


def _text(**more: object) -> Spec:
    return {"type": "text", "fontSize": SMALL_PX, "color": INK} | more


def across_of(width: int) -> Spec:
    """Where a line across a plot stands, at the height `target` of its value."""
    return {"x": {"value": 0}, "x2": {"value": width}, "y": {"field": "target", "type": "quantitative"}}


def layers_of(values: Sequence[Spec], *marks: tuple[Spec, Spec]) -> list[Spec]:
    """A layer for each mark with its encoding; the first alone has axes, else each tick is repeated."""
    layers = [{"data": {"values": values}, "mark": mark, "encoding": encoding} for mark, encoding in marks]
    for layer in layers[1:]:
        encoding = layer["encoding"]
        without = {name: {k: v for k, v in encoding[name].items() if k != "axis"} for name in ("x", "y")}
        layer["encoding"] = encoding | without
    return layers


def _named(color: str) -> Spec:
    """The encoding of a colour that each value names itself."""
    return {"field": color, "type": "nominal", "scale": None}


def _values(bars: Sequence[Bar], name: str = "x") -> list[Spec]:
    return [{name: bar.label, "y": bar.value, "text": bar.text} for bar in bars]


def _place(bars: Sequence[Bar], unit: str) -> Spec:
    return {"x": labels_axis([bar.label for bar in bars], WIDTH), "y": value_axis("y", unit, _top(bars))}


def _top(bars: Sequence[Bar]) -> float:
    return max((bar.value for bar in bars), default=0)


def arrivals_plot(bars: Sequence[Bar], *, unit: str) -> Spec:
    """Bars of arrivals, each with its value above it; `unit` is written at the top of the axis."""
    place = _place(bars, unit)
    marks = [({"type": "bar", "color": BAR}, place)]
    if len(bars) <= MOST_LABELLED:
        marks.append((_text(dy=-8), place | _LABEL))
    return frame_of(layers_of(_values(bars), *marks), WIDTH)


def distribution_plot(bars: Sequence[Bar], *, within: int, unit: str) -> Spec:
    """Bars of waits by their length, `bars` in order; the first `within` of them are within the threshold."""
    colors = [{"color": BAR if at < within else RANGE} for at in range(len(bars))]
    values = [value | color for value, color in zip(_values(bars), colors, strict=True)]
    place = _place(bars, unit)
    marks = ({"type": "bar"}, place | {"color": _named("color")}), (_text(dy=-8), place | _LABEL)
    return frame_of(layers_of(values, *marks), WIDTH)


def named_bars_plot(bars: Sequence[Bar], *, unit: str) -> Spec:
    """Lying bars, in their order, each with its name to the left and its value at its end."""
    names = {
        "field": "name",
        "type": "ordinal",
        "sort": [bar.label for bar in bars],
        "axis": {"title": None, "labelPadding": 8, "labelLimit": 0, "labelOverlap": False},
        "scale": {"paddingInner": 0.25},
    }
    along = value_axis("y", unit, _top(bars))
    kept = ("title", "titleFontWeight", "values", "tickCount", "labelOverlap", "format")
    place = {"y": names, "x": along | {"axis": {key: along["axis"][key] for key in kept}}}
    marks = ({"type": "bar", "color": BAR}, place), (_text(align="left", dx=6), place | _LABEL)
    names_px = max([NAMES_PX, *(LETTER_PX * len(bar.label) for bar in bars)])
    spec = frame_of(
        layers_of(_values(bars, "name"), *marks), WHOLE_WIDTH - NAMES_PX - LEFT, left=names_px, bottom=TOP
    )
    spec["padding"]["right"] = LEFT
    return spec


def waits_plot(bars: Sequence[WaitBar], *, words: WaitWords, target_min: float | None = None) -> Spec:
    """Per hour or weekday a bar up to the 90th percentile, a thick tick at the median; the target as a line.

    Marks are named to the right of the last bar that has waits, never in a legend.
    """
    values = [{"x": bar.label, "median": bar.median, "p90": bar.p90} for bar in bars]
    x = labels_axis([bar.label for bar in bars], WAITS_WIDTH)
    top = _top_of(bars, target_min)
    p90, median = ({"x": x, "y": value_axis(name, words.minutes, top)} for name in ("p90", "median"))
    tick = {"type": "tick", "band": 0.75, "opacity": 1}
    layers = layers_of(
        values,
        ({"type": "bar", "color": RANGE}, p90),
        (tick | {"color": BAR, "thickness": 2}, p90),
        (tick | {"color": INK, "thickness": 5}, median),
    )
    if target_min is not None:
        across = across_of(WAITS_WIDTH)
        layers.append({"data": {"values": [{"target": target_min}]}, "mark": DASHED, "encoding": across})
    return frame_of(layers + _names(bars, words, target_min), WAITS_WIDTH)


def heat_plot(cells: Sequence[HeatCell], *, days: Sequence[str], hours: Sequence[str]) -> Spec:
    """Weekdays down, hours across; each cell with its minutes, darker the longer the wait."""
    longest = max((cell.minutes for cell in cells), default=1) or 1
    values = [
        {
            "day": cell.day,
            "hour": cell.hour,
            "minutes": cell.minutes,
            "text": f"{cell.minutes:.0f}",
            "ink": "#ffffff" if cell.minutes / longest >= DARK_FROM else INK,
        }
        for cell in cells
    ]
    axis = {"title": None, "labelAngle": 0, "labelOverlap": False, "labelPadding": 6}

    def names(field: str, domain: Sequence[str], **more: object) -> Spec:
        scale = {"domain": list(domain), "padding": 0.06}
        return {"field": field, "type": "ordinal", "scale": scale, "axis": axis | more}

    place = {"x": names("hour", hours, orient="top"), "y": names("day", days)}
    scale = {"domain": [0, longest], "range": ["#eef3f7", INK]}
    color = {"field": "minutes", "type": "quantitative", "legend": None, "scale": scale}
    text = {"type": "text", "fontSize": SMALL_PX}, place | {"color": _named("ink")} | _LABEL
    layers = layers_of(values, ({"type": "rect"}, place | {"color": color}), text)
    return frame_of(layers, WHOLE_WIDTH + 200 - DAYS_PX - 10) | {
        "resolve": {"scale": {"color": "independent"}},
        "height": CELL_PX * max(1, len(days)) + 12,
        "padding": {"left": DAYS_PX, "right": 10, "top": 34, "bottom": 10},
    }


def labels_axis(labels: Sequence[str], width: int) -> Spec:
    """An axis of names, so many that they do not touch."""
    room_px = LETTER_PX * max((len(label) for label in labels), default=1)
    step = math.ceil(len(labels) * room_px / width)
    axis: Spec = {"title": None, "labelAngle": 0, "labelPadding": 8, "labelOverlap": False}
    axis["values"] = list(labels[::step])
    return {
        "field": "x",
        "type": "ordinal",
        "sort": list(labels),
        "axis": axis,
        "scale": {"paddingInner": 0.25},
    }


def whole_ticks(top: float) -> list[int]:
    """Whole numbers from 0 to the first at or above `top`, four to seven of them, or 0 and 1."""
    step = 1
    while top / step > 5:
        step = {1: 2, 2: 5, 5: 10}[int(str(step)[0])] * 10 ** (len(str(step)) - 1)
    return list(range(0, max(1, math.ceil(top / step)) * step + 1, step))


def value_axis(field: str, title: str, top: float) -> Spec:
    """An axis of whole numbers from 0 to `top` or above, all labelled; `title` is written at its top."""
    ticks = whole_ticks(top)
    axis = {
        "title": title,
        "titleAngle": 0,
        "titleAlign": "left",
        "titleAnchor": "end",
        "titleX": -36,
        "titleY": -24,
        "titleFontWeight": "normal",
        "values": ticks,
        "tickCount": len(ticks),
        "labelOverlap": False,
        "format": "d",
    }
    return {
        "field": field,
        "type": "quantitative",
        "axis": axis,
        "scale": {"domain": [0, ticks[-1]], "nice": False},
    }


def _top_of(bars: Sequence[WaitBar], target_min: float | None) -> float:
    return max([max(bar.median or 0, bar.p90 or 0) for bar in bars] + [target_min or 0])


def _names(bars: Sequence[WaitBar], words: WaitWords, target_min: float | None) -> list[Spec]:
    measured = [bar for bar in bars if bar.median is not None and bar.p90 is not None]
    if not measured:
        return []
    places = [(measured[-1].median or 0, words.median, INK), (measured[-1].p90 or 0, words.p90, INK)]
    if target_min is not None:
        places.append((target_min, words.target, MUTED))
    top = whole_ticks(_top_of(measured, target_min))[-1]
    return names_beside(sorted(places, key=itemgetter(0)), top / 9, WAITS_WIDTH)


def names_beside(places: Sequence[tuple[float, str, str]], step: float, width: int) -> list[Spec]:
    """Names to the right of a plot: heights, lowest first, with text and colour."""
    layers: list[Spec] = []
    for at, (_, name, color) in zip(_spread(places, step), places, strict=True):
        height = {"field": "at", "type": "quantitative"}
        where = {"x": {"value": width + 6}, "y": height, "text": {"field": "name"}}
        mark = _text(align="left", color=color)
        layers.append({"data": {"values": [{"at": at, "name": name}]}, "mark": mark, "encoding": where})
    return layers


def _spread(places: Sequence[tuple[float, str, str]], step: float) -> list[float]:
    """Heights of labels, lowest first, at least a step apart."""
    heights: list[float] = []
    for place, _, _ in places:
        heights.append(max(place, heights[-1] + step) if heights else place)
    return heights


def frame_of(layers: list[Spec], width: int, *, left: int = LEFT, bottom: int = BOTTOM) -> Spec:
    """A specification of these layers, in the letters and colours of the design."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": HEIGHT,
        "background": None,
        "autosize": "none",
        "padding": {"left": left, "right": WHOLE_WIDTH - left - width, "top": TOP, "bottom": bottom},
        "layer": layers,
        "config": _CONFIG,
    }


_CONFIG: Mapping[str, Any] = {
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": LETTERS_PX,
        "titleFontSize": SMALL_PX,
        "gridColor": LINE,
        "gridOpacity": 0.6,
        "domain": False,
        "ticks": False,
    },
    "axisX": {"grid": False},
}
