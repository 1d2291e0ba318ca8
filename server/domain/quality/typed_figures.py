"""Typed figures: values that people enter because the hall does not measure them. Pure.

Letters, e-mails, calls; and values of an earlier tool, for periods that the hall did not measure itself.
Rules in prose: docs/rules/typed-figures.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from server.domain.facts import Fact, FactKind
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.periods import Period, PeriodKind
from server.domain.refusals import Refusal

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
