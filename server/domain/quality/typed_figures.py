"""Typed figures, annotations of days, and the fold of their facts. Pure.

Typed figures are values that people enter because the hall does not measure them: letters, e-mails, calls;
and values of an earlier tool, for periods that the hall did not measure itself. Many are pasted from a sheet.
Annotations are short remarks that explain the figures of a day.
Rules in prose: docs/rules/typed-figures.md, docs/rules/annotations.md.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from server.domain.facts import Fact, FactKind
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.periods import Period, PeriodKind, parse_period
from server.domain.refusals import Refusal
from server.domain.row_changes import Fold, inserts, updates
from server.domain.texts import fold_text

type TypedUnit = Literal["percent", "days", "minutes", "visits", "tickets", "people"]
"""Units of typed values; the waits of the hall are typed in minutes."""

TYPED: dict[str, TypedUnit] = {
    "letters_in_time": "percent",
    "letters_delay": "days",
    "emails_in_time": "percent",
    "emails_delay": "days",
    "calls_answered_in_time": "percent",
    "calls_lost": "percent",
    "titles_delay": "days",
}
"""The indicators that are typed only, in the order in which pages show them, with their units."""
OF_WHOLE_HALL = {
    *("calls_answered_in_time", "calls_lost"),
    *(name for name, each in INDICATORS.items() if each.adds_up == "worst"),
}
"""The indicators that no service has: a call is counted before anybody knows what it is about."""
PERIODS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
LONGEST_SOURCE = 80
"""Characters of a source."""
MOST_VALUES = 200
"""Values that are taken at once."""
MOST_DECIMALS = 2
_HIGHEST: dict[TypedUnit, int] = {"percent": 100, "days": 3650, "minutes": 1440}
_HIGHEST_COUNT = 9_999_999


@dataclass(frozen=True, slots=True)
class TypedFigureRequest:
    """A value of an indicator in a period, in the unit of the indicator.

    `source` says where it was counted, and names nobody. `is_from_other_tool`: an earlier tool measured it.
    `service`: an id, empty for the whole hall.
    """

    indicator: str
    period: Period
    value: Decimal
    source: str
    is_from_other_tool: bool = False
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedFigure(TypedFigureRequest):
    """A value that was typed; `author` (id) typed it."""

    id: str
    author: str
    recorded_at: datetime

    @property
    def unit(self) -> TypedUnit:
        """The unit of its value."""
        return unit_of(self.indicator)


def unit_of(indicator: str) -> TypedUnit:
    """The unit in which values of an indicator are typed. Refusal: unknown_typed_indicator."""
    if indicator in TYPED:
        return TYPED[indicator]
    if indicator not in INDICATORS:
        raise Refusal("unknown_typed_indicator", indicator=indicator)
    unit = INDICATORS[indicator].unit
    return "minutes" if unit == "s" else unit


def check_figure(request: TypedFigureRequest, today: date) -> None:
    """Checks a value as of a local date.

    Refusals: unknown_typed_indicator; bad_typed_value below 0, above what its unit allows, with more than two
    decimals, or a count that is not whole; bad_typed_period for a day or a week, or a period to come;
    typed_source_missing, typed_source_too_long; typed_of_whole_hall for a service where no service has it.
    """
    unit = unit_of(request.indicator)
    value, highest = request.value, _HIGHEST.get(unit, _HIGHEST_COUNT)
    decimals = MOST_DECIMALS if unit in _HIGHEST else 0
    if not value.is_finite() or not 0 <= value <= highest or value != round(value, decimals):
        raise Refusal("bad_typed_value", highest=highest, decimals=decimals)
    if request.period.kind not in PERIODS or request.period.starts_on > today:
        raise Refusal("bad_typed_period", period=request.period.name)
    if request.service and request.indicator in OF_WHOLE_HALL:
        raise Refusal("typed_of_whole_hall")
    if not request.source.strip():
        raise Refusal("typed_source_missing")
    if len(request.source.strip()) > LONGEST_SOURCE:
        raise Refusal("typed_source_too_long", longest=LONGEST_SOURCE)


def current_figures(figures: Iterable[TypedFigure]) -> list[TypedFigure]:
    """The figures that apply, of those in the order of recording.

    The last one of an indicator, service and period. In the order of indicators, the latest period first.
    """
    last = {(each.indicator, each.service, each.period.name): each for each in figures}
    order = {name: rank for rank, name in enumerate((*TYPED, *INDICATORS))}
    by_service = sorted(last.values(), key=lambda each: each.service)
    by_period = sorted(by_service, key=lambda each: (each.period.starts_on, each.period.name), reverse=True)
    return sorted(by_period, key=lambda each: order[each.indicator])


def figure_typed(fact_id: str, request: TypedFigureRequest) -> Fact:
    """A value that the hall does not measure is typed."""
    return Fact(FactKind.FIGURE_TYPED, {"id": fact_id, **_terms(request), "source": request.source.strip()})


def typed_figure_withdrawn(figure: TypedFigure) -> Fact:
    """A typed value applies no more; the fact repeats its terms."""
    return Fact(FactKind.TYPED_FIGURE_WITHDRAWN, {"figure": figure.id, **_terms(figure)})


def _terms(request: TypedFigureRequest) -> dict[str, str | bool | None]:
    return {
        "indicator": request.indicator,
        "period": request.period.name,
        "value": f"{request.value.normalize():f}",
        "unit": unit_of(request.indicator),
        "is_from_other_tool": request.is_from_other_tool,
        "service": request.service or None,
    }


COLUMNS = ("period", "indicator", "value", "unit", "service")
"""The last one may be missing; of a value of the whole hall its cell is empty."""
_UNITS: dict[TypedUnit, tuple[str, ...]] = {
    "percent": ("%", "percent", "pour cent", "por ciento"),
    "days": ("j", "jour", "jours", "d", "day", "days", "dia", "dias"),
    "minutes": ("min", "mn", "minute", "minutes", "minuto", "minutos"),
    "visits": ("", "visite", "visites", "visit", "visits", "visita", "visitas"),
    "tickets": ("", "ticket", "tickets", "tique", "tiques"),
    "people": ("", "personne", "personnes", "people", "persona", "personas"),
}
"""The words that a unit’s cell may hold, as `fold_text` gives them. Only counts may have none."""
_HEADINGS = ("periode", "period", "periodo")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
_MONTH = re.compile(r"(\d{1,2})[/.-](\d{4})", re.ASCII)
_QUARTER = re.compile(r"(?:(\d{4})[ -]?[tq]([1-4])|[tq]([1-4])[ /-]?(\d{4}))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pasted:
    """A pasted text, the source of its values, indicators and services by the names that rows may have."""

    text: str
    source: str
    names: Mapping[str, str]
    services: Mapping[str, str]


def read_pasted(pasted: Pasted, today: date) -> list[TypedFigureRequest]:
    """Every value of a pasted text, as those of another tool; none where one row is wrong.

    A first row of headings and empty rows are left out. Decimals follow a comma or a point; spaces between
    thousands are left out.

    Refusals name the row and, where one is wrong, the cell: pasted_nothing, pasted_too_many, pasted_cells,
    pasted_period, pasted_indicator, pasted_value, pasted_unit, pasted_service, pasted_twice;
    typed_source_missing, typed_source_too_long.
    """
    rows = [
        (n, _cells(line)) for n, line in enumerate(pasted.text.splitlines(), start=1) if line.strip(" \t;")
    ]
    if rows and fold_text(rows[0][1][0]) in _HEADINGS:
        rows = rows[1:]
    if not rows:
        raise Refusal("pasted_nothing")
    if len(rows) > MOST_VALUES:
        raise Refusal("pasted_too_many", most=MOST_VALUES)
    names = {fold_text(name): indicator for name, indicator in pasted.names.items()}
    services = {fold_text(name): service for name, service in pasted.services.items()} | {"": ""}
    found: dict[tuple[str, str, str], TypedFigureRequest] = {}
    for row, cells in rows:
        request = _request(row, cells, names, services, pasted.source)
        _check(row, cells, request, today)
        if (
            found.setdefault((request.indicator, request.service, request.period.name), request)
            is not request
        ):
            raise Refusal("pasted_twice", row=row)
    return list(found.values())


def typed_period(text: str) -> Period:
    """The month, quarter or year that a text names: 2026-09, 09/2026, 2026-T3, T3 2026, 2026.

    Refusal: bad_period.
    """
    folded = fold_text(text).strip()
    if month := _MONTH.fullmatch(folded):
        return parse_period(f"{month[2]}-{int(month[1]):02d}")
    if quarter := _QUARTER.fullmatch(folded):
        return parse_period(f"{quarter[1] or quarter[4]}-Q{quarter[2] or quarter[3]}")
    return parse_period(folded)


def typed_value(text: str) -> Decimal:
    """The number of a text, with a comma or a point. Refusal: bad_typed_number."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not _NUMBER.fullmatch(plain) or len(plain) > 20:
        raise Refusal("bad_typed_number", text=text)
    return Decimal(plain.replace(",", "."))


