"""Configurations as published: documents read from their rows, translated once per revision and kept."""

from dataclasses import replace
from typing import Any

from server.clock import Clock
from server.documents.configuring import public_holidays_of, to_configuration
from server.documents.installation import InstallationDocument
from server.documents.reading import parse_hall, parse_installation
from server.domain.calendars import always_open
from server.domain.configuration import HallConfiguration
from server.domain.refusals import Refusal
from server.store.engines import Row

INSTALLATION = "installation"
HALL = "hall"
_SELECT = "SELECT content FROM document WHERE kind = :kind AND scope = :scope AND revision = :revision"


class Configurations:
    """The configuration of each hall, by its revision, the installation's, and the year (public holidays)."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.has_real_hours = False
        """Whether a demonstration keeps its halls' real hours instead of being open round the clock."""
        self._known: dict[tuple[str, int, int, int, bool], HallConfiguration] = {}

    def of(self, rows: Any, hall: Row) -> HallConfiguration:
        """The configuration a hall row points at. Refusal: not_configured when nothing was published yet."""
        year = self.clock.now().year
        key = (
            hall["id"],
            hall["configuration_revision"],
            hall["installation_revision"],
            year,
            self.has_real_hours,
        )
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._read(rows, hall)
        return known

    def _read(self, rows: Any, hall: Row) -> HallConfiguration:
        found = rows.one(_SELECT, kind=HALL, scope=hall["id"], revision=hall["configuration_revision"])
        if found is None:
            raise Refusal("not_configured", hall=hall["slug"])
        document = parse_hall(found["content"])
        installation = self.installation(rows, hall["installation_revision"])
        flag = rows.one("SELECT is_demonstration FROM installation WHERE id = 1")
        configuration = to_configuration(
            document,
            installation,
            revision=hall["configuration_revision"],
            installation_revision=hall["installation_revision"],
            holidays=public_holidays_of(document, installation, around=self.clock.now().date()),
            is_demonstration=bool(flag and flag["is_demonstration"]),
        )
        return configuration if self.has_real_hours else without_hours(configuration)

    def installation(self, rows: Any, revision: int) -> InstallationDocument:
        """The installation document of a revision. Refusal: not_configured."""
        found = rows.one(_SELECT, kind=INSTALLATION, scope=INSTALLATION, revision=revision)
        if found is None:
            raise Refusal("not_configured", hall=INSTALLATION)
        return parse_installation(found["content"])


def without_hours(configuration: HallConfiguration) -> HallConfiguration:
    """A demonstration's configuration open round the clock; any other configuration as it is."""
    if not configuration.is_demonstration:
        return configuration
    open_calendar = always_open(configuration.site.time_zone)
    services = {key: replace(service, calendar=None) for key, service in configuration.services.items()}
    return replace(configuration, calendar=open_calendar, services=services)
