"""What visitors say and what sites do about it: actions. Plain rows, no projections."""

from sqlalchemy import Column, Index, String, Table, Text

from server.store.tables.columns import ID, Day, Instant, metadata

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
    Column("origin_kind", String(20)),
    Column("origin_id", ID),
    Index("ix_action_site", "site", "added_at"),
    comment="The action plan of a site, kept by hand; `owner`: an office or a role, no person.",
)
