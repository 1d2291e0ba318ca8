"""What the reception desk asks besides tickets: a visit found again."""

from datetime import time

from pydantic import Field

from server.domain.people.roles import Permission
from server.usecases.visits.find_visits import FoundVisitsAnswer, RememberedTicket, find_visits
from server.web.access.callers import require_caller
from server.web.access.requirements import requires
from server.web.api.services import Api
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import HallPath, RequestShape


class VisitsQuery(RequestShape):
    """A number, or for a lost ticket its service, the local hour of arrival (± 15 min), its language."""

    number: str = Field(default="", max_length=12)
    service: str = Field(default="", max_length=64)
    at: str = Field(default="", pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")
    language: str = Field(default="", max_length=8, pattern=r"^[A-Za-z-]*$")


def blueprint(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("reception-api", tag="reception")

    @routes.get("/halls/<hall>/visits")
    @requires(Permission.RECEIVE)
    def visits(path: HallPath, query: VisitsQuery) -> FoundVisitsAnswer:
        """The visits of today that fit: by number, or what is remembered of a lost ticket."""
        caller, hall = require_caller(Permission.RECEIVE, path.hall)
        at = time.fromisoformat(query.at) if query.at else None
        sought = RememberedTicket(query.number, query.service, at, query.language)
        return find_visits(api.database, hall, sought, reader=caller.author)

    return routes
