"""What people add to the figures of a hall."""

from sqlalchemy import Column, Index, String, Table

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
