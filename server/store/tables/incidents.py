"""Incidents, which follow from facts, and the notes that people write of them, which are plain rows."""

from sqlalchemy import Column, Index, Integer, String, Table, text

from server.store.tables.columns import ID, Day, Document, Instant, metadata

_is_open = text("ended_at IS NULL")

incident = Table(
    "incident",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("counter", ID),
    Column("raised_at", Instant, nullable=False),
    Column("raised_by", ID, nullable=False),
    Column("joins", Integer, nullable=False),
    Column("joined_by", ID),
    Column("escalated_at", Instant),
    Column("unanswered_at", Instant),
    Column("answered_at", Instant),
    Column("answered_by", ID),
    Column("answered_role", String(20)),
    Column("answered_counter", ID),
    Column("answered_hall", ID),
    Column("ended_at", Instant),
    Column("end_reason", String(10)),
    Index("ix_incident_hall", "hall", "raised_at"),
    Index("ix_incident_open", "raised_at", sqlite_where=_is_open, postgresql_where=_is_open),
    comment="`counter`: null, the reception desk; a projection of the hall’s journal.",
)

incident_note = Table(
    "incident_note",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("incident", ID),
    Column("counter", ID),
    Column("happened_on", Day, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("gravity", Integer, nullable=False),
    Column("follow_ups", Document, nullable=False),
    Column("complaint", String(40)),
    Column("written_at", Instant, nullable=False),
    Column("written_by", ID),
    Column("changed_at", Instant, nullable=False),
    Column("erase_after", Instant),
    Index("ix_incident_note_hall", "hall", "happened_on"),
    Index("ix_incident_note_erase_after", "erase_after"),
    comment="Who wrote it and the reference of a complaint are erased after `erase_after`,"
    " which becomes null.",
)
