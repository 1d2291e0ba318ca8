"""The Vega-Lite specification of a control chart, with direct labels (docs/rules/indicators.md)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.quality.control import Chart, Point, Read, Reading
from server.web.pages.quality.specs import (
    BAR,
    DASHED,
    MUTED,
    Spec,
    across_of,
    frame_of,
    labels_axis,
    layers_of,
    names_beside,
    value_axis,
    whole_ticks,
)

BAND, SIGNAL = "#e4ebf1", "#7a4b00"
NAMES_PX = 100
"""Room for the names to the right."""
_CENTRE = {"type": "rule", "color": MUTED, "strokeWidth": 1}


@dataclass(frozen=True, slots=True)
class ControlWords:
    """The words written into a control chart: its unit, and the names of limits, centre and target."""

    unit: str
    low: str = ""
    centre: str = ""
    high: str = ""
    target: str = ""


_READINGS: Sequence[Reading] = ("usual", "not_judged", "run", "outside")


def _of_reading(*values: object) -> Spec:
    """An encoding whose value follows the reading of a point, in the order of `_READINGS`."""
    scale = {"domain": _READINGS, "range": values}
    return {"field": "reading", "type": "nominal", "scale": scale, "legend": None}


def control_plot(
    chart: Chart, labels: Sequence[str], *, words: ControlWords, width: int, target: float | None = None
) -> Spec:
    """A line of whole periods in the band between the limits; each reading has a form of its own.

    `labels`: of the points.
    """
    values = [
        {
            "x": label,
            "y": read.point.value,
            "joined": read.point.value if read.point.is_judged else None,
            "low": read.low,
            "high": read.high,
            "reading": read.reading,
        }
        for label, read in zip(labels, chart.reads, strict=True)
        if read.point.value is not None
    ]
    last = chart.last or Read(Point(None, 0))
    lines = (
        *((target, words.target), (chart.centre, words.centre)),
        *((last.low, words.low), (last.high, words.high)),
    )
    names = sorted((height, name, MUTED) for height, name in lines if height is not None)
    every = [at for read in chart.reads for at in (read.point.value, read.low, read.high)]
    heights = [at for at in (*every, target) if at is not None]
    ticks = ticks_around(heights)
    y = value_axis("y", words.unit, 1) | {"scale": {"domain": [ticks[0], ticks[-1]], "nice": False}}
    y["axis"] |= {"values": ticks, "tickCount": len(ticks)}
    place = {"x": labels_axis(labels, width) | {"scale": {"domain": list(labels)}}, "y": y}
    form = {
        "shape": _of_reading("circle", "circle", "square", "diamond"),
        "size": _of_reading(45, 55, 90, 190),
        "fill": _of_reading(BAR, "#ffffff", SIGNAL, SIGNAL),
        "stroke": _of_reading(BAR, BAR, SIGNAL, SIGNAL),
    }
    layers = layers_of(
        values,
        ({"type": "area", "color": BAND}, place | {"y": y | {"field": "low"}, "y2": {"field": "high"}}),
        ({"type": "line", "color": BAR, "strokeWidth": 2}, place | {"y": y | {"field": "joined"}}),
        ({"type": "point", "opacity": 1, "strokeWidth": 1.5}, place | form),
    )
    for height, rule in ((chart.centre, _CENTRE), (target, DASHED)):
        if height is not None:
            layers.append(
                {"data": {"values": [{"target": height}]}, "mark": rule, "encoding": across_of(width)}
            )
    spec = frame_of(layers + names_beside(names, (ticks[-1] - ticks[0]) / 9, width), width)
    spec["padding"]["right"] = NAMES_PX
    return spec


def ticks_around(heights: Sequence[float]) -> list[int]:
    """Whole numbers around these, from zero unless all lie in the upper half; 0 and 1 without any."""
    low, high = min(heights, default=0), max(heights, default=0)
    if low <= high / 2:
        return whole_ticks(high)
    step = whole_ticks(high - low)[1]
    return list(range(int(low // step) * step, math.ceil(high / step) * step + 1, step))
