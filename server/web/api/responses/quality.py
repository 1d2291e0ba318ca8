"""Shapes of indicators, of figures of one agent, of targets, and of typed figures."""

from pydantic import Field

from server.domain.quality.indicators import Unit
from server.domain.quality.targets import WithdrawalReason
from server.domain.quality.typed_figures import TypedUnit
from server.web.api.responses.exact import (
    LEFT_OUT,
    Count,
    ExactShape,
    InstantText,
    LocalDate,
    Percent,
    Seconds,
)


class IndicatorDefinition(ExactShape):
    """An indicator: its stable name, its unit, and its sentences in the reader's language."""

    indicator: str
    unit: Unit
    label: str
    definition: str
    convention: str


class FigureAnswer(ExactShape):
    """A value of an indicator, in its unit; null where nobody was counted."""

    indicator: str
    value: float | None
    n: Count
    """How many it is counted from."""
    count: Count = LEFT_OUT
    """For a share: how many of `n` count."""
    of: str = LEFT_OUT
    """The service that a figure of the worst service or group belongs to."""
    of_class: str = LEFT_OUT
    """The class of the visitors of the worst group: `priority`, `appointment` or `walk_in`."""
    withheld: str = LEFT_OUT
    """Why a value is not given: fewer than three people worked at the counters."""


class FiguresRow(ExactShape):
    """The figures of one part: a service, an hour, a day …; `all` where nothing is split."""

    key: str
    figures: list[FigureAnswer]


class AlertVisits(ExactShape):
    """The visits that were present while an alert held, and whether they are counted."""

    counted: bool
    visits: Count


class ExceptionalCount(ExactShape):
    """How many were received for a service without the appointment it needs, by reason."""

    service: str
    reason: str
    count: Count


class IndicatorsAnswer(ExactShape):
    """The indicators of a hall from a local date (included) to another (excluded)."""

    hall: str
    """The id of the hall."""
    starts_on: LocalDate = Field(alias="from")
    ends_on: LocalDate = Field(alias="to")
    last_day: LocalDate
    """The last local date, included: the one before `to`."""
    by: str
    alerts: AlertVisits
    as_of: InstantText
    exceptional: list[ExceptionalCount]
    indicators: list[IndicatorDefinition]
    rows: list[FiguresRow]


class ServedFigures(ExactShape):
    """How many people were served, and the median of the seconds at the counter."""

    served: Count
    median_s: Seconds | None
    """Null for fewer than ten people."""


class ServedOfService(ServedFigures):
    """The same of one service."""

    service: str


class FiguresOfAgent(ServedFigures):
    """What one agent served, in all and by service; `name` null: somebody who is gone."""

    name: str | None
    services: list[ServedOfService]


class IndividualFiguresAnswer(ExactShape):
    """The figures of each agent of a hall from a local date (included) to another (excluded)."""

    hall: str
    """The id of the hall."""
    starts_on: LocalDate = Field(alias="from")
    ends_on: LocalDate = Field(alias="to")
    last_day: LocalDate
    """The last local date, included: the one before `to`."""
    unit: Unit
    convention: str
    fewest_served: Count
    """How many people a median needs."""
    agents: list[FiguresOfAgent]


class TargetWithdrawn(ExactShape):
    """A decision that a target applies no more from a local date on."""

    withdrawal: str
    from_on: LocalDate
    reason: WithdrawalReason
    decided_on: LocalDate
    decided_by: str
    recorded_at: InstantText


class TargetOfService(ExactShape):
    """At least `share_percent` of the waits last at most `wait_s`."""

    target: str
    wait_s: Seconds
    share_percent: Percent
    applies_from_on: LocalDate
    ends_on: LocalDate | None
    """The first day on which it applies no more; null: no end is known."""
    is_replaced: bool
    decided_on: LocalDate
    decided_by: str
    """An office or a committee, no person's name."""
    recorded_at: InstantText
    withdrawals: list[TargetWithdrawn]


class ServiceTargetsAnswer(ExactShape):
    """The targets of a service."""

    service: str
    wait_s: Seconds
    """What applies today, decided or not."""
    document_wait_s: Seconds
    """What the hall's document says."""
    now: TargetOfService | None
    """Null: the hall's document stands."""
    to_come: list[TargetOfService]
    earlier: list[TargetOfService]


class TargetsAnswer(ExactShape):
    """The targets of the services of a hall, as of a local date."""

    hall: str
    on: LocalDate
    services: list[ServiceTargetsAnswer]


class TargetDecidedAnswer(ExactShape):
    """A target that was decided, and the one it takes the place of; null: none stood for that day."""

    target: str
    service: str
    replaces: str | None


class TargetWithdrawnAnswer(ExactShape):
    """A withdrawal that was decided."""

    withdrawal: str
    target: str
    service: str
    from_on: LocalDate


class TypedFigureOfHall(ExactShape):
    """A value that people or a program entered, because the hall does not measure it."""

    figure: str
    indicator: str
    service: str | None
    """The id of a service; null for the whole hall."""
    period: str
    """A month, a quarter or a year."""
    value: float
    unit: TypedUnit
    source: str
    """Where it was counted."""
    is_from_other_tool: bool
    """True: an earlier tool measured it."""
    recorded_at: InstantText


class ReadTypedFigures(ExactShape):
    """The typed figures of a hall (slug) that apply."""

    hall: str
    figures: list[TypedFigureOfHall]


class TypedFiguresAnswer(ExactShape):
    """The ids of the figures that were typed, in the order of the request."""

    figures: list[str]


class WithdrawnFigure(ExactShape):
    """The id of a typed figure that was withdrawn."""

    figure: str
