"""The edges of a half-day: tickets before opening, the choice at the break, what the day end closed."""

from functools import partial
from typing import Literal

from server.domain.people.roles import Permission
from server.usecases.hours.opening import BreakDecidedAnswer, DayEndAnswer, decide_break, read_day_end
from server.usecases.tickets.issuing import SeriesRequest, distribute
from server.web.access.callers import require_caller
from server.web.access.requirements import requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import BreakBody, DistributionBody, HallPath
from server.web.api.tickets import DistributionAnswer, with_follow_url


def blueprint(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("half_days", tag="half-days")

    @routes.post("/halls/<hall>/break")
    @requires(Permission.SUPERVISE)
    def at_break(path: HallPath, body: BreakBody) -> BreakDecidedAnswer:
        """Decides whether the queue is finished at the break, or carried over with its ranks."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        key = write_key(caller.author)
        return decide_break(api.database, hall, caller.author, body.choice, write_key=key)

    @routes.post("/halls/<hall>/distribution")
    @requires(Permission.DISTRIBUTE)
    def distribution(path: HallPath, body: DistributionBody) -> tuple[DistributionAnswer, Literal[201]]:
        """Gives tickets by hand, also before the doors open: one a person, in a numbered series."""
        caller, hall = require_caller(Permission.DISTRIBUTE, path.hall)

        tickets = distribute(
            api.database,
            hall,
            caller.author,
            SeriesRequest(**body.model_dump()),
            quote=partial(api.estimates.quote, hall),
        )
        api.breathe()
        return {"tickets": [with_follow_url(api, ticket, body.language) for ticket in tickets]}, 201

    @routes.get("/halls/<hall>/day-end")
    @requires(Permission.SUPERVISE)
    def day_end(path: HallPath) -> DayEndAnswer:
        """What the last day end closed."""
        _, hall = require_caller(Permission.SUPERVISE, path.hall)
        return read_day_end(api.database, hall)

    return routes
