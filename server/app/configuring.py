"""The pages that set up an installation and edit its configuration, and what they read."""

from collections.abc import Callable, Sequence

from flask import Flask

from server.app.services import Parvis
from server.documents.installation import InstallationDocument
from server.domain.hall.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.usecases.configuration.check_configuration import installation_document
from server.web.access.site_context import SiteContext
from server.web.pages.configuration.editing import editing_pages
from server.web.pages.configuration.installing import installing_pages
from server.web.rendering.viewer import WorkContext


def install_configuring(
    app: Flask,
    parvis: Parvis,
    site: SiteContext,
    work: WorkContext,
    *,
    every_hall: Callable[[], Sequence[HallConfiguration]],
) -> None:
    """The editing pages, the wizard and the page of a new hall."""

    def installation() -> InstallationDocument | None:
        with parvis.database.read() as rows:
            try:
                return installation_document(rows)
            except Refusal:
                return None

    app.register_blueprint(
        editing_pages(
            work,
            every_hall=every_hall,
            installation=installation,
        )
    )
    has_simulated = parvis.settings.has_simulated_printers
    app.register_blueprint(installing_pages(site, has_simulated=has_simulated))
