"""What people add to the figures of a hall, and the stored counts of past days."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, String, Table

from server.store.tables.columns import ID, Day, Instant, metadata

day_annotation = Table(
    "day_annotation",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("day", Day, nullable=False),
    Column("words", String(60), nullable=False),
    Column("author", ID, nullable=False),
    Column("annotated_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Index("ix_day_annotation_day", "hall", "day"),
    comment="Remarks that explain the figures of a day.",
)

typed_figure = Table(
    "typed_figure",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("indicator", String(60), nullable=False),
    Column("period", String(10), nullable=False),
    Column("value", String(20), nullable=False),
    Column("unit", String(10), nullable=False),
    Column("source", String(80), nullable=False),
    Column("is_from_other_tool", Boolean, nullable=False),
    Column("author", ID, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Column("service", ID),
    Index("ix_typed_figure_hall", "hall"),
    comment="Values that people enter because the hall does not measure them; `service`: null for all.",
)


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
