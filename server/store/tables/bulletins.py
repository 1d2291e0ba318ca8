"""Bulletins that came in, what became of each, and the sources they are read from."""

from sqlalchemy import Column, Index, String, Table, Text, UniqueConstraint

from server.store.tables.columns import ID, Document, Instant, metadata

bulletin = Table(
    "bulletin",
    metadata,
    Column("id", ID, primary_key=True),
    Column("site", ID, nullable=False),
    Column("key", String(64), nullable=False),
    Column("message", Document, nullable=False),
    Column("state", String(12), nullable=False),
    Column("kind", String(10)),
    Column("refusal", String(40)),
    Column("details", Document, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("decided_at", Instant),
    Column("decided_by", ID),
    Column("reason", Text),
    Column("outcome", ID),
    Column("replaces", ID),
    UniqueConstraint("site", "key", name="uq_bulletin_key"),
    Index("ix_bulletin_received_at", "received_at"),
    comment="`key`: SHA-256 of sender, identifier and instant; `outcome`: the alert or notice it became;"
    " `details`: the values of the sentence of a refusal.",
)

bulletin_source = Table(
    "bulletin_source",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("site", ID, nullable=False),
    Column("url", Text, nullable=False),
    Column("tried_at", Instant),
    Column("read_at", Instant),
    Column("failure", String(40)),
    Column("entries", Document, nullable=False),
    comment="`id`: SHA-256 of site and address;"
    " `entries`: digests of what was read of a feed, the last first.",
)
