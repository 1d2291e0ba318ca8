"""Halls: the row of each, and its configuration, made of the published documents and the targets since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final, Literal, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, or_, select, type_coerce

from server.clock import Clock
from server.documents.configuring import public_holidays_of, to_configuration
from server.documents.installation import InstallationDocument
from server.documents.reading import parse_hall, parse_installation
from server.domain.hall.configuration import HallConfiguration
from server.domain.hours.calendars import always_open
from server.domain.quality.targets import with_targets
from server.domain.refusals import existing
from server.store.configuration.documents import document_text
from server.store.engine.lookups import ChangeBy, Count, One, Several
from server.store.engine.statements import (
    Query,
    Read,
    Rows,
    Write,
    WrittenRows,
    literal_word,
    rows_of,
    values_of,
)
from server.store.engine.writes import Writes
from server.store.installation import is_demonstration
from server.store.journal.chain import GENESIS
from server.store.quality.targets import targets_on
from server.store.tables.columns import Document
from server.store.tables.journals import configured, hall, installation
from server.store.tables.visits import leg


@dataclass(frozen=True, slots=True)
class HallRevisions:
    """What decides the configuration of a hall: revisions of documents, and how many targets were decided.

    `configuration_revision` is 0 until the hall's document is published.
    """

    id: str
    slug: str
    configuration_revision: int
    installation_revision: int
    targets_decided: int

    @property
    def is_configured(self) -> bool:
        """Whether the hall's document was published."""
        return self.configuration_revision > 0


@dataclass(frozen=True, slots=True)
class HallRow(HallRevisions):
    """A hall, which is also its write lock.

    `version` counts the facts of its journal but for silent ones; `head_hash` and `last_recorded_at` are
    those of the last fact. Since a restore, the ranks of numbers of the day `number_offset_on` (ISO date) are
    higher by `number_offset`.
    """

    epoch: str
    version: int
    journal_length: int
    head_hash: str
    last_recorded_at: datetime | None
    number_offset: int
    number_offset_on: str | None


@dataclass(frozen=True, slots=True)
class _NewHall:
    id: str
    slug: str
    epoch: str
    version: int
    journal_length: int
    head_hash: str
    configuration_revision: int
    installation_revision: int
    number_offset: int


_HALLS = rows_of(HallRow, hall)
_OF_ID = _HALLS.where(hall.c.id == bindparam("hall"))
all_halls = Several(HallRow, _HALLS.order_by(hall.c.slug))
"""Every hall, in the order of their slugs."""
halls_by_age = Several(HallRow, _HALLS.order_by(hall.c.id))
"""Every hall, in the order in which they were set up."""
publications = Count(int, select(func.sum(hall.c.configuration_revision + hall.c.installation_revision)))
"""A number that is another one after each publication of a document."""
hall_row = One(HallRow, _OF_ID)
"""A hall by its id."""
LOCKED_HALL = Read(HallRow, _OF_ID.with_for_update())
hall_named = One(
    str, select(hall.c.id).where(or_(hall.c.id == bindparam("name"), hall.c.slug == bindparam("name")))
)
"""The id of the hall with this id or slug."""
hall_of_counter = One(
    str,
    select(configured.c.hall).where(
        configured.c.id == bindparam("counter"), configured.c.kind == literal_word("counters")
    ),
)
"""The id of the hall whose document ever had this counter (id)."""
_WRITE_HEAD = Write(
    hall.update().where(hall.c.id == bindparam("row_id")),
    *("version", "journal_length", "head_hash", "last_recorded_at", "targets_decided"),
)
hall_id_of = One(str, select(hall.c.id).where(hall.c.slug == bindparam("slug")))
"""The id of the hall with a slug; None where there is none."""
_INSERT = Write.new_row(hall, _NewHall)
set_configuration_revision = ChangeBy(
    hall.update().where(hall.c.id == bindparam("row_id")), *("row_id", "configuration_revision")
)
"""This revision of its document applies in a hall (id) from now on."""
set_installation_revision = ChangeBy(hall.update(), "installation_revision")
"""This revision of the installation's document applies in every hall from now on."""


class OfOneHall(Protocol):
    """A row with the id of its hall."""

    @property
    def hall(self) -> str: ...


def by_slug[R: OfOneHall](rows: Rows, found: Iterable[R]) -> Mapping[str, list[R]]:
    """Rows by the slug of their hall, in their order; an empty list where a hall has none."""
    slugs = {hall.id: hall.slug for hall in all_halls(rows)}
    grouped = defaultdict[str, list[R]](list)
    for row in found:
        grouped[slugs[row.hall]].append(row)
    return grouped


def locking_hall(hall: str) -> Query:
    """The read of a hall's row (id) that takes its write lock until the transaction ends."""
    return Query(LOCKED_HALL, {"hall": hall})


def write_head(rows: WrittenRows, left: HallRow) -> None:
    """Writes what transactions change of a hall's row, with the next read or the commit."""
    values = {
        "row_id": left.id,
        "version": left.version,
        "journal_length": left.journal_length,
        "head_hash": left.head_hash,
        "last_recorded_at": left.last_recorded_at,
        "targets_decided": left.targets_decided,
    }
    rows.run_many([(_WRITE_HEAD, values)])


def insert_hall(transaction: Writes, *, hall: str, slug: str, epoch: str, installation_revision: int) -> None:
    """The row of a new hall (id), with an empty journal and no document yet."""
    new = _NewHall(
        id=hall,
        slug=slug,
        epoch=epoch,
        version=0,
        journal_length=0,
        head_hash=GENESIS,
        configuration_revision=0,
        installation_revision=installation_revision,
        number_offset=0,
    )
    transaction.run(_INSERT, **values_of(new))


@dataclass(frozen=True, slots=True)
class OpenLeg:
    """A leg that has not ended: its service, its queue, its counter if any, and the services added to it."""

    service: str
    queue: str
    counter: str | None
    added_services: Sequence[str] | None

    @property
    def services(self) -> tuple[str, ...]:
        """Every service that the visitor still needs."""
        return (self.service, *(self.added_services or ()))


people_waiting = Count(
    int,
    select(func.count().label("people"))
    .select_from(leg.join(hall, hall.c.id == leg.c.hall).join(installation, installation.c.id == 1))
    .where(
        hall.c.slug == bindparam("slug"),
        leg.c.state == literal_word("waiting"),
        installation.c.is_demonstration.is_(False),
    ),
)
"""How many wait in a hall; nobody in a demonstration, which is open whatever its hours."""
open_legs = Several(
    OpenLeg,
    rows_of(OpenLeg, leg, added_services=type_coerce(leg.c.added_services, Document)).where(
        leg.c.hall == bindparam("hall"), leg.c.state != literal_word("ended")
    ),
)
"""The legs of a hall (id) that have not ended."""

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
        text = existing(
            document_text(rows, HALL, hall.id, hall.configuration_revision), "not_configured", hall=hall.slug
        )
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
        text = existing(
            document_text(rows, INSTALLATION, INSTALLATION, revision), "not_configured", hall=INSTALLATION
        )
        return parse_installation(text)


def without_hours(configuration: HallConfiguration) -> HallConfiguration:
    """The configuration of a demonstration, made open round the clock; any other stays as it is."""
    if not configuration.is_demonstration:
        return configuration
    open_calendar = always_open(configuration.site.time_zone)
    services = {key: replace(service, calendar=None) for key, service in configuration.services.items()}
    return replace(configuration, calendar=open_calendar, services=services)