def _cells(line: str) -> Sequence[str]:
    return [cell.strip() for cell in line.split("\t" if "\t" in line else ";")]


def _request(
    row: int, cells: Sequence[str], names: Mapping[str, str], services: Mapping[str, str], source: str
) -> TypedFigureRequest:
    if not len(COLUMNS) - 2 <= len(cells) <= len(COLUMNS):
        raise Refusal("pasted_cells", row=row, count=len(cells))
    period, indicator, value, unit, service = [*cells, "", ""][: len(COLUMNS)]
    name = names.get(fold_text(indicator))
    if name is None:
        raise Refusal("pasted_indicator", row=row, cell=indicator)
    if fold_text(unit) not in _UNITS[unit_of(name)]:
        raise Refusal("pasted_unit", row=row, cell=unit, unit=unit_of(name))
    if fold_text(service) not in services:
        raise Refusal("pasted_service", row=row, cell=service)
    try:
        span = typed_period(period)
    except Refusal as refusal:
        raise Refusal("pasted_period", row=row, cell=period) from refusal
    try:
        return TypedFigureRequest(
            name,
            span,
            typed_value(value),
            source,
            is_from_other_tool=True,
            service=services[fold_text(service)],
        )
    except Refusal as refusal:
        raise Refusal("pasted_value", row=row, cell=value) from refusal


