"""Vega-Lite specifications of the plots, in the tokens' colours, with direct labels.

A specification is plain JSON whose texts are already in the page's language. `draw.py` makes SVG of it.
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

    `links`: the query strings behind cells, by row and column.
    """

    name: str
    spec: Spec
    sentence: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    links: Mapping[tuple[int, int], str] = field(default_factory=dict)


def arrivals_plot(bars: Sequence[Bar], *, unit: str) -> Spec:
    """Bars of arrivals, each with its value above it; `unit` is written at the top of the axis."""
    plotted = {"values": [{"x": bar.label, "y": bar.value, "text": bar.text} for bar in bars]}
    x, y = (
        labels_axis([bar.label for bar in bars], WIDTH),
        value_axis("y", unit, max((bar.value for bar in bars), default=0)),
    )
    layers: list[Spec] = [
        {"data": plotted, "mark": {"type": "bar", "color": BAR}, "encoding": {"x": x, "y": y}}
    ]
    if len(bars) <= MOST_LABELLED:
        text = {"type": "text", "dy": -8, "fontSize": SMALL_PX, "color": INK}
        layers.append(
            {"data": plotted, "mark": text, "encoding": {"x": x, "y": y, "text": {"field": "text"}}}
        )
    one_axis(layers)
    return frame_of(layers, WIDTH)


def named_bars_plot(bars: Sequence[Bar], *, unit: str) -> Spec:
    """Lying bars, in their order, each with its name to the left and its value at its end."""
    plotted = {"values": [{"name": bar.label, "y": bar.value, "text": bar.text} for bar in bars]}
    names = {
        "field": "name",
        "type": "ordinal",
        "sort": [bar.label for bar in bars],
        "axis": {"title": None, "labelPadding": 8, "labelLimit": 0, "labelOverlap": False},
        "scale": {"paddingInner": 0.25},
    }
    along = value_axis("y", unit, max((bar.value for bar in bars), default=0))
    along["axis"] = {
        key: along["axis"][key] for key in ("title", "titleFontWeight", "values", "labelOverlap", "format")
    }
    text = {"type": "text", "align": "left", "dx": 6, "fontSize": SMALL_PX, "color": INK}
    place = {"y": names, "x": along}
    layers: list[Spec] = [
        {"data": plotted, "mark": {"type": "bar", "color": BAR}, "encoding": place},
        {"data": plotted, "mark": text, "encoding": place | {"text": {"field": "text"}}},
    ]
    one_axis(layers)
    names_px = max([NAMES_PX, *(LETTER_PX * len(bar.label) for bar in bars)])
    spec = frame_of(layers, WHOLE_WIDTH - NAMES_PX - LEFT, left=names_px, bottom=TOP)
    spec["padding"]["right"] = LEFT
    return spec


def waits_plot(bars: Sequence[WaitBar], *, words: WaitWords, target_min: float | None = None) -> Spec:
    """Per hour or weekday a bar up to the 90th percentile, a thick tick at the median; the target as a line.

    Marks are named to the right of the last bar that has waits, never in a legend.
    """
    plotted = {"values": [{"x": bar.label, "median": bar.median, "p90": bar.p90} for bar in bars]}
    x = labels_axis([bar.label for bar in bars], WAITS_WIDTH)
    top = max([bar.p90 or 0 for bar in bars] + [target_min or 0])
    p90, median = value_axis("p90", words.minutes, top), value_axis("median", words.minutes, top)
    marks = (
        ({"type": "bar", "color": RANGE}, p90),
        ({"type": "tick", "color": BAR, "thickness": 2, "band": 0.75, "opacity": 1}, p90),
        ({"type": "tick", "color": INK, "thickness": 5, "band": 0.75, "opacity": 1}, median),
    )
    layers: list[Spec] = [{"data": plotted, "mark": mark, "encoding": {"x": x, "y": y}} for mark, y in marks]
    one_axis(layers)
    if target_min is not None:
        line = {"type": "rule", "color": MUTED, "strokeDash": [6, 4], "strokeWidth": 1.5}
        across = {
            "x": {"value": 0},
            "x2": {"value": WAITS_WIDTH},
            "y": {"field": "target", "type": "quantitative"},
        }
        layers.append({"data": {"values": [{"target": target_min}]}, "mark": line, "encoding": across})
    return frame_of(layers + _names(bars, words, target_min), WAITS_WIDTH)


def one_axis(layers: Sequence[Spec]) -> None:
    """Leaves the axes to the first layer: those of all layers together would repeat every tick."""
    for layer in layers[1:]:
        encoding = layer["encoding"]
        layer["encoding"] = encoding | {
            name: {key: value for key, value in encoding[name].items() if key != "axis"}
            for name in ("x", "y")
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
    """An axis of whole numbers from 0 to `top` or above; `title` is written at its top."""
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
        "labelOverlap": False,
        "format": "d",
    }
    return {"field": field, "type": "quantitative", "axis": axis, "scale": {"domain": [0, ticks[-1]]}}


def _names(bars: Sequence[WaitBar], words: WaitWords, target_min: float | None) -> list[Spec]:
    measured = [bar for bar in bars if bar.median is not None and bar.p90 is not None]
    if not measured:
        return []
    places = [(measured[-1].median or 0, words.median, INK), (measured[-1].p90 or 0, words.p90, INK)]
    if target_min is not None:
        places.append((target_min, words.target, MUTED))
    places.sort(key=itemgetter(0))
    top = whole_ticks(max([bar.p90 or 0 for bar in measured] + [target_min or 0]))[-1]
    layers: list[Spec] = []
    for at, (_, name, color) in zip(_spread(places, top / 9), places, strict=True):
        mark = {"type": "text", "align": "left", "fontSize": SMALL_PX, "color": color}
        where = {
            "x": {"value": WAITS_WIDTH + 6},
            "y": {"field": "at", "type": "quantitative"},
            "text": {"field": "name"},
        }
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
