"""What a supervisor asks and does: the wall of a hall, its devices, tickets of a service stopped."""

from collections.abc import Callable

from server.domain.people.roles import Permission
from server.usecases.devices.read_supervision import DeviceSightings, SupervisionAnswer, read_supervision
from server.usecases.hall.wall import WallAnswer, read_wall
from server.usecases.tickets.issued_ticket import TicketsStoppedAnswer, reopen_tickets, stop_tickets
from server.web.access.callers import require_caller
from server.web.access.requirements import requires
from server.web.api.services import Api, write_key
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.requests import HallPath, HallServicePath


def blueprint(api: Api, sightings_of: Callable[[str], DeviceSightings]) -> ApiRoutes:
    """The routes. `seen(hall)`: what is known of a hall's devices."""
    routes = ApiRoutes("supervision")

    @routes.get("/halls/<hall>/wall")
    @requires(Permission.SUPERVISE)
    def wall(path: HallPath) -> WallAnswer:
        """A hall at one glance: queues against targets, counters, longest waits, services stopped."""
        _, hall = require_caller(Permission.SUPERVISE, path.hall)
        return read_wall(api.database, api.estimates, hall)

    @routes.get("/halls/<hall>/supervision")
    @requires(Permission.SUPERVISE)
    def supervision(path: HallPath) -> SupervisionAnswer:
        """The kiosks, screens and printers of a hall: there or not, up to date or not, what each runs."""
        _, hall = require_caller(Permission.SUPERVISE, path.hall)
        return read_supervision(api.database, hall, sightings_of(hall), api.translate)

    @routes.post("/halls/<hall>/services/<service>/stop")
    @requires(Permission.SUPERVISE)
    def stop(path: HallServicePath) -> TicketsStoppedAnswer:
        """Gives no more tickets of a service for the rest of the day."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        key = write_key(caller.author)
        return stop_tickets(api.database, hall, caller.author, service=path.service, write_key=key)

    @routes.post("/halls/<hall>/services/<service>/reopen")
    @requires(Permission.SUPERVISE)
    def reopen(path: HallServicePath) -> TicketsStoppedAnswer:
        """Gives tickets of a service again."""
        caller, hall = require_caller(Permission.SUPERVISE, path.hall)
        key = write_key(caller.author)
        return reopen_tickets(api.database, hall, caller.author, service=path.service, write_key=key)

    return routes
