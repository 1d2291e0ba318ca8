"""Alarms of halls, what was last seen of their subjects, who is told, and what is on its way to them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from server.store.tables.columns import ID, Instant, metadata

_is_open = text("cleared_at IS NULL")
_is_underway = text("sent_at IS NULL AND given_up_at IS NULL")

alarm = Table(
    "alarm",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("subject", ID, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("returns", Integer, nullable=False),
    Column("told", Text, nullable=False),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", ID),
    Column("cleared_at", Instant),
    Column("clear_reason", String(10)),
    Index("ix_alarm_hall", "hall", "raised_at"),
    Index("ix_alarm_cleared", "hall", "cleared_at"),
    Index(
        "uq_alarm_open",
        "hall",
        "kind",
        "subject",
        unique=True,
        sqlite_where=_is_open,
        postgresql_where=_is_open,
    ),
    comment="`told`: the values of its sentence, as JSON.",
)

alarm_sign = Table(
    "alarm_sign",
    metadata,
    Column("hall", ID, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("subject", ID, primary_key=True),
    Column("is_faulty", Boolean, nullable=False),
    Column("since", Instant, nullable=False),
    comment="Whether a subject was last faulty or well; changes with what is seen, no projection.",
)

recipient = Table(
    "recipient",
    metadata,
    Column("id", ID, primary_key=True),
    Column("channel", String(10), nullable=False),
    Column("site", ID, nullable=False),
    Column("address", ID, nullable=False),
    Column("secret", String(80)),
    Column("added_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("hall", ID),
    Column("kinds", Text),
    Column("language", String(10), nullable=False, server_default="fr"),
    Column("notices_since", Instant),
    comment="`site` * is every site; `address` is an erasable value; `secret` signs a webhook;"
    " `hall` and `kinds` (JSON): null, all of them.",
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", ID, primary_key=True),
    Column("recipient", ID, nullable=False),
    Column("hall", ID, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("alarm", ID, nullable=False),
    Column("turn", String(12), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("taken_until", Instant),
    Column("sent_at", Instant),
    Column("given_up_at", Instant),
    Column("failure", String(40)),
    UniqueConstraint("recipient", "hall", "position", name="uq_delivery_position"),
    Index("ix_delivery_created_at", "created_at"),
    Index(
        "ix_delivery_underway",
        "recipient",
        "hall",
        "position",
        sqlite_where=_is_underway,
        postgresql_where=_is_underway,
    ),
    comment="The outbox: one fact of an alarm for one recipient; `position` is that of the fact.",
)
