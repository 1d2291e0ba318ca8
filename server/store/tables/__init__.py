"""The tables. Instants are integer microseconds since 1970 UTC, local dates ISO texts, documents JSON texts.

`visit`, `leg`, `duty`, `counter_session`, `greeting`, `not_issued`, `target` and `appointment` are
projections: they are written by folding facts only, and can be rebuilt from the journal
(`server.store.rebuild`). `display` and `display_record` follow from the installation's journal
(`server.store.displays`).
"""

from server.store.tables import (
    alerts,
    counters,
    displays,
    journals,
    media,
    notices,
    people,
    printing,
    visits,
)
from server.store.tables.columns import metadata

__all__ = [
    "INSTALLATION_PROJECTIONS",
    "PROJECTIONS",
    "alerts",
    "counters",
    "displays",
    "journals",
    "media",
    "metadata",
    "notices",
    "people",
    "printing",
    "visits",
]

PROJECTIONS = (
    *("visit", "leg", "counter_session", "duty", "greeting", "not_issued", "ticket_stop", "target"),
    *("break_decision", "appointment", "alert", "alert_shown", "quiet"),
)
"""The tables that a rebuild empties and fills again from the journal."""
INSTALLATION_PROJECTIONS = ("notice", "notice_step", "medium")
"""The tables that follow from the installation's journal."""
