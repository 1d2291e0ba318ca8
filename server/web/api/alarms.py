"""Alarms of a hall: read, acknowledged by a person."""

from typing import Any

from server.domain.people.roles import Permission
from server.usecases.alarms.read_alarms import (
    AlarmReader,
    AlarmsAnswer,
    acknowledge_alarm,
    hall_of_alarm,
    read_alarms,
)
from server.web.access.callers import require_caller
from server.web.access.requirements import PEOPLE, requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import HallPath, RequestShape, Slug
from server.web.rendering.viewer import page_language


class AlarmPath(RequestShape):
    """An alarm."""

    alarm: str = Slug


def blueprint(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("alarms")

    @routes.get("/halls/<hall>/alarms")
    @requires(Permission.READ_QUEUE)
    def of_hall(path: HallPath) -> AlarmsAnswer:
        """The open alarms of a hall, those nobody looks after first; people at work read names."""
        caller, hall = require_caller(Permission.READ_QUEUE, path.hall)
        reader = AlarmReader(page_language(), api.translate, names_people=caller.kind == "person")
        return read_alarms(api.database, hall, reader)

    @routes.post("/alarms/<alarm>/acknowledge", responses={204: None})
    @requires(Permission.RECEIVE, of=PEOPLE)
    def acknowledge(path: AlarmPath) -> Any:
        """A person says to look after an alarm; the first one is named."""
        caller, _ = require_caller(Permission.RECEIVE, hall_of_alarm(api.database, path.alarm))
        key = write_key(caller.author)
        acknowledge_alarm(api.database, path.alarm, caller.author, api.translate, write_key=key)
        return "", 204

    return routes
