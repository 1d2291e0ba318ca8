"""Incidents: raised at a counter or the reception desk, answered by one person, ended."""

from typing import Any, Literal

from pydantic import Field

from server.domain.incidents import IncidentEndReason
from server.domain.people.roles import Permission
from server.store.incidents import Receivers
from server.usecases.incidents.course import (
    AnsweredIncident,
    Answering,
    RaisedIncident,
    ReceiversAnswer,
    answer_incident,
    end_incident,
    raise_incident,
    read_reach,
    read_receivers,
)
from server.usecases.incidents.lists import IncidentsAnswer, read_incidents
from server.web.access.callers import Caller, require_caller, role_of
from server.web.access.requirements import PEOPLE, requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import HallPath, RequestShape, Slug


class IncidentBody(RequestShape):
    """Where somebody is asked for: a counter; null: the reception desk."""

    counter: str | None = Field(default=None, max_length=64)


class IncidentEndBody(RequestShape):
    """Why an incident is over."""

    reason: IncidentEndReason = IncidentEndReason.OVER


class IncidentPath(RequestShape):
    """An incident, and the hall where the person is."""

    hall: str = Slug
    incident: str = Slug


def blueprint(api: Api, receivers: Receivers) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("incidents")

    def oversees(caller: Caller, hall: str) -> bool:
        site = api.database.configuration(hall).site.slug
        return caller.may(Permission.SUPERVISE, hall=hall, site=site)

    @routes.get("/halls/<hall>/incidents")
    @requires(Permission.NOTE_INCIDENTS, of=PEOPLE)
    def of_hall(path: HallPath) -> IncidentsAnswer:
        """The incidents of a hall, and those elsewhere that nobody answered within 30 s."""
        caller, hall = require_caller(Permission.NOTE_INCIDENTS, path.hall)
        return read_incidents(api.database, hall, caller.author, hears_beyond=oversees(caller, hall))

    @routes.get("/halls/<hall>/incident-receivers")
    @requires(Permission.NOTE_INCIDENTS, of=PEOPLE)
    def who(path: HallPath) -> ReceiversAnswer:
        """Who would receive an incident now, by function and place."""
        caller, hall = require_caller(Permission.NOTE_INCIDENTS, path.hall)
        return read_receivers(api.database, receivers, hall, caller.author)

    @routes.post("/halls/<hall>/incidents")
    @requires(Permission.NOTE_INCIDENTS, of=PEOPLE)
    def raise_at(path: HallPath, body: IncidentBody) -> tuple[RaisedIncident, Literal[201]]:
        """Raises an incident at a counter or the reception desk; a further press there joins it."""
        caller, hall = require_caller(Permission.NOTE_INCIDENTS, path.hall)
        reach = read_reach(api.database, receivers, hall, caller.author)
        key = write_key(caller.author)
        answer = raise_incident(api.database, hall, caller.author, body.counter, reach=reach, write_key=key)
        return answer, 201

    @routes.post("/halls/<hall>/incidents/<incident>/answer")
    @requires(Permission.RECEIVE_INCIDENTS, of=PEOPLE)
    def answer(path: IncidentPath) -> AnsweredIncident:
        """A person of a hall comes; the first one stays named."""
        caller, hall = require_caller(Permission.RECEIVE_INCIDENTS, path.hall)
        answering = Answering(hall, role_of(caller, api.database, hall), oversees(caller, hall))
        key = write_key(caller.author)
        return answer_incident(api.database, path.incident, caller.author, answering, write_key=key)

    @routes.post("/halls/<hall>/incidents/<incident>/end", responses={204: None})
    @requires(Permission.NOTE_INCIDENTS, of=PEOPLE)
    def end(path: IncidentPath, body: IncidentEndBody) -> Any:
        """An incident of the hall is over, or was raised by mistake."""
        caller, hall = require_caller(Permission.NOTE_INCIDENTS, path.hall)
        end_incident(
            api.database,
            hall,
            path.incident,
            caller.author,
            body.reason,
            oversees=oversees(caller, hall),
            write_key=write_key(caller.author),
        )
        return "", 204

    return routes
