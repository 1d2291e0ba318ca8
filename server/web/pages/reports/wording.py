"""A report in the words of a page or a sheet: periods, figures against the period before, verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time

from server.domain.quality.doubt import FEWEST_DAYS, Direction
from server.domain.quality.indicators import INDICATORS, Figure
from server.domain.quality.periods import Period, PeriodKind
from server.domain.reports.figures import (
    FEWEST,
    ReportDays,
    ReportFigure,
    ReportHour,
    ReportPart,
    ReportTarget,
    report_period,
    verdict,
)
from server.domain.reports.reports import Correction
from server.language import locale_of
from server.web.pages.quality.changes import MEASURED, SMALL
from server.web.pages.quality.wording import (
    NBSP,
    hour_label,
    minutes,
    number,
    period_text,
    short_day,
    shown,
)
from server.web.rendering.viewer import Sentence

TILES = ("visits", "wait_median", "wait_p90", "left_before_call", "within_target", "not_issued")
"""The figures at the top of the sheet, in their order. Who left stands beside the waits: both can fall."""
FEW = "*"
"""Follows a figure of fewer than ten people; the sheet says so."""
SIGNS: Mapping[Direction, str] = {"up": "↑", "down": "↓", "unclear": "≈"}
"""How the table marks a change; the sheet says under its title which sentence each one stands for."""

type Cell = tuple[str, Sequence[str]]
"""A figure of the table, and its interval and change; of an older report, the value of the period before."""


@dataclass(frozen=True, slots=True)
class Line:
    """A hall or service in the table: cells in the order of its head."""

    name: str
    cells: Sequence[Cell]
    is_hall: bool


@dataclass(frozen=True, slots=True)
class Corrected:
    """A frozen figure that would be another now, in words."""

    where: str
    indicator: str
    frozen: str
    now: str


class ReportWording:
    """Writes reports in one language: `say(key, **values)` is a sentence."""

    def __init__(self, say: Sentence) -> None:
        self.say, self.language = say, say.language

    def period(self, period: Period) -> str:
        """A month, a quarter or a year by its name."""
        year = period.starts_on.year
        if period.kind is PeriodKind.QUARTER:
            return self.say(f"reports.quarter.{(period.starts_on.month + 2) // 3}", year=year)
        if period.kind is PeriodKind.YEAR:
            return self.say("reports.year", year=year)
        return period_text(period, self.language)

    def days(self, days: ReportDays, name: str | None = None) -> str:
        """A period by its name, and why it is not whole, with the number of its counted days.

        `name`: of the period, where the days are those of a hall.
        """
        name = self.period(report_period(name or days["name"]))
        if not days["partial"]:
            return name
        if days["first_on"] is None:
            why = self.say("reports.partial.empty")
        else:
            first = short_day(date.fromisoformat(days["first_on"]), self.language)
            key = f"reports.partial.{days['partial']}"
            why = self.say(key, count=days["counted_days"], first=first)
        return self.say("reports.partial", period=name, why=why)

    def value(self, indicator: str, figure: ReportFigure) -> str:
        """A figure with its unit, rounded as on every page; a mark where fewer than ten people count."""
        if figure["value"] is None:
            return self.say("reports.nothing")
        is_few = INDICATORS[indicator].unit in MEASURED and figure["n"] < FEWEST
        found = Figure(indicator, figure["value"], n=figure["n"])
        return shown(found, self.language) + (FEW if is_few else "")

    def interval(self, indicator: str, figure: ReportFigure) -> str:
        """« 34 à 42 min », « 205 à 231 par jour »; empty where a figure has no interval."""
        found = figure.get("interval")
        if found is None:
            return ""
        low, high = self._numbers(indicator, (found["low"], found["high"]))
        return self.say(f"reports.interval.{_kind(indicator)}", low=low, high=high)

    def change(self, part: ReportPart, indicator: str, *, with_unit: bool = True) -> list[str]:
        """Whether a figure rose or fell, or whether chance explains it; then the size, where it is known."""
        found = part.get("changes", {}).get(indicator)
        if found is None or (found["difference"] is None and found["n_days"] >= FEWEST_DAYS):
            return []
        said = self.say(f"reports.change.{found['direction']}")
        difference, low, high = found["difference"], found["low"], found["high"]
        if difference is None or low is None or high is None:
            return [said]
        numbers = self._numbers(indicator, (difference, low, high), is_difference=True)
        size = dict(zip(("difference", "low", "high"), numbers, strict=True))
        return [said, self.say(f"reports.size.{_kind(indicator) if with_unit else 'short'}", **size)]

    def before(self, part: ReportPart, indicator: str) -> str:
        """The value of the period before."""
        return self.say("reports.before", value=self.value(indicator, part["previous"][indicator]))

    def changed(self, part: ReportPart, indicator: str) -> str:
        """`change` in one line."""
        said, *sizes = self.change(part, indicator) or [""]
        return self.say("reports.change", said=said, size=sizes[0]) if sizes else said

    def with_interval(self, indicator: str, figure: ReportFigure) -> str:
        """A figure and its interval, where it has one."""
        value, interval = self.value(indicator, figure), self.interval(indicator, figure)
        return f"{value} ({interval})" if interval else value

    def against(self, part: ReportPart, indicator: str) -> str:
        """The figure of the period before, and how it changed since."""
        value, change = self.value(indicator, part["previous"][indicator]), self.changed(part, indicator)
        return f"{value} – {change}" if change else value

    def details(self, part: ReportPart, indicator: str) -> list[str]:
        """The interval of a figure, its change and its value of the period before; what there is of them."""
        interval = self.interval(indicator, part["figures"][indicator])
        found = [interval, self.changed(part, indicator), self.before(part, indicator)]
        return [each for each in found if each]

    def _numbers(self, indicator: str, values: Sequence[float], *, is_difference: bool = False) -> list[str]:
        """Values in minutes, percents or numbers per day, with a decimal where whole ones would be alike.

        `is_difference`: the first one is a difference, and has its sign.
        """
        unit = INDICATORS[indicator].unit
        found = [value / 60 if unit == "s" else value for value in values]
        is_small = unit not in MEASURED and max(map(abs, found)) < SMALL
        whole = {round(value) for value in found}
        decimals = 1 if is_small or len(whole) < len(found) or (0 in whole and 0 not in found) else 0
        texts = [
            ("−" if value < 0 else "") + number(abs(value), self.language, decimals=decimals)
            for value in found
        ]
        if is_difference and found[0] > 0:
            texts[0] = f"+{texts[0]}"
        return texts

    def target(self, target: ReportTarget | None) -> str:
        """A target in words; that of the hall's document is said to be none that was decided."""
        if target is None:
            return self.say("reports.target.several")
        wait = minutes(target["wait_s"])
        if not target["is_decided"] or target["share_percent"] is None:
            return self.say("reports.target.undecided", minutes=wait)
        key = "reports.target.changed" if target["changed"] else "reports.target.decided"
        return self.say(key, share=target["share_percent"], minutes=wait)

    def target_line(self, part: ReportPart) -> str:
        """The target of a part, with the verdict where there is one."""
        found, said = verdict(part), self.target(part["target"])
        if found == "none":
            return said
        interval = self.interval("within_target", part["figures"]["within_target"])
        words = [f"{said} – {self.say(f'reports.verdict.{found}')}", f"({interval})" if interval else ""]
        return " ".join(filter(None, words))

    def open_days(self, part: ReportPart) -> str:
        """The open days of a period and of the one before; empty for an older report."""
        if "open_days" not in part:
            return ""
        now, before = part["open_days"]
        return self.say("reports.open_days", count=now, n=number(now, self.language), before=before)

    def line(self, part: ReportPart, *, is_hall: bool) -> Line:
        """A part in the table: visits, waits, departures, share and target, tickets not given."""
        found = verdict(part)
        target = (
            self.target(part["target"]),
            [] if found == "none" else [self.say(f"reports.verdict.{found}")],
        )
        cells = {name: self._cell(part, name) for name in TILES}
        *first, last = cells.values()
        return Line(part["name"], [*first, target, last], is_hall)

    def _cell(self, part: ReportPart, indicator: str) -> Cell:
        value = self.value(indicator, part["figures"][indicator])
        if "changes" not in part:
            return value, [self.before(part, indicator)]
        interval = self.interval(indicator, part["figures"][indicator])
        direction = part["changes"][indicator]["direction"]
        if direction == "few_days":  # once a line is enough
            change = self.change(part, indicator) if indicator == "visits" else []
        else:
            value = f"{value}{NBSP}{SIGNS[direction]}"
            change = self.change(part, indicator, with_unit=False)[1:] if direction != "unclear" else []
        return value, [each for each in (interval, *change) if each]

    def hour(self, found: ReportHour) -> str:
        """An hour in which people wait long, with how many left in it before the call."""
        figure: ReportFigure = {"value": found["wait_p90_s"], "n": found["n"], "count": None}
        wait, interval = self.value("wait_p90", figure), found.get("interval")
        if interval:
            wait = f"{wait} ({self.interval('wait_p90', {**figure, 'interval': interval})})"
        said = self.say(
            "reports.hour",
            hour=hour_label(found["hour"], self.language),
            next=hour_label(found["hour"] + 1, self.language),
            wait=wait,
            n=number(found["n"], self.language),
        )
        if "left" not in found:
            return said
        left = number(found["left"], self.language)
        return self.say("reports.hour_left", hour=said, count=found["left"], n=left)

    def corrected(self, correction: Correction) -> Corrected:
        """A correction, with both values."""
        return Corrected(
            correction.name or self.say("reports.together"),
            self.say(INDICATORS[correction.indicator].label_key),
            self._exact(correction.indicator, correction.frozen),
            self._exact(correction.indicator, correction.now),
        )

    def _exact(self, indicator: str, value: float | None) -> str:
        """A value with one decimal: of two that differ both are readable."""
        if value is None:
            return self.say("reports.nothing")
        unit = INDICATORS[indicator].unit
        if unit == "s":
            return f"{number(value / 60, self.language, decimals=1)}{NBSP}min"
        if unit == "percent":
            return f"{number(value, self.language, decimals=1)}{NBSP}%"
        return number(value, self.language)

    def instant(self, at: datetime, time_zone: str) -> str:
        """An instant as a local date and time."""
        local = at.astimezone(ZoneInfo(time_zone))
        time = str(format_time(local, "HH:mm", locale=locale_of(self.language)))
        return self.say("reports.instant", day=short_day(local.date(), self.language), time=time)


def _kind(indicator: str) -> str:
    """How differences of an indicator are written; numbers are per open day."""
    unit = INDICATORS[indicator].unit
    return unit if unit in MEASURED else "count"
