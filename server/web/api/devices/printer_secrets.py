"""What is typed into the set-up page of a printer that fetches its jobs; its secret is shown once."""

from typing import Literal, TypedDict

from server.domain.hall.devices import PrinterKind
from server.domain.people.roles import Permission
from server.usecases.printing.printers import renew_printer_secret
from server.web.access.callers import require_caller
from server.web.access.requirements import requires
from server.web.api.services import Api
from server.web.api.shapes.answers import ApiRoutes
from server.web.api.shapes.devices import KioskPath


class PrinterSecretAnswer(TypedDict):
    """What is typed into the set-up page of a printer that fetches its jobs. The secret is shown once."""

    kind: PrinterKind
    path: str
    """Of the address that the printer asks, on this server."""
    user: str
    """The id of its kiosk."""
    secret: str


def blueprint(api: Api) -> ApiRoutes:
    """The route."""
    routes = ApiRoutes("printer_secrets", tag="printers")

    @routes.post("/halls/<hall>/kiosks/<kiosk>/printer/secret")
    @requires(Permission.CONFIGURE)
    def renew(path: KioskPath) -> tuple[PrinterSecretAnswer, Literal[201]]:
        """Gives a printer that fetches its jobs a new secret; the former one is void at once.

        A repeated request makes another secret: no answer that holds one is kept.
        """
        caller, hall = require_caller(Permission.CONFIGURE, path.hall)
        made = renew_printer_secret(api.database, hall, caller.author, path.kiosk)
        return {"kind": made.kind, "path": made.path, "user": made.user, "secret": made.secret}, 201

    return routes
