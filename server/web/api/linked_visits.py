"""Linked visits: link two of a hall and day, let one go its own way again."""

from server.domain.people.roles import Permission
from server.domain.refusals import Refusal
from server.usecases.visits.find_visits import (
    LinkAnswer,
    LinkedTo,
    Linking,
    hall_of_visit,
    link_visits,
    unlink_visit,
)
from server.web.access.callers import allowed_either
from server.web.access.requirements import requires
from server.web.api.services import Api, place_header, session_header, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import LinkBody, VisitPath


def blueprint(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("links", tag="tickets")

    @routes.post("/tickets/<visit>/link")
    @requires(Permission.CALL, Permission.RECEIVE)
    def link(path: VisitPath, body: LinkBody) -> LinkAnswer:
        """Links a visit to another: they are called one after the other to one counter."""
        if (body.visit is None) == (body.number is None):
            raise Refusal("bad_request", missing="number")
        linking = _linking(api, path.visit)
        to = LinkedTo(body.visit, body.number)
        return link_visits(api.database, linking, to, write_key=write_key(linking.author))

    @routes.post("/tickets/<visit>/unlink")
    @requires(Permission.CALL, Permission.RECEIVE)
    def unlink(path: VisitPath) -> LinkAnswer:
        """Lets a linked visit go its own way again."""
        linking = _linking(api, path.visit)
        return unlink_visit(api.database, linking, write_key=write_key(linking.author))

    return routes


def _linking(api: Api, visit: str) -> Linking:
    hall = hall_of_visit(api.database, visit)
    caller, _ = allowed_either(Permission.RECEIVE, Permission.CALL, hall)
    return Linking(visit, caller.author, session_header(), place_header())
