"""The published configuration of each hall, with which the devices of a hall are compared."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from server.store.configuration.configurations import HALL, INSTALLATION
from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.journals import document, hall


@dataclass(frozen=True, slots=True)
class PublishedHall:
    """A hall with the revisions in force of its document and the installation's, and when each appeared."""

    id: str
    slug: str
    installation_revision: int
    configuration_revision: int
    published_at: datetime
    installation_at: datetime


_OF_HALL, _OF_INSTALLATION = document.alias("of_hall"), document.alias("of_installation")
_PUBLISHED = Read(
    PublishedHall,
    select(
        hall.c.id,
        hall.c.slug,
        hall.c.installation_revision,
        hall.c.configuration_revision,
        _OF_HALL.c.published_at,
        _OF_INSTALLATION.c.published_at.label("installation_at"),
    )
    .select_from(
        hall.join(
            _OF_HALL,
            and_(
                _OF_HALL.c.kind == HALL,
                _OF_HALL.c.scope == hall.c.id,
                _OF_HALL.c.revision == hall.c.configuration_revision,
            ),
        ).join(
            _OF_INSTALLATION,
            and_(
                _OF_INSTALLATION.c.kind == INSTALLATION,
                _OF_INSTALLATION.c.revision == hall.c.installation_revision,
            ),
        )
    )
    .order_by(hall.c.slug),
)


def published_halls(rows: Rows) -> list[PublishedHall]:
    """The halls that have a published configuration, by slug."""
    return rows.all(_PUBLISHED)
