"""Media with their descriptions and details, uploads that wait, and the last content of web feeds."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from server.store.tables.columns import ID, Day, Document, Instant, metadata

medium = Table(
    "medium",
    metadata,
    Column("id", ID, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("kind", String(10)),
    Column("files", Text, nullable=False),
    Column("refusal", Text),
    Column("upload_sha256", String(64), nullable=False),
    Column("upload_size", BigInteger, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    Column("uploaded_by", ID, nullable=False),
    Column("texts_sha256", String(64)),
    Index("ix_medium_state", "state"),
    comment="What notices show, a projection; `files` are JSON, named by the SHA-256 of their bytes.",
)

medium_text = Table(
    "medium_text",
    metadata,
    Column("medium", ID, primary_key=True),
    Column("texts", Text, nullable=False),
    comment="What a medium says for who cannot see it, by language; the fact holds the SHA-256.",
)

medium_site = Table(
    "medium_site",
    metadata,
    Column("medium", ID, primary_key=True),
    Column("site", String(64), nullable=False, index=True),
    comment="The site a medium belongs to; a medium without a row belongs to all sites.",
)

medium_details = Table(
    "medium_details",
    metadata,
    Column("medium", ID, primary_key=True),
    Column("name", String(120), nullable=False),
    Column("tags", Document, nullable=False),
    Column("made_by", String(120), nullable=False),
    Column("rights", String(240), nullable=False),
    Column("until", Day),
    Column("words", Text, nullable=False),
    Column("kept_bytes", BigInteger, nullable=False),
    comment="Words about a medium, erased with it; `words` are searched, `kept_bytes` count for a quota.",
)

medium_captions = Table(
    "medium_captions",
    metadata,
    Column("medium", ID, primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("captions", Document, nullable=False),
    comment="Captions of films by language: plain words with the milliseconds between which they show.",
)

upload = Table(
    "upload",
    metadata,
    Column("medium", ID, primary_key=True),
    Column("claimed_until", Instant),
    Column("tries", Integer, nullable=False),
    comment="Uploads that wait to be prepared; who prepares one holds it until an instant.",
)

feed = Table(
    "feed",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("tried_at", Instant),
    Column("read_at", Instant),
    Column("content", Document),
    Column("failure", String(40)),
    comment="Web feeds by the SHA-256 of their address: the last good content and when it was read.",
)
