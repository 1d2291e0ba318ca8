"""The explorer's plot of half hours: which of them is lost, with its table."""

from collections.abc import Sequence

from server.domain.quality.doubt import FEWEST_DAYS
from server.domain.quality.half_hours import HalfHour, half_hours_of
from server.domain.quality.rollup import Rollup, as_counts, quantile
from server.domain.quality.selection import is_shown_in_cell
from server.usecases.quality.indicators import HallDays
from server.web.pages.quality import wording
from server.web.pages.quality.query import ExplorerQuery
from server.web.pages.quality.specs import (
    BAR,
    LEFT,
    RANGE,
    WHOLE_WIDTH,
    Plot,
    Spec,
    frame_of,
    labels_axis,
    layers_of,
    value_axis,
)
from server.web.pages.quality.trends import SIGNAL
from server.web.pages.quality.waits import departed_percent
from server.web.rendering.viewer import Sentence

NAME = "half_hours"
WIDTH = WHOLE_WIDTH + 120
_COLUMNS = (
    *(f"{NAME}.{name}" for name in ("first", "visits", "waits", "within", "between", "median")),
    *("departed", f"{NAME}.missed", f"{NAME}.part", f"{NAME}.stands_out"),
)


def half_hour_label(at: int, language: str) -> str:
    """A local half hour (0–48) as a page writes it: 11 h 30, or 11:30 in English and Spanish."""
    hour = wording.hour_label(at // 2, language)
    if at % 2 == 0:
        return hour
    return f"{hour}{wording.NBSP}30" if language == "fr" else hour.replace(":00", ":30")


def half_hours_plots(found: HallDays, whole: Rollup, query: ExplorerQuery, words: Sentence) -> list[Plot]:
    """The plot with its sentence and its table; none with fewer than two half hours of ten waits."""
    half_hours = half_hours_of(found.days.values())
    shown = [each for each in half_hours if is_shown_in_cell(each.waits)]
    if len(shown) < 2:
        return []
    writer = _Writer(found, half_hours, words)
    parts = whole.split(lambda key: key.half_hour)
    rows = [writer.row(each, parts[each.at]) for each in half_hours]
    columns = [words(f"quality.plot.{name}") for name in _COLUMNS]
    links = {(row, 0): query.in_hour(each.at // 2) for row, each in enumerate(half_hours)}
    spec, note = half_hours_spec(shown, query.language), words(f"quality.plot.{NAME}.note")
    return [Plot(NAME, spec, writer.sentence(shown), columns, rows, links, note)]


class _Writer:
    def __init__(self, found: HallDays, half_hours: Sequence[HalfHour], words: Sentence) -> None:
        self.words, self.language = words, words.language
        self.open_days = max(1, sum(bool(rollup.cells) for rollup in found.days.values()))
        self.missed = sum(each.missed for each in half_hours)

    def sentence(self, shown: Sequence[HalfHour]) -> str:
        """Which half hour is lost; or that none stands out, or that the days are too few to tell."""
        worse = sorted((each for each in shown if each.is_worse), key=lambda each: -each.missed)
        if not worse:
            key = "none" if any(each.interval for each in shown) else "few_days"
            return self.words(f"quality.plot.{NAME}.{key}", fewest=FEWEST_DAYS)
        first, *others = worse
        sentence = self.words(
            f"quality.plot.{NAME}.sentence",
            **self._range(first),
            n=self._number(first.missed / self.open_days, decimals=1),
            part=wording.whole_percent(100 * first.missed / self.missed),
        )
        if others:
            sentence += " " + self.words(f"quality.plot.{NAME}.others", count=len(others))
        return sentence

    def row(self, half_hour: HalfHour, part: Rollup) -> list[str]:
        """What the table says of a half hour; of fewer than ten waits only how many they are."""
        tally = part.total()
        name = self.words(f"quality.plot.{NAME}.range", **self._range(half_hour))
        visits = self._number(tally.visits / self.open_days, decimals=1)
        if not is_shown_in_cell(half_hour.waits):
            return [name, visits, self.words("quality.plot.heat.few"), *([""] * 7)]
        within = 100 - 100 * half_hour.missed / half_hour.waits
        median = quantile(as_counts(tally.waits), 0.5)
        return [
            name,
            visits,
            self._number(half_hour.waits),
            self._number(wording.whole_percent(within)),
            self._between(half_hour),
            "" if median is None else self._number(wording.minutes(median)),
            departed_percent(part, self.language),
            self._number(half_hour.missed / self.open_days, decimals=1),
            self._number(wording.whole_percent(100 * half_hour.missed / max(1, self.missed))),
            self._standing(half_hour),
        ]

    def _standing(self, half_hour: HalfHour) -> str:
        change = half_hour.change
        if change is None or change.direction not in ("up", "down"):
            return ""
        return self.words(f"quality.plot.{NAME}.{change.direction}")

    def _between(self, half_hour: HalfHour) -> str:
        if half_hour.interval is None:
            return ""
        low, high = (wording.whole_percent(limit) for limit in half_hour.interval[:2])
        return f"{self._number(low)}–{self._number(high)}"

    def _range(self, half_hour: HalfHour) -> dict[str, str]:
        first, last = (half_hour_label(at, self.language) for at in (half_hour.at, half_hour.at + 1))
        return {"first": first, "last": last}

    def _number(self, value: float, *, decimals: int = 0) -> str:
        return wording.number(value, self.language, decimals=decimals)


def half_hours_spec(half_hours: Sequence[HalfHour], language: str) -> Spec:
    """The share within the target of each half hour in its interval; one that is worse is a diamond."""
    values = [
        {
            "x": half_hour_label(each.at, language),
            "y": round(100 - 100 * each.missed / each.waits, 2),
            "low": each.interval.low if each.interval else None,
            "high": each.interval.high if each.interval else None,
            "worse": each.is_worse,
        }
        for each in half_hours
    ]
    y = value_axis("y", "%", 100) | {"scale": {"domain": [0, 100]}}
    y["axis"] |= {"values": [0, 25, 50, 75, 100]}
    place = {"x": labels_axis([half_hour_label(each.at, language) for each in half_hours], WIDTH), "y": y}

    def of_worse(usual: object, worse: object) -> Spec:
        scale = {"domain": [False, True], "range": [usual, worse]}
        return {"field": "worse", "type": "nominal", "scale": scale, "legend": None}

    form = {"shape": of_worse("circle", "diamond"), "size": of_worse(60, 190), "fill": of_worse(BAR, SIGNAL)}
    layers = layers_of(
        values,
        (
            {"type": "rule", "color": RANGE, "strokeWidth": 7},
            place | {"y": y | {"field": "low"}, "y2": {"field": "high"}},
        ),
        ({"type": "point", "opacity": 1, "strokeWidth": 0}, place | form),
    )
    spec = frame_of(layers, WIDTH)
    spec["padding"]["right"] = LEFT
    return spec
