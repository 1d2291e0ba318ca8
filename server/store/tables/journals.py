"""The hall and the installation, journals and verifications, documents, what requests and rounds leave."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    text,
)

from server.store.tables.columns import ID, Day, Document, Instant, metadata, partial_index

hall = Table(
    "hall",
    metadata,
    Column("id", ID, primary_key=True),
    Column("slug", ID, nullable=False, unique=True),
    Column("epoch", ID, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("journal_length", BigInteger, nullable=False),
    Column("head_hash", String(64), nullable=False),
    Column("last_recorded_at", Instant),
    Column("configuration_revision", Integer, nullable=False),
    Column("installation_revision", Integer, nullable=False),
    Column("number_offset", Integer, nullable=False),
    Column("number_offset_on", String(10)),
    Column("targets_decided", Integer, nullable=False, server_default="0"),
    comment="One row a hall: the write lock, the head of its journal, its epoch and version.",
)

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("journal_length", BigInteger, nullable=False),
    Column("head_hash", String(64), nullable=False),
    Column("last_recorded_at", Instant),
    Column("is_demonstration", Boolean, nullable=False),
    Column("secret", String(64), nullable=False),
    Column("access_version", BigInteger, nullable=False, server_default="0"),
    comment="One row: the head of the installation journal.",
)

RARE = "kind NOT IN ('TicketIssued', 'LegCalled', 'LegStarted', 'LegEnded')"
"""The kinds an index leads to: the others are many, found at once without, and written where people wait."""


def _journal_columns() -> list[Column[object]]:
    return [
        Column("position", BigInteger, nullable=False),
        Column("id", ID, nullable=False, unique=True),
        Column("kind", String(40), nullable=False),
        Column("schema", Integer, nullable=False),
        Column("happened_at", Instant, nullable=False),
        Column("recorded_at", Instant, nullable=False),
        Column("is_clock_suspect", Boolean, nullable=False),
        Column("author", ID, nullable=False),
        Column("device", ID),
        Column("body", Text, nullable=False),
        Column("hash", String(64), nullable=False),
    ]


hall_fact = Table(
    "hall_fact",
    metadata,
    Column("hall", ID, ForeignKey("hall.id"), nullable=False),
    *_journal_columns(),
    Column("version", BigInteger, nullable=False),
    Column("visit", ID, index=True),
    Column("counter", ID),
    PrimaryKeyConstraint("hall", "position"),
    partial_index("ix_hall_fact_kind", text(RARE), "hall", "kind", "position"),
    partial_index("ix_hall_fact_counter", text("counter IS NOT NULL"), "hall", "counter", "position"),
    comment="The hall's journal: append-only, each fact carries the hash of the one before.",
)

installation_fact = Table(
    "installation_fact",
    metadata,
    *_journal_columns(),
    PrimaryKeyConstraint("position"),
    Index("ix_installation_fact_kind", "kind", "position"),
)

erasable = Table(
    "erasable",
    metadata,
    Column("id", ID, primary_key=True),
    Column("value", Text),
    Column("salt", String(64)),
    Column("erase_after", Instant, nullable=False),
    partial_index("ix_erasable_erase_after", text("value IS NOT NULL"), "erase_after"),
    comment="Personal values outside the journal; value and salt are erased together.",
)

document = Table(
    "document",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("scope", ID, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("published_by", ID, nullable=False),
    Column("restores", Integer),
    comment="Configuration documents with their revisions; `restores`: the one whose content this is again.",
)

draft = Table(
    "draft",
    metadata,
    Column("document", ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("base_revision", Integer, nullable=False),
    Column("content", Text),
    Column("author", ID, nullable=False),
    Column("saved_at", Instant, nullable=False),
    comment="Drafts by document, their last versions; content null: published or discarded.",
)

configured = Table(
    "configured",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("hall", ID, nullable=False),
    comment="Every id a hall document ever used: ids are unique over the installation and never reused.",
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("author", ID, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    comment="Answers of writes, kept 24 hours: the same key and body get the same answer.",
)

job_run = Table(
    "job_run",
    metadata,
    Column("job", String(30), primary_key=True),
    Column("hall", ID, primary_key=True),
    Column("business_day", String(10), primary_key=True),
    Column("done_at", Instant, nullable=False),
    comment="Which job ran for which hall and day: each runs once.",
)

retention_choice = Table(
    "retention_choice",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("decided_by", ID, nullable=False),
    comment="Rows of the schedule of retention for which the site chose other days.",
)

purge_run = Table(
    "purge_run",
    metadata,
    Column("day", Day, primary_key=True),
    Column("done_at", Instant, nullable=False),
    Column("erased", Document, nullable=False),
    Column("overdue", Document, nullable=False),
    comment="By day (UTC), how many rows of each table purges erased, and how many were left over time.",
)

register_text = Table(
    "register_text",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("text", Text, nullable=False),
    comment="What the site says of its processing where Parvis cannot know it.",
)

verification = Table(
    "verification",
    metadata,
    Column("journal", ID, primary_key=True),
    Column("verified_on", Day, primary_key=True),
    Column("verified_at", Instant, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Column("facts", BigInteger, nullable=False),
    Column("head", String(64)),
    Column("wrong", String(20)),
    Column("position", BigInteger),
    Column("fact", ID),
    Column("detail", Text),
    comment="A walk over a journal (a hall's slug, or 'installation') a day: facts, last hash, first fault.",
)
