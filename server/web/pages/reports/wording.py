"""A report in the words of a page or a sheet: periods, figures against the period before, verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time

from server.domain.quality.indicators import INDICATORS
from server.domain.quality.periods import Period, PeriodKind
from server.domain.reports.figures import (
    FEWEST,
    Correction,
    ReportContent,
    ReportDays,
    ReportFigure,
    ReportHall,
    ReportPart,
    ReportTarget,
    report_period,
    verdict,
)
from server.language import locale_of
from server.usecases.reports.reports import ReadReport
from server.web.pages.quality.wording import (
    NBSP,
    hour_label,
    minutes,
    number,
    period_text,
    short_day,
    whole_percent,
)
from server.web.rendering.viewer import Sentence

TILES = ("visits", "wait_median", "wait_p90", "within_target", "not_issued")
"""The figures at the top of the sheet, in their order."""
FEW = "*"
"""Follows a figure of fewer than ten people; the sheet says so."""
MOST_LINES = 8
"""With more lines in its table, the sheet is set smaller."""
CONVENTIONS = ("visits", "waits", "within_target", "not_issued")
"""Those of the figures on the sheet, in short, in their order."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the whole, with that of the period before."""

    label: str
    value: str
    previous: str


@dataclass(frozen=True, slots=True)
class Line:
    """A hall or service in the table: cells in the order of its head, each with that of the period before."""

    name: str
    cells: Sequence[tuple[str, str]]
    is_hall: bool


@dataclass(frozen=True, slots=True)
class Corrected:
    """A frozen figure that would be another now, in words."""

    where: str
    indicator: str
    frozen: str
    now: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """« Une page pour le comité », in words. `state`, `proof`: what the foot says."""

    title: str
    halls: Sequence[str]
    period: str
    previous: str
    notes: Sequence[str]
    tiles: Sequence[Tile]
    target: str
    lines: Sequence[Line]
    is_dense: bool
    has_few: bool
    hours: Sequence[str]
    not_issued: Sequence[str]
    sentences: Sequence[str]
    conventions: Sequence[str]
    corrections: Sequence[Corrected]
    state: str
    is_draft: bool
    proof: str
    digest: str


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

    def days(self, days: ReportDays) -> str:
        """A period by its name, and why it is not whole, with the number of its counted days."""
        name = self.period(report_period(days["name"]))
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
        value = figure["value"]
        if value is None:
            return self.say("reports.nothing")
        unit = INDICATORS[indicator].unit
        if unit == "s":
            text = f"{number(minutes(value), self.language)}{NBSP}min"
        elif unit == "percent":
            text = f"{number(whole_percent(value), self.language)}{NBSP}%"
        else:
            return number(value, self.language)
        return text + (FEW if figure["n"] < FEWEST else "")

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
        return said if found == "none" else f"{said} – {self.say(f'reports.verdict.{found}')}"

    def days_of(self, hall: ReportHall, period: ReportDays) -> str:
        """The days of a hall in a period, as `days`."""
        return self.days(
            {
                "name": period["name"],
                "counted_days": hall["counted_days"],
                "first_on": hall["first_on"],
                "last_on": hall["last_on"],
                "partial": hall["partial"],
            }
        )

    def line(self, part: ReportPart, *, is_hall: bool) -> Line:
        """A part in the table: visits, median, nine in ten, share and target, tickets not given."""
        now, before = part["figures"], part["previous"]

        def both(indicator: str) -> tuple[str, str]:
            earlier = self.value(indicator, before[indicator])
            return self.value(indicator, now[indicator]), self.say("reports.before", value=earlier)

        found = verdict(part)
        return Line(
            part["name"],
            [
                *(both(name) for name in ("visits", "wait_median", "wait_p90", "within_target")),
                (
                    self.target(part["target"]),
                    "" if found == "none" else self.say(f"reports.verdict.{found}"),
                ),
                both("not_issued"),
            ],
            is_hall,
        )

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


