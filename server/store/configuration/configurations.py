"""Configurations in force: documents as published, translated once per revision, with the targets decided."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.documents.configuring import public_holidays_of, to_configuration
from server.documents.installation import InstallationDocument
from server.documents.reading import parse_hall, parse_installation
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import always_open
from server.domain.quality.targets import with_targets
from server.domain.refusals import Refusal
from server.store.configuration.documents import known_printers
from server.store.engine.rows import Row
from server.store.installation import is_demonstration
from server.store.quality.targets import targets_on

INSTALLATION = "installation"
HALL = "hall"
_SELECT = "SELECT content FROM document WHERE kind = :kind AND scope = :scope AND revision = :revision"


@dataclass(frozen=True, slots=True)
class _InForce:
    """What a published configuration became on a day, after so many targets had been decided or withdrawn."""

    published: HallConfiguration
    targets_decided: int
    on: date
    configuration: HallConfiguration

    def is_made_of(self, published: HallConfiguration, targets_decided: int, on: date) -> bool:
        return self.published is published and (self.targets_decided, self.on) == (targets_decided, on)


class Configurations:
    """The configuration of each hall, by its revision, the installation's, and the year (public holidays)."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.has_real_hours = False
        """Whether a demonstration keeps its halls' real hours instead of being open round the clock."""
        self._known: dict[tuple[str, int, int, int, bool], HallConfiguration] = {}
        self._in_force: dict[str, _InForce] = {}

    def of(self, rows: Any, hall: Row) -> HallConfiguration:
        """The configuration a hall row points at, with the targets that apply today.

        Refusal: not_configured when nothing was published yet.
        """
        published = self.published(rows, hall)
        if not hall["targets_decided"]:
            return published
        on = self.clock.now().astimezone(ZoneInfo(published.site.time_zone)).date()
        cached = self._in_force.get(hall["id"])
        if cached is None or not cached.is_made_of(published, hall["targets_decided"], on):
            configuration = with_targets(published, targets_on(rows, hall["id"], on))
            cached = _InForce(published, hall["targets_decided"], on, configuration)
            self._in_force[hall["id"]] = cached
        return cached.configuration

    def forget_targets(self, hall: str) -> None:
        """After a commit in a hall (id) that failed: targets it had decided may have been read."""
        self._in_force.pop(hall, None)

    def published(self, rows: Any, hall: Row) -> HallConfiguration:
        """The configuration a hall row points at, with its document's targets. Refusal: not_configured."""
        year = self.clock.now().year
        key = (
            hall["id"],
            hall["configuration_revision"],
            hall["installation_revision"],
            year,
            self.has_real_hours,
        )
        cached = self._known.get(key)
        if cached is None:
            cached = self._known[key] = self._read(rows, hall)
        return cached

    def _read(self, rows: Any, hall: Row) -> HallConfiguration:
        found = rows.one(_SELECT, kind=HALL, scope=hall["id"], revision=hall["configuration_revision"])
        if found is None:
            raise Refusal("not_configured", hall=hall["slug"])
        document = parse_hall(found["content"])
        installation = self.installation(rows, hall["installation_revision"])
        configuration = to_configuration(
            document,
            installation,
            revision=hall["configuration_revision"],
            installation_revision=hall["installation_revision"],
            holidays=public_holidays_of(document, installation, around=self.clock.now().date()),
            is_demonstration=is_demonstration(rows),
            known_printers=known_printers(rows),
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
