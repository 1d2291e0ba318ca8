"""Reports with their frozen figures. Plain rows, no projections."""

from sqlalchemy import Column, Index, String, Table

from server.store.tables.columns import ID, Document, Instant, metadata

report = Table(
    "report",
    metadata,
    Column("id", ID, primary_key=True),
    Column("halls", Document, nullable=False),
    Column("period", String(10), nullable=False),
    Column("state", String(10), nullable=False),
    Column("sentences", Document, nullable=False),
    Column("figures", Document),
    Column("digest", String(64)),
    Column("begun_at", Instant, nullable=False),
    Column("begun_by", ID, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("frozen_at", Instant),
    Column("frozen_by", ID),
    Column("approved_at", Instant),
    Column("approved_by", ID),
    Index("ix_report_period", "period"),
    comment="`halls`: ids; `figures`: once frozen; `digest`: of figures and sentences, as in the fact.",
)
