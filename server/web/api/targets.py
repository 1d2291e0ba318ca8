"""The targets of a hall: those that were decided, one more, and one less."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from server.domain.people.roles import Permission
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
from server.usecases.quality.targets import (
    TargetDecidedAnswer,
    TargetsAnswer,
    TargetWithdrawnAnswer,
    decide_target,
    targets_answer,
    withdraw_target,
)
from server.web.access.callers import require_caller
from server.web.access.requirements import requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import LINE, HallPath, RequestShape, Slug


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


class TargetPath(HallPath):
    """A target of a hall."""

    target: str = Slug


class WithdrawalBody(RequestShape):
    """A target is to apply no more from a local date on; `decided_by` as for a target."""

    from_on: date
    reason: WithdrawalReason
    decided_on: date
    decided_by: str = Field(min_length=1, max_length=LONGEST_NAME, pattern=LINE)


def blueprint(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("targets")

    @routes.get("/halls/<hall>/targets")
    @requires(Permission.READ_FIGURES)
    def targets(path: HallPath) -> TargetsAnswer:
        """The targets of each service: the one that applies today, those to come, the earlier ones."""
        _, hall = require_caller(Permission.READ_FIGURES, path.hall)
        return targets_answer(api.database, hall)

    @routes.post("/halls/<hall>/targets")
    @requires(Permission.DECIDE_TARGETS)
    def decide(path: HallPath, body: TargetBody) -> tuple[TargetDecidedAnswer, Literal[201]]:
        """Decides a target; one decided before for the same service and day is replaced, and told."""
        caller, hall = require_caller(Permission.DECIDE_TARGETS, path.hall)
        target = TargetRequest(**body.model_dump())
        key = write_key(caller.author)
        return decide_target(api.database, hall, caller.author, target, write_key=key), 201

    @routes.post("/halls/<hall>/targets/<target>/withdraw")
    @requires(Permission.DECIDE_TARGETS)
    def withdraw(path: TargetPath, body: WithdrawalBody) -> tuple[TargetWithdrawnAnswer, Literal[201]]:
        """Withdraws a target in force or to come, from a day on."""
        caller, hall = require_caller(Permission.DECIDE_TARGETS, path.hall)
        withdrawal = WithdrawalRequest(path.target, **body.model_dump())
        key = write_key(caller.author)
        return withdraw_target(api.database, hall, caller.author, withdrawal, write_key=key), 201

    return routes
