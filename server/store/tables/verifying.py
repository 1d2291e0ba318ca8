"""What the nightly walks over the journals found."""

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, String, Table, Text

from server.store.tables.columns import ID, Day, Instant, metadata

verification = Table(
    "verification",
    metadata,
    Column("journal", ID, nullable=False),
    Column("verified_on", Day, nullable=False),
    Column("verified_at", Instant, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Column("facts", BigInteger, nullable=False),
    Column("head", String(64)),
    Column("wrong", String(20)),
    Column("position", BigInteger),
    Column("fact", ID),
    Column("detail", Text),
    PrimaryKeyConstraint("journal", "verified_on"),
    comment="A walk over a journal (a hall's slug, or 'installation') a day: facts, last hash, first fault.",
)
