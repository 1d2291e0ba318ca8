"""Sessions of counters, and what is decided for a hall and its day."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, text

from server.store.tables.columns import ID, Day, Document, Instant, metadata, partial_index

counter_session = Table(
    "counter_session",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("counter", ID, nullable=False),
    Column("author", ID, nullable=False),
    Column("profile", ID),
    Column("rule", String(30), nullable=False),
    Column("services", Document, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("paused_at", Instant),
    Column("pause_reason", String(80)),
    Column("closed_at", Instant),
    Column("close_reason", String(20)),
    Column("joined_to", ID),
    Index("ix_counter_session_opened", "hall", "opened_at"),
    partial_index("uq_counter_session_open", text("closed_at IS NULL"), "counter", unique=True),
    partial_index("ix_counter_session_hall", text("closed_at IS NULL"), "hall"),
)

duty = Table(
    "duty",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("counter", ID, nullable=False),
    Column("session", ID, nullable=False),
    Column("profile", ID),
    Column("rule", String(30), nullable=False),
    Column("services", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index("ix_duty_hall", "hall", "opened_at"),
    partial_index("ix_duty_open", text("closed_at IS NULL"), "session"),
    comment="Intervals in which a counter was on duty: a pause ends one.",
)

counter_lease = Table(
    "counter_lease",
    metadata,
    Column("counter", ID, primary_key=True),
    Column("session", ID, nullable=False),
    Column("expires_at", Instant, nullable=False),
    comment="Who holds a counter now; renewed by its console, not by facts.",
)

ticket_stop = Table(
    "ticket_stop",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", Day, nullable=False),
    Column("service", ID, nullable=False),
    Column("reason", String(10), nullable=False, server_default="other"),
    Column("stopped_at", Instant, nullable=False),
    Column("reopened_at", Instant),
    Index("ix_ticket_stop_day", "hall", "business_day", "service"),
    comment="Services whose tickets a supervisor stopped for the rest of a day.",
)

message = Table(
    "message",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("counter", ID),
    Column("phrase", String(20)),
    Column("text", String(120)),
    Column("sent_at", Instant, nullable=False),
    Column("sent_from", String(20), nullable=False),
    Column("seen_at", Instant),
    Column("seen_from", String(20)),
    Column("erase_after", Instant, nullable=False, index=True),
    Index("ix_message_hall", "hall", "sent_at"),
    comment="Short lines from one page at work to another; no facts, deleted within the hour.",
)

target = Table(
    "target",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("service", ID, nullable=False),
    Column("wait_s", Integer, nullable=False),
    Column("share_percent", Integer, nullable=False),
    Column("applies_from_on", Day, nullable=False),
    Column("decided_on", Day, nullable=False),
    Column("decided_by", String(80), nullable=False),
    Column("recorded_at", Instant, nullable=False, server_default="0"),
    Index("ix_target_hall", "hall", "service", "applies_from_on"),
)

target_withdrawal = Table(
    "target_withdrawal",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False, index=True),
    Column("target", ID, nullable=False),
    Column("from_on", Day, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("decided_on", Day, nullable=False),
    Column("decided_by", String(80), nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

break_decision = Table(
    "break_decision",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", Day, nullable=False),
    Column("half_day", Integer, nullable=False),
    Column("choice", String(12), nullable=False),
    Column("decided_at", Instant, nullable=False),
    Index("ix_break_decision_day", "hall", "business_day"),
    comment="What was chosen for those who still wait at a break; the last choice holds.",
)

planned_absence = Table(
    "planned_absence",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("counter", ID, nullable=False),
    Column("from_on", Day, nullable=False),
    Column("weekdays", Document, nullable=False),
    Column("starts_min", Integer, nullable=False),
    Column("ends_min", Integer, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Index("ix_planned_absence_hall", "hall", "removed_at"),
    comment="When nobody calls at a counter; no `weekdays`: on `from_on` alone.",
)

quiet = Table(
    "quiet",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("set_at", Instant, nullable=False),
    Column("quiet_until", Instant, nullable=False),
    Index("ix_quiet_hall", "hall", "set_at"),
    comment="Until when calls are not said aloud in a hall; the last one holds.",
)
