"""What people add to the figures of a hall."""

from sqlalchemy import Boolean, Column, Index, String, Table

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
