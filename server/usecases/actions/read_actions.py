"""Read the actions of sites as one list."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from server.domain.actions.actions import OPEN, ActionOrigin, OriginKind, is_late
from server.domain.hall.configuration import Site
from server.store.actions import ActionRow, actions_of
from server.store.transactions.database import Database


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """An action, its site, and whether its date has passed while it is open."""

    row: ActionRow
    site: Site
    is_late: bool

    @property
    def is_open(self) -> bool:
        """Whether it is neither done nor given up."""
        return self.row.state in OPEN

    @property
    def origin(self) -> ActionOrigin | None:
        """What led to it; None: it was added by hand."""
        kind, of = self.row.origin_kind, self.row.origin_id
        return None if kind is None or of is None else ActionOrigin(OriginKind(kind), of)


def read_actions(database: Database, sites: Collection[Site]) -> list[PlannedAction]:
    """The actions of these sites: open ones by date, those without one after them, then the others."""
    now = database.clock.now()
    found = []
    with database.read() as rows:
        for site in sites:
            today = now.astimezone(ZoneInfo(site.time_zone)).date()
            for row in actions_of(rows, site.slug):
                found.append(PlannedAction(row, site, is_late(row.state, row.due_on, today)))
    found.sort(key=lambda each: (not each.is_open, each.row.due_on or date.max, each.row.added_at))
    return found
