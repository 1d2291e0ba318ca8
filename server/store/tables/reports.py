"""Reports with their frozen figures, and the actions that people keep by hand. Plain rows, no projections."""

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

action = Table(
    "action",
    metadata,
    Column("id", ID, primary_key=True),
    Column("site", ID, nullable=False),
    Column("remark", Text, nullable=False),
    Column("origin", String(80), nullable=False),
    Column("solution", Text, nullable=False),
    Column("owner", String(80), nullable=False),
    Column("due_on", Day),
    Column("state", String(10), nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_action_site", "site", "added_at"),
    comment="The action plan of a site, kept by hand; `owner`: an office or a role, no person.",
)
