"""Which halls have another configuration than a second ago, whichever process published it."""

from collections.abc import Collection
from dataclasses import dataclass, field

from server.domain.hall.configuration import mark_of
from server.store.configuration.halls import all_halls
from server.store.transactions.database import Database


@dataclass
class Republished:
    """The revisions that each hall had at the last call."""

    database: Database
    _last_marks: dict[str, str] = field(default_factory=dict)

    def since(self, halls: Collection[str]) -> dict[str, str]:
        """Those of these halls (ids) that have other revisions since the last call, and which (`mark_of`)."""
        if not halls and self._last_marks:
            return {}
        with self.database.read() as rows:
            marks = {
                hall.id: mark_of(hall.installation_revision, hall.configuration_revision)
                for hall in all_halls(rows)
            }
        # of every hall: a page that connects in the second of a publication may have read what was before it
        before, self._last_marks = self._last_marks, marks
        return {
            hall: mark for hall, mark in marks.items() if hall in halls and before.get(hall, mark) != mark
        }
