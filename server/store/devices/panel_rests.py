"""When panels of screens were off on purpose: one row for each uninterrupted interval."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam

from server.domain.devices.panels import GOES_ON_WITHIN, PanelRest
from server.store.engine.rows import Rows, WrittenRows
from server.store.engine.statements import Read, Write, rows_of
from server.store.tables.devices import panel_rest

_GO_ON = Write(
    panel_rest.update()
    .where(
        panel_rest.c.hall == bindparam("of_hall"),
        panel_rest.c.screen == bindparam("of_screen"),
        panel_rest.c.last_at >= bindparam("since"),
    )
    .values(last_at=bindparam("last_at"))
)
_BEGIN = Write.new_row(panel_rest, PanelRest, "hall")
_OF_HALL = Read(
    PanelRest,
    rows_of(PanelRest, panel_rest)
    .where(panel_rest.c.hall == bindparam("hall"), panel_rest.c.last_at >= bindparam("since"))
    .order_by(panel_rest.c.began_at),
)
_DELETE = Write(panel_rest.delete().where(panel_rest.c.last_at < bindparam("before")))


def add_panel_rest(rows: WrittenRows, hall: str, screen: str, now: datetime) -> None:
    """Notes that the panel of a hall's (id) screen is off on purpose now: a rest goes on or begins."""
    since = now - GOES_ON_WITHIN
    if not rows.execute(_GO_ON, of_hall=hall, of_screen=screen, since=since, last_at=now):
        rows.execute(_BEGIN, hall=hall, screen=screen, began_at=now, last_at=now)


def panel_rests_of_hall(rows: Rows, hall: str, since: datetime) -> Mapping[str, list[PanelRest]]:
    """The rests of a hall's (id) panels that lasted until `since` or longer, by the screen's id."""
    found: defaultdict[str, list[PanelRest]] = defaultdict(list)
    for rest in rows.all(_OF_HALL, hall=hall, since=since):
        found[rest.screen].append(rest)
    return found


def delete_panel_rests(rows: WrittenRows, before: datetime) -> int:
    """Deletes the rests that ended before an instant; how many."""
    return rows.execute(_DELETE, before=before)