def report_sheet(report: ReadReport, say: Sentence) -> Sheet:
    """« Une page pour le comité » of a report."""
    words, content = ReportWording(say), report.figures
    halls = content["halls"]
    facts = sum(each["facts"] for each in halls)
    lines = [words.line(each["whole"], is_hall=True) for each in halls] if len(halls) > 1 else []
    lines += [words.line(each, is_hall=False) for each in content["services"]]
    whole = content["whole"]
    return Sheet(
        title=say("reports.sheet.title"),
        halls=[each["name"] for each in halls],
        period=words.days(content["period"]),
        previous=words.days(content["previous"]),
        notes=_notes(content, words),
        tiles=[
            Tile(
                say(f"reports.tile.{name}"),
                words.value(name, whole["figures"][name]),
                say("reports.before", value=words.value(name, whole["previous"][name])),
            )
            for name in TILES
        ],
        target=words.target_line(whole),
        lines=lines,
        is_dense=len(lines) > MOST_LINES,
        has_few=any(FEW in text for line in lines for cell in line.cells for text in cell)
        or any(FEW in words.value(name, whole["figures"][name]) for name in TILES),
        hours=[
            say(
                "reports.hour",
                hour=hour_label(each["hour"], say.language),
                next=hour_label(each["hour"] + 1, say.language),
                minutes=minutes(each["wait_p90_s"]),
                n=number(each["n"], say.language),
            )
            for each in content["hours"]
        ],
        not_issued=[
            say("reports.reason", reason=_reason(reason, say), n=number(count, say.language))
            for reason, count in content["not_issued"].items()
        ],
        sentences=[each for each in report.row.sentences if each],
        conventions=[say(f"reports.convention.{each}") for each in CONVENTIONS],
        corrections=[words.corrected(each) for each in report.corrections],
        state=_state(report, words),
        is_draft=report.row.frozen_at is None,
        proof=say(
            "reports.proof",
            count=facts,
            n=number(facts, say.language),
            at=words.instant(datetime.fromisoformat(content["as_of"]), content["time_zone"]),
        ),
        digest=report.row.digest or "",
    )


def _notes(content: ReportContent, words: ReportWording) -> list[str]:
    """The halls whose figures are not those of the whole period, where the period itself is whole."""
    if len(content["halls"]) == 1:
        return []
    return [
        words.say("reports.hall_note", hall=each["name"], days=words.days_of(each, content["period"]))
        for each in content["halls"]
        if each["partial"] and each["partial"] != content["period"]["partial"]
    ]


def _reason(reason: str, say: Sentence) -> str:
    key = f"quality.not_issued.{reason}"
    text = say(key)
    return say("quality.not_issued.other") if text == key else text


def _state(report: ReadReport, words: ReportWording) -> str:
    row, zone = report.row, report.figures["time_zone"]
    if row.frozen_at is None:
        return words.say("reports.state.draft_line")
    frozen = words.say("reports.state.frozen_line", at=words.instant(row.frozen_at, zone))
    if row.approved_at is None:
        return f"{frozen} {words.say('reports.state.unapproved_line')}"
    return f"{frozen} {words.say('reports.state.approved_line', at=words.instant(row.approved_at, zone))}"


def proposed_sentences(content: ReportContent, words: ReportWording) -> list[str]:
    """Three sentences made of the figures, for the author to read and change."""
    figures, before = content["whole"]["figures"], content["whole"]["previous"]
    say = words.say
    visits, earlier = figures["visits"]["n"], before["visits"]["n"]
    first = say(
        "reports.proposed.visits",
        count=visits,
        n=number(visits, say.language),
        period=words.period(report_period(content["period"]["name"])),
        before=number(earlier, say.language),
    )
    if figures["wait_median"]["value"] is None:
        return [first, "", ""]
    second = say(
        "reports.proposed.waits",
        median=words.value("wait_median", figures["wait_median"]),
        p90=words.value("wait_p90", figures["wait_p90"]),
    )
    refused = figures["not_issued"]["n"]
    turned = say("reports.proposed.not_issued", count=refused, n=number(refused, say.language))
    return [first, second, turned]
