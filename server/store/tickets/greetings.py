"""Greetings: people who were helped at a desk without a ticket."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, type_coerce

from server.domain.facts import FactKind, Json
from server.store.engine.rows import Rows
from server.store.engine.statements import Read
from server.store.tables.columns import Document
from server.store.tables.journals import hall_fact
from server.store.tables.visits import greeting


@dataclass(frozen=True, slots=True)
class GreetingFact:
    """The fact of a greeting: its id, its body (JSON) and its instant."""

    id: str
    body: Json
    happened_at: datetime


_IS_UNDONE = Read(
    bool,
    select(greeting.c.is_undone).where(
        greeting.c.id == bindparam("greeting"), greeting.c.hall == bindparam("hall")
    ),
)
_AT_NO_COUNTER = Read(
    GreetingFact,
    select(hall_fact.c.id, type_coerce(hall_fact.c.body, Document).label("body"), hall_fact.c.happened_at)
    .where(
        hall_fact.c.hall == bindparam("hall"),
        hall_fact.c.kind == bindparam("kind"),
        hall_fact.c.counter.is_(None),
    )
    .order_by(hall_fact.c.position.desc())
    .limit(bindparam("limit")),
)


def is_undone(rows: Rows, hall: str, greeting: str) -> bool | None:
    """Whether a greeting of a hall (ids) was taken back; None: there is no such greeting."""
    return rows.one(_IS_UNDONE, hall=hall, greeting=greeting)


def greetings_at_no_counter(rows: Rows, hall: str, *, limit: int) -> list[GreetingFact]:
    """At most `limit` facts of greetings at no counter of a hall (id), the last one first."""
    return rows.all(_AT_NO_COUNTER, hall=hall, kind=str(FactKind.GREETING_COUNTED), limit=limit)
