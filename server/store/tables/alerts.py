"""Alerts of halls and their screens; alarms and their recipients; incidents and notes; bulletins."""

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

from server.store.tables.columns import ID, Day, Document, Instant, metadata, partial_index

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
    partial_index("ix_alert_open", text("ended_at IS NULL"), "hall"),
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

_is_going_on = text("ended_at IS NULL")

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
    partial_index("ix_incident_open", _is_going_on, "raised_at"),
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
    Column("erase_after", Instant, index=True),
    Index("ix_incident_note_hall", "hall", "happened_on"),
    comment="Who wrote it and the reference of a complaint are erased after `erase_after`,"
    " which becomes null.",
)

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
    Column("received_at", Instant, nullable=False, index=True),
    Column("expires_at", Instant),
    Column("decided_at", Instant),
    Column("decided_by", ID),
    Column("reason", Text),
    Column("outcome", ID),
    Column("replaces", ID),
    UniqueConstraint("site", "key", name="uq_bulletin_key"),
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
    partial_index("uq_alarm_open", _is_open, "hall", "kind", "subject", unique=True),
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
    Column("created_at", Instant, nullable=False, index=True),
    Column("queued_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("taken_until", Instant),
    Column("sent_at", Instant),
    Column("given_up_at", Instant),
    Column("failure", String(40)),
    UniqueConstraint("recipient", "hall", "position", name="uq_delivery_position"),
    partial_index("ix_delivery_underway", _is_underway, "recipient", "hall", "position"),
    comment="The outbox: one fact of an alarm for one recipient; `position` is that of the fact.",
)
