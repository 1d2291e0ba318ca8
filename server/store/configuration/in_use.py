"""What people need of a hall's document just now: asked before a change of it is published."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, type_coerce

from server.store.engine.rows import Rows
from server.store.engine.statements import Read, literal_word
from server.store.tables.columns import Document
from server.store.tables.journals import hall, installation
from server.store.tables.visits import leg


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


_WAITING = Read(
    int,
    select(func.count().label("people"))
    .select_from(leg.join(hall, hall.c.id == leg.c.hall).join(installation, installation.c.id == 1))
    .where(
        hall.c.slug == bindparam("slug"),
        leg.c.state == literal_word("waiting"),
        installation.c.is_demonstration.is_(False),
    ),
)
_OPEN_LEGS = Read(
    OpenLeg,
    select(
        leg.c.service,
        leg.c.queue,
        leg.c.counter,
        type_coerce(leg.c.added_services, Document).label("added_services"),
    ).where(leg.c.hall == bindparam("hall"), leg.c.state != literal_word("ended")),
)


def people_waiting(rows: Rows, slug: str) -> int:
    """How many wait in a hall; nobody in a demonstration, which is open whatever its hours."""
    return rows.one(_WAITING, slug=slug) or 0


def open_legs(rows: Rows, hall: str) -> list[OpenLeg]:
    """The legs of a hall (id) that have not ended."""
    return rows.all(_OPEN_LEGS, hall=hall)
