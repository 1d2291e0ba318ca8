"""Figures of a hall that are decided or typed: the targets of its services, and typed figures."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from server.domain.people.roles import Permission
from server.domain.quality.indicators import INDICATORS
from server.domain.quality.targets import (
    HIGHEST_SHARE_PERCENT,
    LONGEST_NAME,
    LONGEST_WAIT_S,
    LOWEST_SHARE_PERCENT,
    SHORTEST_WAIT_S,
    TargetRequest,
    WithdrawalReason,
    WithdrawalRequest,
)
from server.domain.quality.typed_figures import LONGEST_SOURCE, MOST_VALUES, TypedFigureRequest, typed_period
from server.domain.refusals import Refusal
from server.usecases import typed_figures
from server.usecases.quality.targets import (
    TargetDecidedAnswer,
    TargetsAnswer,
    TargetWithdrawnAnswer,
    decide_target,
    targets_answer,
    withdraw_target,
)
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, HallCall
from server.web.api.shapes import LINE, RequestShape


class TargetBody(RequestShape):
    """At least `share_percent` of a service's waits within `wait_s`, from a local date on.

    `decided_by` is an office or a committee, no person's name.
    """

    service: str = Field(min_length=1, max_length=64)
    wait_s: Annotated[int, Field(ge=SHORTEST_WAIT_S, le=LONGEST_WAIT_S)]
    share_percent: Annotated[int, Field(ge=LOWEST_SHARE_PERCENT, le=HIGHEST_SHARE_PERCENT)]
    applies_from_on: date
    decided_on: date
    decided_by: str = Field(min_length=1, max_length=LONGEST_NAME, pattern=LINE)


class WithdrawalBody(RequestShape):
    """A target is to apply no more from a local date on; `decided_by` as for a target."""

    from_on: date
    reason: WithdrawalReason
    decided_on: date
    decided_by: str = Field(min_length=1, max_length=LONGEST_NAME, pattern=LINE)


def targets_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("targets")

    @routes.get("/halls/<hall>/targets", Permission.READ_FIGURES)
    def targets(at: HallCall) -> TargetsAnswer:
        """The targets of each service: the one that applies today, those to come, the earlier ones."""
        return targets_answer(api.database, at.hall)

    @routes.post("/halls/<hall>/targets", Permission.DECIDE_TARGETS)
    def decide(body: TargetBody, at: HallCall) -> tuple[TargetDecidedAnswer, Literal[201]]:
        """Decides a target; one decided before for the same service and day is replaced, and told."""
        target = TargetRequest(**body.model_dump())
        return decide_target(api.database, at.hall, at.author, target, write_key=at.key), 201

    @routes.post("/halls/<hall>/targets/<target>/withdraw", Permission.DECIDE_TARGETS)
    def withdraw(
        target: str, body: WithdrawalBody, at: HallCall
    ) -> tuple[TargetWithdrawnAnswer, Literal[201]]:
        """Withdraws a target in force or to come, from a day on."""
        withdrawal = WithdrawalRequest(target, **body.model_dump())
        return withdraw_target(api.database, at.hall, at.author, withdrawal, write_key=at.key), 201

    return routes


class TypedFigureBody(RequestShape):
    """A value of an indicator in a period, in the unit of the indicator (minutes for waits)."""

    indicator: str = Field(min_length=1, max_length=60)
    period: str = Field(min_length=4, max_length=10)
    """A month, a quarter or a year: `2026-09`, `2026-Q3`, `2026`."""
    value: Annotated[float, Field(ge=0, le=9_999_999, allow_inf_nan=False)]
    source: str = Field(min_length=1, max_length=LONGEST_SOURCE, pattern=LINE)
    """Where the value was counted; names nobody."""
    service: str | None = Field(default=None, min_length=1, max_length=64)
    """The id of a service; null for the whole hall."""
    is_from_other_tool: bool = False
    """True: an earlier tool measured it. Only such a figure may be of an indicator that the hall measures."""


class TypedFiguresBody(RequestShape):
    """Values that are taken together, or none of them."""

    figures: list[TypedFigureBody] = Field(min_length=1, max_length=MOST_VALUES)


def typed_figures_api(api: Api) -> ApiRoutes:
    routes = ApiRoutes("typed_figures", tag="typed figures")

    @routes.get("/halls/<hall>/typed-figures", Permission.READ_FIGURES)
    def figures(at: HallCall) -> typed_figures.ReadTypedFigures:
        """The typed figures that apply, in the order of indicators, the latest period first."""
        return typed_figures.typed_figures_answer(api.database, at.hall)

    @routes.post("/halls/<hall>/typed-figures", Permission.TYPE_FIGURES)
    def type_(body: TypedFiguresBody, at: HallCall) -> tuple[typed_figures.TypedFiguresAnswer, Literal[201]]:
        """Types figures; each replaces an earlier one of its indicator, service and period."""
        requests = [_request(each) for each in body.figures]
        return typed_figures.type_figures(api.database, at.hall, at.author, requests, write_key=at.key), 201

    @routes.post("/halls/<hall>/typed-figures/<figure>/withdraw", Permission.TYPE_FIGURES)
    def withdraw(figure: str, at: HallCall) -> tuple[typed_figures.WithdrawnFigure, Literal[201]]:
        """Withdraws a typed figure; one that it had replaced applies again."""
        return typed_figures.withdraw_typed_figure(
            api.database, at.hall, at.author, figure, write_key=at.key
        ), 201

    return routes


def _request(body: TypedFigureBody) -> TypedFigureRequest:
    """The value of a body. Refusals: bad_typed_period; typed_indicator_measured."""
    if not body.is_from_other_tool and body.indicator in INDICATORS:
        raise Refusal("typed_indicator_measured")
    try:
        period = typed_period(body.period)
    except Refusal as refusal:
        raise Refusal("bad_typed_period", period=body.period) from refusal
    return TypedFigureRequest(
        body.indicator,
        period,
        Decimal(str(body.value)),
        body.source,
        body.is_from_other_tool,
        body.service or "",
    )
