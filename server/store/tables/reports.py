"""Reports with their frozen figures, and official texts of labels. Plain rows, no projections."""

from sqlalchemy import Column, Index, String, Table, Text

from server.store.tables.columns import ID, Day, Document, Instant, metadata

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

grid_text = Table(
    "grid_text",
    metadata,
    Column("site", ID, primary_key=True),
    Column("grid", String(40), primary_key=True),
    Column("code", String(12), primary_key=True),
    Column("text", Text, nullable=False),
    Column("source", String(120), nullable=False),
    Column("read_on", Day, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    comment="The official text of a line of a label, typed by a site; nothing personal.",
)
