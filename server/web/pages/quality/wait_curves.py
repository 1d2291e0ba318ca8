"""The explorer's main plot of waits: who was called, who left and who still waits, by the minutes waited."""

from collections.abc import Mapping, Sequence

from server.domain.quality.curves import Fate, curves_of, ends_of_waits
from server.domain.quality.indicators import figures_of
from server.domain.quality.rollup import Rollup
from server.domain.quality.selection import STEP_MIN
from server.web.pages.quality import wording
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.specs import (
    BAR,
    INK,
    MUTED,
    SMALL_PX,
    TOP,
    WAITS_WIDTH,
    Plot,
    Spec,
    frame_of,
    value_axis,
    whole_ticks,
)
from server.web.rendering.viewer import Sentence

NAME = "curves"
HEIGHT = 220
LABEL_STEP = 11
"""Percents between two names at the end of their curves, so that they do not touch."""
_STROKES: Mapping[str, Spec] = {
    "called": {"color": BAR, "strokeWidth": 3.5},
    "left": {"color": INK, "strokeWidth": 2.5, "strokeDash": [9, 4]},
    "waiting": {"color": MUTED, "strokeWidth": 2.5, "strokeDash": [2, 3]},
}
"""The curves in their order; each has a stroke of its own, so that no colour is needed to tell them apart."""


def curves_plots(whole: Rollup, query: ExplorerQuery, words: Sentence) -> list[Plot]:
    """The plot with its sentence and its table; none where nobody waited."""
    fates = curves_of(ends_of_waits(whole), until_min=query.within_min)
    if not fates:
        return []
    at = fates[min(query.within_min, len(fates) - 1)]
    values = {name: _percent(getattr(at, name), query.language) for name in _STROKES}
    n = wording.number(fates[0].n, query.language)
    sentence = words(f"quality.plot.{NAME}.sentence", minutes=at.minutes, n=n, **values)
    names = {name: words(f"quality.plot.{NAME}.{name}") for name in _STROKES}
    end = {name: f"{names[name]} {_percent(getattr(fates[-1], name), query.language)}" for name in names}
    spec = curves_spec(fates, end | {"waiting": names["waiting"]}, minutes=words("quality.plot.minutes"))
    columns = [words(f"quality.plot.{NAME}.percent", name=name) for name in names.values()]
    columns = [words("quality.plot.minutes"), *columns, words(f"quality.plot.{NAME}.n")]
    rows = [
        [
            str(fate.minutes),
            *(wording.number(100 * getattr(fate, name), query.language, decimals=1) for name in _STROKES),
            wording.number(fate.at_risk, query.language),
        ]
        for fate in fates[::STEP_MIN]
    ]
    return [Plot(NAME, spec, sentence, columns, rows)]


def departed_percent(rollup: Rollup, language: str) -> str:
    """The share of visits that ended by leaving, as a cell beside quantiles of waits; empty without one."""
    [departed] = figures_of(rollup, ["visits_departed"])
    return "" if departed.value is None else wording.number(departed.value, language, decimals=1)


def _percent(share: float, language: str) -> str:
    return f"{wording.number(wording.whole_percent(100 * share), language)}{wording.NBSP}%"


def curves_spec(fates: Sequence[Fate], names: Mapping[str, str], *, minutes: str) -> Spec:
    """Curves of called, left and waiting, in percent, minute by minute; `names`: written at them."""
    last = fates[-1]
    y = value_axis("y", "%", 100) | {"scale": {"domain": [0, 100]}}
    y["axis"] |= {"values": [0, 25, 50, 75, 100]}
    ticks = whole_ticks(last.minutes)
    axis = {"title": minutes, "titleAnchor": "end", "titleFontWeight": "normal", "values": ticks}
    x = {"field": "x", "type": "quantitative", "axis": axis, "scale": {"domain": [0, last.minutes]}}
    layers: list[Spec] = []
    for name, stroke in _STROKES.items():
        points = [{"x": fate.minutes, "y": round(100 * getattr(fate, name), 2)} for fate in fates]
        place = {"x": x, "y": y} if not layers else {axis: _bare(of) for axis, of in (("x", x), ("y", y))}
        layers.append({"data": {"values": points}, "mark": {"type": "line"} | stroke, "encoding": place})
    low, high = sorted(("called", "left"), key=lambda name: float(getattr(last, name)))
    bottom = min(100 * getattr(last, low), 100 - LABEL_STEP)
    heights = {low: bottom, high: max(100 * getattr(last, high), bottom + LABEL_STEP)}
    layers += [
        _name(names[name], WAITS_WIDTH + 6, height, _STROKES[name]) for name, height in heights.items()
    ]
    layers.append(_name(names["waiting"], 6, 100 + LABEL_STEP / 2, _STROKES["waiting"]))
    return frame_of(layers, WAITS_WIDTH, bottom=TOP) | {"height": HEIGHT}


def _bare(scale: Spec) -> Spec:
    """The same place without its axis: the first layer alone has one, else each tick is repeated."""
    return {key: value for key, value in scale.items() if key != "axis"}


def _name(text: str, x: int, percent: float, stroke: Spec) -> Spec:
    y = {"field": "at", "type": "quantitative"}
    return {
        "data": {"values": [{"at": percent, "name": text}]},
        "mark": {"type": "text", "fontSize": SMALL_PX, "align": "left", "color": stroke["color"]},
        "encoding": {"x": {"value": x}, "y": y, "text": {"field": "name"}},
    }
