"""Alerts of halls, and the screens that said they show one."""

from sqlalchemy import Boolean, Column, Index, String, Table, text

from server.store.tables.columns import ID, Instant, metadata

alert = Table(
    "alert",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("alert", ID, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("is_drill", Boolean, nullable=False),
    Column("press", String(64), nullable=False),
    Column("texts", ID),
    Column("raised_at", Instant, nullable=False),
    Column("raised_by", ID, nullable=False),
    Column("expires_at", Instant),
    Column("end_asked_at", Instant),
    Column("end_asked_by", ID),
    Column("ended_at", Instant),
    Column("ended_by", ID),
    Column("end_reason", String(10)),
    Index("ix_alert_hall", "hall", "raised_at"),
    Index("uq_alert_in_hall", "alert", "hall", unique=True),
    Index("uq_alert_press", "raised_by", "press", "hall", unique=True),
    Index(
        "ix_alert_open",
        "hall",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    comment="One row a hall; `alert` is shared by all halls of one press.",
)

alert_shown = Table(
    "alert_shown",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("alert", ID, nullable=False),
    Column("screen", ID, nullable=False),
    Column("shown_at", Instant, nullable=False),
    Index("uq_alert_shown_screen", "alert", "hall", "screen", unique=True),
)
