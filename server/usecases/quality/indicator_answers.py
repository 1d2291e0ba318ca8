"""The indicators of a hall as the API gives them."""

from typing import NotRequired, TypedDict

from hardware.json_types import Count, InstantText, LocalDate
from server.domain.quality.doubt import Direction
from server.domain.quality.figures import Unit
from server.usecases.answers import Period


class IndicatorDefinition(TypedDict):
    """An indicator: its stable name, its unit, and its sentences in the reader's language."""

    indicator: str
    unit: Unit
    label: str
    definition: str
    convention: str


class ChangeAnswer(TypedDict):
    """What changed since the days before, in the unit of the indicator; numbers are per open day."""

    difference: float | None
    """Null where one of the periods has no value."""
    low: float | None
    """The limits of the difference at 95 %; null without an interval."""
    high: float | None
    n_days: Count
    """The days of the smaller of the two periods."""
    p: float | None
    direction: Direction
    """`unclear`: chance alone may do this; `few_days`: one of the periods has fewer than eight days."""


class FigureAnswer(TypedDict):
    """A value of an indicator, in its unit; null where nobody was counted."""

    indicator: str
    value: float | None
    n: Count
    """How many it is counted from."""
    count: NotRequired[Count]
    """For a share: how many of `n` count."""
    low: NotRequired[float]
    """The limits of its interval at 95 %, those of a number per open day; none under eight days."""
    high: NotRequired[float]
    n_days: NotRequired[Count]
    """The days that the interval takes: open days, or those with a wait."""
    change: NotRequired[ChangeAnswer]
    """Where days before are named."""
    of: NotRequired[str]
    """The service that a figure of the worst service or group belongs to."""
    of_class: NotRequired[str]
    """The class of the visitors of the worst group: `priority`, `appointment` or `walk_in`."""
    withheld: NotRequired[str]
    """Why a value is not given: fewer than three people worked at the counters."""


class FiguresRow(TypedDict):
    """The figures of one part: a service, an hour, a day …; `all` where nothing is split."""

    key: str
    figures: list[FigureAnswer]


class AlertVisits(TypedDict):
    """The visits that were present while an alert held, and whether they are counted."""

    counted: bool
    visits: Count


class ExceptionalCount(TypedDict):
    """How many were received for a service without the appointment it needs, by reason."""

    service: str
    reason: str
    count: Count


class YearBeforeAnswer(TypedDict):
    """The days that a comparison with a year before took, and those that it did not.

    `pairs`: each day with that of a year before. `within`: the school holidays that both are within.
    `unmatched`: within some in one of the two years only. `left_out`: closed or without a visit in one.
    """

    pairs: dict[LocalDate, LocalDate]
    within: dict[LocalDate, str]
    unmatched: list[LocalDate]
    left_out: list[LocalDate]


class IndicatorsAnswer(Period):
    """The indicators of a hall from a local date (included) to another (excluded)."""

    hall: str
    """The id of the hall."""
    last_day: LocalDate
    """The last local date, included: the one before `to`."""
    by: str
    alerts: AlertVisits
    as_of: InstantText
    exceptional: list[ExceptionalCount]
    indicators: list[IndicatorDefinition]
    rows: list[FiguresRow]
    year_before: NotRequired[YearBeforeAnswer]
    """Where days are compared with a year before: those that `change` takes."""