def _check(row: int, cells: Sequence[str], request: TypedFigureRequest, today: date) -> None:
    try:
        check_figure(request, today)
    except Refusal as refusal:
        if refusal.code == "bad_typed_period":
            raise Refusal("pasted_period", row=row, cell=cells[0]) from refusal
        if refusal.code == "bad_typed_value":
            raise Refusal("pasted_value", row=row, cell=cells[2]) from refusal
        if refusal.code == "typed_of_whole_hall":
            raise Refusal("pasted_service", row=row, cell=cells[4]) from refusal
        raise


LONGEST_WORDS = 60
"""Characters of an annotation."""
EARLIEST = date(1990, 1, 1)
FARTHEST = timedelta(days=366)
"""How long before its day an annotation may be written."""


@dataclass(frozen=True, slots=True)
class DayAnnotation:
    """What was special on a local day of a hall: « grève », « travaux ». `author`: the id of who wrote it."""

    id: str
    day: date
    words: str
    author: str
    annotated_at: datetime


def checked_words(words: str) -> str:
    """The words on one line. Refusals: annotation_missing, annotation_too_long."""
    line = " ".join(words.split())
    if not line:
        raise Refusal("annotation_missing")
    if len(line) > LONGEST_WORDS:
        raise Refusal("annotation_too_long", longest=LONGEST_WORDS)
    return line


def check_day(day: date, today: date) -> None:
    """Refusal: bad_annotation_day for a day before 1990 or more than a year ahead."""
    if not EARLIEST <= day <= today + FARTHEST:
        raise Refusal("bad_annotation_day", latest=(today + FARTHEST).isoformat())


def day_annotated(fact_id: str, day: date, words: str) -> Fact:
    """A remark explains the figures of a day."""
    return Fact(FactKind.DAY_ANNOTATED, {"id": fact_id, "day": day.isoformat(), "words": words})


def annotation_withdrawn(annotation: DayAnnotation) -> Fact:
    """An annotation was withdrawn; the fact repeats its day and words."""
    body = {"annotation": annotation.id, "day": annotation.day.isoformat(), "words": annotation.words}
    return Fact(FactKind.ANNOTATION_WITHDRAWN, body)


QUALITY_FOLDS: dict[str, Fold] = {
    FactKind.DAY_ANNOTATED: inserts("day_annotation", "id", "day", "words", at="annotated_at", by="author"),
    FactKind.ANNOTATION_WITHDRAWN: updates("day_annotation", "annotation", at="withdrawn_at"),
    FactKind.FIGURE_TYPED: inserts(
        "typed_figure",
        *("id", "indicator", "period", "value", "unit", "source", "is_from_other_tool", "service"),
        at="recorded_at",
        by="author",
    ),
    FactKind.TYPED_FIGURE_WITHDRAWN: updates("typed_figure", "figure", at="withdrawn_at"),
}
"""By the kind of fact."""
