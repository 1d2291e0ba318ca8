"""Control charts of the explorer and the summary, with the sentences that name their signals."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from babel.lists import format_list

from server.domain.quality.control import FEWEST_POINTS, SIGNALS, Chart, Point, Read, Reading, p_prime, xmr
from server.domain.quality.periods import Period, PeriodKind, period_of
from server.domain.quality.rollup import as_counts, quantile, sum_of, waits_within
from server.language import locale_of
from server.usecases.quality.indicators import HallDays
from server.usecases.quality.periods import is_begun_late
from server.web.pages.quality import wording
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.specs import (
    BAR,
    DASHED,
    MUTED,
    WAITS_WIDTH,
    Plot,
    Spec,
    across_of,
    frame_of,
    labels_axis,
    layers_of,
    names_beside,
    value_axis,
    whole_ticks,
)
from server.web.pages.quality.wording import FEWEST
from server.web.rendering.viewer import Sentence

MOST_DAYS, MOST_WEEKS = 31, 140
"""A trend has a point a day up to so many days, a point a week up to so many, then a point a month."""
SMALL_WIDTH, SMALL_HEIGHT, MARGIN = 240, 56, 8
"""Of a small chart, in units of its drawing; the page scales it."""
MOST_NAMED = 4
"""So many signals are named in a sentence, the latest ones; the table has them all."""
BAND, SIGNAL = "#e4ebf1", "#7a4b00"
NAMES_PX = 100
"""Room for the names to the right."""
_CENTRE = {"type": "rule", "color": MUTED, "strokeWidth": 1}


@dataclass(frozen=True, slots=True)
class PartOfDays:
    """A day, week or month of a query: its first day and end in it, its names, its days with counts.

    `is_whole`: it is over, the query holds all of it, and the hall had opened before it.
    """

    period: Period
    first: date
    end: date
    label: str
    name: str
    days: Sequence[date]
    is_whole: bool


def parts_of(found: HallDays, query: ExplorerQuery, words: Sentence, today: date) -> list[PartOfDays]:
    """The days, weeks or months of a query in order; of days only those with counts."""
    length = (query.ends_on - query.starts_on).days
    kind = PeriodKind.DAY if length <= MOST_DAYS else PeriodKind.WEEK
    kind = PeriodKind.MONTH if length > MOST_WEEKS else kind
    opened_on = min(found.days, default=None)
    parts = []
    on = query.starts_on
    while on < query.ends_on:
        period = period_of(kind, on)
        first, end = max(period.starts_on, query.starts_on), min(period.ends_on, query.ends_on)
        days = [day for day in found.days if first <= day < end]
        if days or kind is not PeriodKind.DAY:
            is_cut = (first, end) != (period.starts_on, period.ends_on)
            name = wording.period_text(period, query.language)
            if is_cut:
                name = words("quality.plot.trend.part", name=name, count=len(days))
            label = wording.short_date(first, kind, query.language)
            is_whole = not is_cut and end <= today and not is_begun_late(period, opened_on)
            parts.append(PartOfDays(period, first, end, label, name, days, is_whole))
        on = end
    return parts


def trend_plots(found: HallDays, query: ExplorerQuery, words: Sentence, today: date) -> list[Plot]:
    """Control charts of the share within the threshold, the median wait and the visits per open day."""
    parts = parts_of(found, query, words, today)
    shares, medians, visits = [], [], []
    for part in parts:
        days = [found.days[day] for day in part.days]
        tally, open_days = sum_of(days).total(), sum(bool(day.cells) for day in days)
        waits = as_counts(tally.waits)
        n, median = sum(waits.values()), quantile(waits, 0.5)
        is_judged = part.is_whole and n >= FEWEST
        shares.append(Point(waits_within(tally, query.within_s).percent, n, is_judged))
        medians.append(Point(None if median is None else median / 60, n, is_judged))
        visits.append(Point(tally.visits / open_days if open_days else None, open_days, part.is_whole))
    drawer = _Drawer(parts, query, words)
    target = found.targets.get(query.service or "")
    is_drawn = target is not None and target.wait_s == query.within_s
    percent = float(target.share_percent) if target is not None and is_drawn else None
    charts = (p_prime(shares), xmr(medians), xmr(visits))
    few, note = "", words("quality.control.rules")
    if all(chart.last is None for chart in charts):
        few = chart_text(charts[0], (), "", words)
        note = f"{few} {note}"
    per_day = words("quality.plot.visits_per_day")
    return [
        drawer.plot("trend", charts[0], "%", target=percent, few=few),
        drawer.plot("trend_median", charts[1], "min", few=few),
        drawer.plot("trend_visits", charts[2], per_day, few=few, note=note),
    ]


class _Drawer:
    def __init__(self, parts: Sequence[PartOfDays], query: ExplorerQuery, words: Sentence) -> None:
        self.parts, self.query, self.words = parts, query, words
        self.names = [named_in_sentence(part.period, words) for part in parts]

    def plot(
        self, name: str, chart: Chart, unit: str, *, few: str, note: str = "", target: float | None = None
    ) -> Plot:
        """The plot of a chart, with its table. `few`: what the note of all charts says of their limits."""
        say, last = self.words, chart.last
        names = ("low", "centre", "high")
        heights = (last.low, chart.centre, last.high) if last is not None else ()
        texts = {
            key: say(f"quality.control.{key}", value=amount(at, say))
            for key, at in zip(names, heights, strict=False)
            if at is not None
        }
        if target is not None:
            texts["target"] = say("quality.plot.trend.target", percent=amount(target, say))
        width = WAITS_WIDTH + (190 if name == "trend" else 0)
        labels = [part.label for part in self.parts]
        spec = control_plot(chart, labels, words=ControlWords(unit, **texts), width=width, target=target)
        counted = "days" if name == "trend_visits" else "waits"
        total = sum(read.point.n for read in chart.reads)
        sample = say(f"quality.control.n_{counted}", count=total, n=wording.number(total, say.language))
        keys = (
            "plot.trend.first",
            f"plot.{name}.value",
            f"control.{counted}",
            "control.limits",
            "control.reading",
        )
        sentences = [sample, *(() if few else (chart_text(chart, self.names, unit, say),))]
        if last is not None and not any(read.reading in SIGNALS for read in chart.reads):
            sentences.append(say("quality.control.none"))
        return Plot(
            name,
            spec,
            " ".join(sentences),
            [say(f"quality.{key}") for key in keys],
            [self._row(part, read) for part, read in zip(self.parts, chart.reads, strict=True)],
            {(row, 0): self.query.with_days(each.first, each.end) for row, each in enumerate(self.parts)},
            note,
        )

    def _row(self, part: PartOfDays, read: Read) -> list[str]:
        def exact(value: float | None) -> str:
            return "" if value is None else wording.number(value, self.words.language, decimals=1)

        value, low, high = exact(read.point.value), exact(read.low), exact(read.high)
        limits = self.words("quality.plot.trend.between", low=low, high=high) if low else ""
        reading = self.words(f"quality.control.reading.{read.reading}") if value else ""
        return [part.name, value, wording.number(read.point.n, self.words.language), limits, reading]


def amount(value: float, words: Sentence) -> str:
    """A value as sentences and charts write it: whole, or with one decimal below ten."""
    return wording.number(value, words.language, decimals=0 if value >= 9.95 else 1)


def named_in_sentence(period: Period, words: Sentence) -> str:
    """A period as the subject of a sentence: « mars 2026 », « la semaine du 2 mars 2026 »."""
    return words(f"quality.control.period.{period.kind}", name=wording.period_name(period, words.language))


def chart_text(chart: Chart, names: Sequence[str], unit: str, words: Sentence) -> str:
    """The limits of a chart in words, and its signals. `names`: of the points, as subjects of a sentence."""
    last = chart.last
    if last is None or last.low is None or last.high is None:
        return words("quality.control.few", fewest=FEWEST_POINTS)
    limits = {"low": amount(last.low, words), "high": amount(last.high, words)}
    unit = unit if unit == "%" and words.language == "en" else wording.NBSP + unit
    texts = [words("quality.control.usual", **limits, unit=unit, points=chart.judged)]
    outside = [name for name, read in zip(names, chart.reads, strict=True) if read.reading == "outside"]
    if outside:
        shown = outside[-MOST_NAMED:]
        if len(outside) > MOST_NAMED:
            shown.append(words("quality.control.others", count=len(outside) - MOST_NAMED))
        listed = format_list(shown, locale=locale_of(words.language))
        texts.append(
            words("quality.control.outside", count=len(outside), names=listed[0].upper() + listed[1:])
        )
    for first, last_at in chart.runs():
        read = chart.reads[first]
        side = "above" if (read.point.value or 0) > (chart.centre or 0) else "below"
        periods = sum(each.low is not None for each in chart.reads[first : last_at + 1])
        values = {"periods": periods, "first": names[first], "last": names[last_at]}
        texts.append(words(f"quality.control.run.{side}", **values))
    return " ".join(texts)


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


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a small chart: the path of its form, and its class."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class SmallChart:
    """A control chart without axes: the points of its band and unbroken lines, its marks, its sentences.

    `text`: what the line shows; `sentence`: the limits and signals.
    """

    band: str
    lines: Sequence[str]
    marks: Sequence[Mark]
    text: str
    sentence: str
    centre_y: float | None = None
    target_y: float | None = None


_FORMS: Mapping[Reading, str] = {
    "usual": "M{x},{y}m-2.5,0a2.5,2.5,0,1,0,5,0a2.5,2.5,0,1,0-5,0z",
    "not_judged": "M{x},{y}m-3.5,0a3.5,3.5,0,1,0,7,0a3.5,3.5,0,1,0-7,0z",
    "run": "M{x},{y}m-4-4h8v8h-8z",
    "outside": "M{x},{y}m0-6l6,6-6,6-6-6z",
}


def small_chart(chart: Chart, text: str, sentence: str, *, target: float | None = None) -> SmallChart:
    """A chart as the summary draws it, on a scale of its own; its last point is the chosen period."""
    every = [at for read in chart.reads for at in (read.point.value, read.low, read.high)]
    heights = [at for at in (*every, target) if at is not None] or [0]
    scale = (SMALL_HEIGHT - 2 * MARGIN) / (max(heights) - min(heights) or 1)
    step = (SMALL_WIDTH - 2 * MARGIN) / max(1, len(chart.reads) - 1)

    def y(height: float) -> float:
        return round(SMALL_HEIGHT - MARGIN - (height - min(heights)) * scale, 1)

    def at(place: int, height: float) -> str:
        return f"{MARGIN + place * step:.1f},{y(height)}"

    band = [(place, read.low, read.high) for place, read in enumerate(chart.reads)]
    upper = [at(place, high) for place, _, high in band if high is not None]
    lower = [at(place, low) for place, low, _ in reversed(band) if low is not None]
    marks, lines = [], []
    for is_there, run in groupby(enumerate(chart.reads), key=lambda each: each[1].point.value is not None):
        places = [(place, read, read.point.value) for place, read in run if read.point.value is not None]
        if is_there and len(places) > 1:
            lines.append(" ".join(at(place, value) for place, _, value in places))
        for place, read, value in places:
            x, height = at(place, value).split(",")
            name = read.reading + (" chosen" if place == len(chart.reads) - 1 else "")
            marks.append(Mark(_FORMS[read.reading].format(x=x, y=height), name))
    centre_y = None if chart.centre is None else y(chart.centre)
    target_y = None if target is None else y(target)
    return SmallChart(" ".join((*upper, *lower)), lines, marks, text, sentence, centre_y, target_y)
