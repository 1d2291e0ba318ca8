"""The voice of a hall: silent for a while."""

from typing import Annotated

from pydantic import Field

from server.domain.hall.devices import LONGEST_QUIET_MINUTES
from server.domain.people.roles import Permission
from server.usecases.hall.screen import QuietAnswer, set_quiet
from server.web.access.callers import require_caller
from server.web.access.requirements import requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import HallPath, RequestShape


class QuietBody(RequestShape):
    """For how many minutes calls are not said aloud; 0: they are said again."""

    minutes: Annotated[int, Field(ge=0, le=LONGEST_QUIET_MINUTES)]


def blueprint(api: Api) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("sound")

    @routes.post("/halls/<hall>/quiet")
    @requires(Permission.SUPERVISE)
    def quiet(path: HallPath, body: QuietBody) -> QuietAnswer:
        """Calls are not said aloud for so many minutes; they stay on the screens. 0 brings the voice back."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        return set_quiet(api.database, hall, caller.author, body.minutes, write_key=write_key(caller.author))

    return routes
