"""The counts of days, months and years that are over, kept so that nobody counts them again."""

from sqlalchemy import Column, Integer, LargeBinary, PrimaryKeyConstraint, String, Table

from server.store.tables.columns import ID, Instant, metadata

stored_rollup = Table(
    "stored_rollup",
    metadata,
    Column("hall", ID, nullable=False),
    Column("period", String(10), nullable=False),
    Column("shape", String(80), nullable=False),
    Column("visits_end_at", Instant),
    Column("visits_during_alert", Integer, nullable=False),
    Column("counted", LargeBinary, nullable=False),
    Column("counted_during_alert", LargeBinary, nullable=False),
    PrimaryKeyConstraint("hall", "period", name="pk_stored_rollup"),
    comment="Counts of a day, month or year that is over; triggers delete them when a row changes.",
)

COUNTED_BY_DAY = {
    "visit": "business_day",
    "leg": "business_day",
    "greeting": "business_day",
    "not_issued": "business_day",
    "appointment": "booked_on",
}
"""The tables whose rows a rollup counts, with the column of their day.

A changed row deletes the stored rollups of its day, month and year. `alert` is counted too: a changed alert
deletes those whose visits had not all ended before it.
"""
