"""Waits on the explorer: what becomes of them, and how announced ones came true."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.domain.quality.curves import Fate, curves_of, ends_of_waits
from server.domain.quality.doubt import interval_of
from server.domain.quality.figures import announced_share
from server.domain.quality.grades import LENGTHS, NO_WAIT, Grades, graded, ungraded
from server.domain.quality.indicators import figures_of
from server.domain.quality.leg_records import CLASSES
from server.domain.quality.rollup import Rollup
from server.domain.quality.selection import STEP_MIN
from server.web.pages.quality import wording
from server.web.pages.quality.changes import interval_text
from server.web.pages.quality.comparisons import OpenDays
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
from server.web.pages.quality.tables import OtherTable
from server.web.pages.quality.wording import FEWEST, NBSP, minutes
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


ANNOUNCED = "annonces"
"""The anchor of the section, and its file."""
_COLUMNS = ("announcement", "checked", "inside", "above", "below", "width", "score")


@dataclass(frozen=True, slots=True)
class GradedRow:
    """A part of the announcements: how many, then its shares and minutes; none where they are too few.

    `between`: the interval of the share inside.
    """

    name: str
    checked: str
    cells: Sequence[str] = ()
    between: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncedWaits:
    """The section; `said`: sentences, the first of which says how many of a hundred were inside."""

    said: Sequence[str]
    columns: Sequence[str]
    groups: Sequence[tuple[str, Sequence[GradedRow]]]

    @property
    def table(self) -> OtherTable:
        """The same as a sheet."""
        rows = [
            (row.name, row.checked, *(row.cells or ("",) * (len(self.columns) - 2)))
            for _, rows in self.groups
            for row in rows
        ]
        return OtherTable(ANNOUNCED, self.columns, rows)


def announced_waits(days: OpenDays, words: Sentence) -> AnnouncedWaits | None:
    """The grades of some days; None where no announcement has one."""
    if not graded(days.total.announced).told:
        return None
    return AnnouncedWaits(
        list(_said(days, words)),
        [words(f"quality.announced.{name}") for name in _COLUMNS],
        [(words(f"quality.announced.by_{name}"), rows) for name, rows in _groups(days, words) if rows],
    )


def of_hundred(grades: Grades) -> tuple[int, int, int]:
    """How many of a hundred were inside, above and below: whole numbers that add up to a hundred."""
    shares = [100 * part / grades.told for part in (grades.inside, grades.above, grades.below)]
    found = [int(share) for share in shares]
    for place in sorted(range(3), key=lambda place: found[place] - shares[place])[: 100 - sum(found)]:
        found[place] += 1
    return found[0], found[1], found[2]


def _said(days: OpenDays, words: Sentence) -> Iterator[str]:
    counts, language = days.total.announced, words.language
    grades, waits = graded(counts), graded(counts, [each for each in LENGTHS if each != NO_WAIT])
    n = wording.number(grades.told, language)
    if grades.told < FEWEST:
        yield words("quality.announced.few", n=n)
        return
    inside, above, below = of_hundred(grades)
    yield words("quality.announced.said", inside=inside, above=above, below=below)
    if FEWEST <= waits.told < grades.told:
        inside, above, below = of_hundred(waits)
        yield words("quality.announced.with_wait", inside=inside, above=above, below=below)
    if grades.compared >= FEWEST:
        yield words(
            "quality.announced.simple",
            own=wording.number(grades.own_error_s / grades.compared / 60, language, decimals=1),
            simple=wording.number(grades.simple_error_s / grades.compared / 60, language, decimals=1),
            n=wording.number(grades.compared, language),
        )
    without = ungraded(counts)
    if n_without := sum(without.values()):
        percent = wording.whole_percent(100 * n_without / (n_without + grades.told))
        reasons = (
            words(f"quality.announced.why.{why}", n=wording.number(each, language))
            for why, each in sorted(without.items(), key=lambda one: -one[1])
        )
        yield words("quality.announced.without", percent=percent, reasons=", ".join(reasons))


def _groups(days: OpenDays, words: Sentence) -> Iterator[tuple[str, Sequence[GradedRow]]]:
    yield "length", [_row(words("quality.announced.all"), days, LENGTHS, words), *_lengths(days, words)]
    classes = days.classes
    yield (
        "class",
        [
            _row(words(f"quality.class.{name}"), classes[name], LENGTHS, words)
            for name in CLASSES
            if name in classes and graded(classes[name].total.announced).told
        ],
    )
    yield (
        "hour",
        [
            _row(wording.hour_label(int(hour), words.language), part, LENGTHS, words)
            for hour, part in sorted(days.hours.items())
            if graded(part.total.announced).told
        ],
    )


def _lengths(days: OpenDays, words: Sentence) -> Iterator[GradedRow]:
    for length in LENGTHS:
        if graded(days.total.announced, [length]).told:
            yield _row(words(f"quality.announced.length.{length}"), days, [length], words)


def _row(name: str, days: OpenDays, lengths: Sequence[str], words: Sentence) -> GradedRow:
    grades, language = graded(days.total.announced, lengths), words.language
    checked = wording.number(grades.told, language)
    if grades.told < FEWEST or not grades.called:
        return GradedRow(name, checked)
    shares = (100 * part / grades.told for part in (grades.inside, grades.above, grades.below))
    means = (grades.width_s / grades.called, grades.score_s / grades.called)
    cells = [
        *(f"{wording.whole_percent(share)}{NBSP}%" for share in shares),
        *(f"{wording.number(minutes(mean), language)}{NBSP}min" for mean in means),
    ]
    measure = announced_share(lambda part: part.inside, lengths)
    between = interval_text(interval_of(measure, days.counted), "percent", words)
    return GradedRow(name, checked, cells, between)
