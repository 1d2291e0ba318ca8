"""Vega-Lite specifications of the plots, in the tokens' colours, with direct labels.

A specification is plain JSON whose texts are already in the page's language. `draw.py` makes SVG of it.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import itemgetter
from typing import Any

from server.domain.quality.periods import PeriodKind, period_of
from server.domain.quality.rollup import Rollup
from server.domain.quality.selection import LONGEST_MIN, STEP_MIN, Followed
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality import wording
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.wording import Words

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


NAME = "followed"
MOST_DAYS, MOST_WEEKS = 31, 140
"""A trend has a point a day up to so many days, a point a week up to so many, then a point a month."""


@dataclass(frozen=True, slots=True)
class PartOfDays:
    """A day, week or month of a period: its first day and its end in it, its names, its days with counts."""

    first: date
    end: date
    label: str
    name: str
    days: Collection[date]


def parts_of(found: HallDays, query: ExplorerQuery, words: Words) -> list[PartOfDays]:
    """The days, weeks or months of a query in order; of days only those with counts."""
    length = (query.ends_on - query.starts_on).days
    kind = PeriodKind.DAY if length <= MOST_DAYS else PeriodKind.WEEK
    kind = PeriodKind.MONTH if length > MOST_WEEKS else kind
    parts = []
    on = query.starts_on
    while on < query.ends_on:
        period = period_of(kind, on)
        first, end = max(period.starts_on, query.starts_on), min(period.ends_on, query.ends_on)
        days = [day for day in found.days if first <= day < end]
        if days or kind is not PeriodKind.DAY:
            name = wording.period_text(period, query.language)
            if (first, end) != (period.starts_on, period.ends_on):
                name = words("quality.plot.trend.part", name=name, count=len(days))
            parts.append(PartOfDays(first, end, wording.short_date(first, kind, query.language), name, days))
        on = end
    return parts


def hours_of(hours: Collection[int]) -> range:
    """Every hour from the first to the last with visits, at least six of them, within the day."""
    first, last = min(hours), max(hours)
    spare = max(0, 5 - (last - first))
    first = min(max(0, first - spare // 2), 18)
    return range(first, max(last, first + 5) + 1)


def links_of_hours(query: ExplorerQuery, hours: Collection[int]) -> dict[tuple[int, int], str]:
    """A link behind each hour of a table: the same selection in that hour, and its days one by one."""
    chosen = query.selection
    return {
        (row, 0): query.with_selection(replace(chosen, from_hour=hour, until_hour=hour + 1))
        for row, hour in enumerate(hours)
    }


def followed_name(followed: Followed, words: Words) -> str:
    """What is followed, in words."""
    match followed.kind:
        case "wait":
            first = int(followed.what)
            if first == LONGEST_MIN:
                return words("quality.followed.wait_longest", minutes=first)
            return words("quality.followed.wait", first=first, last=first + STEP_MIN)
        case "not_issued":
            return words("quality.followed.not_issued", reason=words(f"quality.not_issued.{followed.what}"))
        case "ended":
            return words(f"quality.not_served.{followed.what}")
        case "outcome":
            return words(f"quality.indicator.outcome_{followed.what}.label")


def followed_plot(found: HallDays, whole: Rollup, query: ExplorerQuery, words: Words) -> list[Plot]:
    """The plot of what the query follows; none where nothing is followed, or has no hours on the one day."""
    followed = query.followed
    if followed is None or (query.is_day and not (followed.has_hours and whole.cells)):
        return []
    if query.is_day:
        by_hour = whole.split(lambda key: key.half_hour // 2)
        hours = hours_of(by_hour)
        counts = [followed.count(by_hour.get(hour, Rollup())) for hour in hours]
        labels = names = [wording.hour_label(hour, query.language) for hour in hours]
        links: Mapping[tuple[int, int], str] = links_of_hours(query, hours)
    else:
        parts = parts_of(found, query, words)
        counts = [sum(followed.count(found.days[day]) for day in part.days) for part in parts]
        labels, names = [part.label for part in parts], [part.name for part in parts]
        links = {(row, 0): query.with_days(part.first, part.end) for row, part in enumerate(parts)}
    texts = [wording.number(count, query.language) for count in counts]
    bars = [Bar(label, count, text) for label, count, text in zip(labels, counts, texts, strict=True)]
    unit = words("quality.plot.followed.count")
    total, what = sum(counts), followed_name(followed, words)
    most = max(range(len(counts)), key=counts.__getitem__, default=0)
    values = {"what": what, "n": wording.number(total, query.language)}
    if total:
        values |= {"most": names[most], "count": texts[most]}
    sentence = words("quality.plot.followed.sentence" if total else "quality.plot.followed.none", **values)
    first = "quality.plot.waits_by_hour.first" if query.is_day else "quality.plot.trend.first"
    rows = [[name, text] for name, text in zip(names, texts, strict=True)]
    anchored = {place: f"{link}#{NAME}" for place, link in links.items()}
    return [Plot(NAME, arrivals_plot(bars, unit=unit), sentence, [words(first), unit], rows, anchored)]
