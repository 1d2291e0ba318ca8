"""The tables. Instants are integer microseconds since 1970 UTC, local dates ISO texts, documents JSON texts.

`visit`, `leg`, `duty`, `counter_session`, `greeting`, `not_issued`, `target` and `appointment` are
projections: they are written by folding facts only, and can be rebuilt from the journal
(`server.store.journal.rebuild`). Notices, media and displays follow from the installation's journal.
"""

from server.store.tables import alerts, counters, devices, journals, notices, people, reports, visits, voice
from server.store.tables.columns import metadata

__all__ = [
    "INSTALLATION_PROJECTIONS",
    "PROJECTIONS",
    "alerts",
    "counters",
    "devices",
    "journals",
    "metadata",
    "notices",
    "people",
    "reports",
    "visits",
    "voice",
]

PROJECTIONS = (
    *("visit", "leg", "counter_session", "duty", "greeting", "not_issued", "ticket_stop", "target"),
    *(
        "target_withdrawal",
        "break_decision",
        "planned_absence",
        "appointment",
        "alert",
        "alert_shown",
        "alarm",
        "incident",
        "quiet",
    ),
    *("day_annotation", "typed_figure"),
)
"""The tables that a rebuild empties and fills again from the journal."""
INSTALLATION_PROJECTIONS = {
    "notice": ("id",),
    "notice_step": ("id",),
    "medium": ("id",),
    "display": ("notice", "screen", "shown_on"),
    "display_record": ("screen", "record"),
    "individual_figures": ("site",),
    "retention_choice": ("name",),
}
"""The tables that follow from the installation's journal, with the columns of their key."""
