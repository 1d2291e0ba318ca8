"""Vega-Lite specifications of the explorer: waits by length, weekday and hour, a trend with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.web.pages.quality.specs import (
    BAR,
    HEIGHT,
    INK,
    LEFT,
    MUTED,
    RANGE,
    SMALL_PX,
    TOP,
    WHOLE_WIDTH,
    WIDTH,
    Bar,
    Spec,
    frame_of,
    labels_axis,
    one_axis,
    value_axis,
)

CELL_PX = 24
DAYS_PX = 90
"""Pixels for the names of weekdays beside the heat map."""
DARK_FROM = 0.55
"""From this share of the longest wait the ground of a cell is so dark that its number is white."""


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A weekday and hour with enough waits: the minutes, and how they are written."""

    day: str
    hour: str
    minutes: float


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A share of one part of the period with its interval, in percent; None where nobody waited."""

    label: str
    percent: float | None
    low: float = 0
    high: float = 0
    is_small: bool = False


def distribution_plot(bars: Sequence[Bar], *, within: int, unit: str) -> Spec:
    """Bars of waits by their length, `bars` in order; the first `within` of them are within the threshold."""
    values = [
        {"x": bar.label, "y": bar.value, "text": bar.text, "color": BAR if at < within else RANGE}
        for at, bar in enumerate(bars)
    ]
    x = labels_axis([bar.label for bar in bars], WIDTH)
    y = value_axis("y", unit, max((bar.value for bar in bars), default=0))
    color = {"field": "color", "type": "nominal", "scale": None}
    text = {"type": "text", "dy": -8, "fontSize": SMALL_PX, "color": INK}
    layers: list[Spec] = [
        {"data": {"values": values}, "mark": {"type": "bar"}, "encoding": {"x": x, "y": y, "color": color}},
        {"data": {"values": values}, "mark": text, "encoding": {"x": x, "y": y, "text": {"field": "text"}}},
    ]
    one_axis(layers)
    return frame_of(layers, WIDTH)


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
    place = {
        "x": {
            "field": "hour",
            "type": "ordinal",
            "scale": {"domain": list(hours), "padding": 0.06},
            "axis": axis | {"orient": "top"},
        },
        "y": {
            "field": "day",
            "type": "ordinal",
            "scale": {"domain": list(days), "padding": 0.06},
            "axis": axis,
        },
    }
    color = {
        "field": "minutes",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": [0, longest], "range": ["#eef3f7", INK]},
    }
    ink = {"field": "ink", "type": "nominal", "scale": None}
    text = {"type": "text", "fontSize": SMALL_PX}
    rows = {"values": values}
    layers: list[Spec] = [
        {"data": rows, "mark": {"type": "rect"}, "encoding": place | {"color": color}},
        {"data": rows, "mark": text, "encoding": place | {"color": ink, "text": {"field": "text"}}},
    ]
    one_axis(layers)
    spec = frame_of(layers, WHOLE_WIDTH + 200 - DAYS_PX - 10, left=DAYS_PX, bottom=10)
    return spec | {
        "resolve": {"scale": {"color": "independent"}},
        "height": CELL_PX * max(1, len(days)) + 12,
        "padding": {"left": DAYS_PX, "right": 10, "top": 34, "bottom": 10},
    }


def trend_plot(points: Sequence[TrendPoint], *, unit: str, target: tuple[float, str] | None = None) -> Spec:
    """A line of shares from 0 to 100 with a bar for each interval; small samples are hollow.

    `target`: its percent and its name, as a line.
    """
    measured = [
        {
            "x": point.label,
            "y": point.percent,
            "low": point.low,
            "high": point.high,
            "fill": "#ffffff" if point.is_small else BAR,
        }
        for point in points
        if point.percent is not None
    ]
    rows = {"values": measured}
    x = labels_axis([point.label for point in points], WIDTH + 180)
    x["scale"] = {"domain": [point.label for point in points]}
    y = value_axis("y", unit, 100) | {"scale": {"domain": [0, 100]}}
    y["axis"] = y["axis"] | {"values": [0, 25, 50, 75, 100]}
    fill = {"field": "fill", "type": "nominal", "scale": None}
    layers: list[Spec] = [
        {
            "data": rows,
            "mark": {"type": "rule", "color": RANGE, "strokeWidth": 5},
            "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": rows,
            "mark": {"type": "line", "color": BAR, "strokeWidth": 2},
            "encoding": {"x": x, "y": y},
        },
        {
            "data": rows,
            "mark": {
                "type": "point",
                "filled": True,
                "size": 50,
                "opacity": 1,
                "stroke": BAR,
                "strokeWidth": 1.5,
            },
            "encoding": {"x": x, "y": y, "fill": fill},
        },
    ]
    one_axis(layers)
    if target is not None:
        layers += _target_line(*target)
    spec = frame_of(layers, WIDTH + 180)
    return spec | {"height": HEIGHT, "padding": {"left": LEFT, "right": 20, "top": TOP, "bottom": 30}}


def _target_line(percent: float, name: str) -> list[Spec]:
    values = {"values": [{"target": percent, "name": name}]}
    y = {"field": "target", "type": "quantitative"}
    line = {"type": "rule", "color": MUTED, "strokeDash": [6, 4], "strokeWidth": 1.5}
    across = {"x": {"value": 0}, "x2": {"value": WIDTH + 180}, "y": y}
    text = {"type": "text", "align": "right", "dy": -8, "fontSize": SMALL_PX, "color": MUTED}
    return [
        {"data": values, "mark": line, "encoding": across},
        {
            "data": values,
            "mark": text,
            "encoding": {"x": {"value": WIDTH + 180}, "y": y, "text": {"field": "name"}},
        },
    ]
