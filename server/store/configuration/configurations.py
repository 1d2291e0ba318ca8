"""The configurations of halls: made once from the published documents, with the targets decided since."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.documents.configuring import public_holidays_of, to_configuration
from server.documents.installation import InstallationDocument
from server.documents.reading import parse_hall, parse_installation
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import always_open
from server.domain.quality.targets import with_targets
from server.domain.refusals import Refusal
from server.store.configuration.documents import document_text
from server.store.configuration.halls import HallRevisions
from server.store.engine.rows import Rows
from server.store.installation import is_demonstration
from server.store.quality.targets import targets_on

type DocumentKind = Literal["installation", "hall"]
INSTALLATION: Final = "installation"
HALL: Final = "hall"
"""The kinds of documents. The installation's document has its kind as its scope, too; a hall's its id."""


@dataclass(frozen=True, slots=True)
class _InForce:
    """A configuration with the targets of a day, and how many were decided or withdrawn by then."""

    published: HallConfiguration
    targets_decided: int
    on: date
    configuration: HallConfiguration

    def is_made_of(self, published: HallConfiguration, targets_decided: int, on: date) -> bool:
        return self.published is published and (self.targets_decided, self.on) == (targets_decided, on)


class Configurations:
    """The configurations of halls that were made in this process.

    Each is kept by the revisions of both documents and the year, on which public holidays depend.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.has_real_hours = False
        """Whether a demonstration has the hours of its documents; otherwise it is open round the clock."""
        self._made: dict[tuple[str, int, int, int, bool], HallConfiguration] = {}
        self._in_force: dict[str, _InForce] = {}

    def of(self, rows: Rows, hall: HallRevisions) -> HallConfiguration:
        """The configuration of a hall, with the targets that apply today.

        Refusal: not_configured before its document is published.
        """
        published = self.published(rows, hall)
        if not hall.targets_decided:
            return published
        on = self.clock.now().astimezone(ZoneInfo(published.site.time_zone)).date()
        cached = self._in_force.get(hall.id)
        if cached is None or not cached.is_made_of(published, hall.targets_decided, on):
            configuration = with_targets(published, targets_on(rows, hall.id, on))
            cached = _InForce(published, hall.targets_decided, on, configuration)
            self._in_force[hall.id] = cached
        return cached.configuration

    def forget_targets(self, hall: str) -> None:
        """Forgets the targets of a hall (id) after a commit that failed: it may have decided them."""
        self._in_force.pop(hall, None)

    def published(self, rows: Rows, hall: HallRevisions) -> HallConfiguration:
        """The configuration of a hall as published, with its document's targets. Refusal: not_configured."""
        year = self.clock.now().year
        key = (
            hall.id,
            hall.configuration_revision,
            hall.installation_revision,
            year,
            self.has_real_hours,
        )
        cached = self._made.get(key)
        if cached is None:
            cached = self._made[key] = self._read(rows, hall)
        return cached

    def _read(self, rows: Rows, hall: HallRevisions) -> HallConfiguration:
        text = document_text(rows, HALL, hall.id, hall.configuration_revision)
        if text is None:
            raise Refusal("not_configured", hall=hall.slug)
        document = parse_hall(text)
        installation = self.installation(rows, hall.installation_revision)
        configuration = to_configuration(
            document,
            installation,
            revision=hall.configuration_revision,
            installation_revision=hall.installation_revision,
            holidays=public_holidays_of(document, installation, around=self.clock.now().date()),
            is_demonstration=is_demonstration(rows),
        )
        return configuration if self.has_real_hours else without_hours(configuration)

    def installation(self, rows: Rows, revision: int) -> InstallationDocument:
        """The installation document of a revision. Refusal: not_configured."""
        text = document_text(rows, INSTALLATION, INSTALLATION, revision)
        if text is None:
            raise Refusal("not_configured", hall=INSTALLATION)
        return parse_installation(text)


def without_hours(configuration: HallConfiguration) -> HallConfiguration:
    """The configuration of a demonstration, made open round the clock; any other stays as it is."""
    if not configuration.is_demonstration:
        return configuration
    open_calendar = always_open(configuration.site.time_zone)
    services = {key: replace(service, calendar=None) for key, service in configuration.services.items()}
    return replace(configuration, calendar=open_calendar, services=services)
