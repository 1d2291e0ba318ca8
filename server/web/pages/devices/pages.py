"""The page of every device of every hall one oversees, `/appareils`: live, and where devices are paired."""

from flask import Blueprint, render_template

from server.domain.people.roles import Permission
from server.settings import Settings
from server.store.transactions.database import Database
from server.web.access.requirements import PEOPLE, requires
from server.web.pages.devices import authority_files, player_files
from server.web.pages.hall import devices
from server.web.pages.hall.console import hall_page
from server.web.rendering.device_address import device_address
from server.web.rendering.sentences import page_sentences
from server.web.rendering.viewer import WorkContext, hall_for_page, page_language


def blueprint(work: WorkContext, database: Database, settings: Settings) -> Blueprint:
    """The routes of the page and of the guided change of paper."""
    routes = Blueprint("devices_page", __name__, template_folder="templates")
    devices.add_routes(routes, work, database)
    player_files.add_routes(routes)
    authority_files.add_routes(routes, settings)

    @routes.get("/appareils")
    @requires(Permission.SUPERVISE, of=PEOPLE)
    def every_device() -> str:
        hall = hall_for_page(work, Permission.SUPERVISE)
        person, language, devices = work.viewer(), page_language(), device_address(settings)
        return render_template(
            "devices/devices.html",
            hall=hall,
            devices=devices,
            player_commands=player_files.commands(devices),
            may_configure=person is not None and person.may(Permission.CONFIGURE),
            page=hall_page(hall, language),
            sentences=page_sentences(
                "device_list.", "supervision.", "console.live.", "console.refused.", "console.ask."
            ),
        )

    return routes
