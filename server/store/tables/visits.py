"""Visits with their legs, appointments, and who was helped or turned away without one."""

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    literal_column,
    text,
)

from server.store.tables.columns import ID, Day, Document, Instant, metadata, partial_index

visit = Table(
    "visit",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", Day, nullable=False),
    Column("series", ID, nullable=False),
    Column("incarnation", ID, nullable=False),
    Column("rank", Integer, nullable=False),
    Column("number", String(12), nullable=False),
    Column("class", String(12), nullable=False),
    Column("priority", String(14), nullable=False),
    Column("language", ID),
    Column("needs", ID),
    Column("link", ID),
    Column("wanted_service", ID),
    Column("exceptional_reason", ID),
    Column("channel", String(12), nullable=False),
    Column("device", ID),
    Column("issued_at", Instant, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("booked_at", Instant),
    Column("ended_at", Instant),
    Column("end_reason", String(20)),
    UniqueConstraint("hall", "business_day", "series", "incarnation", "rank", name="uq_visit_number"),
    partial_index("ix_visit_needs", text("needs IS NOT NULL AND end_reason IS NULL"), "hall"),
    partial_index("ix_visit_link", text("link IS NOT NULL AND end_reason IS NULL"), "hall"),
    partial_index(
        "ix_visit_exceptional", text("exceptional_reason IS NOT NULL AND end_reason IS NULL"), "hall"
    ),
)

_open_at_counter = text("state IN ('called', 'in_service')")

leg = Table(
    "leg",
    metadata,
    Column("id", ID, primary_key=True),
    Column("visit", ID, nullable=False, index=True),
    Column("hall", ID, nullable=False),
    Column("business_day", Day, nullable=False),
    Column("number", String(12), nullable=False),
    Column("position", Integer, nullable=False),
    Column("service", ID, nullable=False),
    Column("queue", ID, nullable=False),
    Column("class", String(12), nullable=False),
    Column("priority", String(14), nullable=False),
    Column("target_s", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("sort_key", String(80), nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("booked_at", Instant),
    Column("call", ID),
    Column("rank", Integer, nullable=False),
    Column("first_called_at", Instant),
    Column("last_called_at", Instant),
    Column("started_at", Instant),
    Column("is_start_pressed", Boolean, nullable=False),
    Column("ended_at", Instant),
    Column("end_reason", String(20)),
    Column("counter", ID),
    Column("for_counter", ID),
    Column("session", ID),
    Column("rule", String(30)),
    Column("why", Document),
    Column("reinstated_from", ID),
    Column("reinstatements", Integer, nullable=False),
    Column("quoted_low_s", Integer),
    Column("quoted_median_s", Integer),
    Column("quoted_high_s", Integer),
    Column("quoted_simple_s", Integer),
    Column("configuration_revision", Integer, nullable=False),
    Column("is_clock_suspect", Boolean, nullable=False),
    Column("series", ID, nullable=False),
    Column("reference_at", Instant, nullable=False),
    Column("is_out_of_series", Boolean, nullable=False),
    Column("is_held", Boolean, nullable=False, server_default=false()),
    Column("is_at_front", Boolean),
    Column("lets_pass", Integer),
    Column("lets_pass_since", Instant),
    Column("postponements", Integer),
    Column("not_before", Instant),
    Column("parked_at", Instant),
    Column("parked_s", Integer),
    Column("return_place", String(10)),
    Column("added_services", Document),
    Column("outcome", String(20)),
    Column("outcome_asked", String(10)),
    Column("note", ID),
    Column("urgency", String(12)),
    Index("ix_leg_day", "hall", "business_day"),
    partial_index("ix_leg_ahead", text("state = 'waiting'"), "hall", "queue", "sort_key"),
    partial_index("ix_leg_open", text("state IN ('called', 'in_service', 'parked')"), "hall", "state"),
    partial_index("uq_leg_counter", _open_at_counter, "counter", unique=True),
    partial_index("ix_leg_called", text("last_called_at IS NOT NULL"), "hall", "last_called_at"),
    comment="A wait and a service inside a visit; one visit at a counter at most, by constraint.",
)


def _is_in(*states: str) -> ColumnElement[bool]:
    # words, not parameters: so that a partial index serves the condition
    return leg.c.state.in_([literal_column(f"'{state}'") for state in states])


IS_WAITING: ColumnElement[bool] = leg.c.state == literal_column("'waiting'")
IS_AT_WORK, IS_AT_COUNTER = _is_in("called", "in_service", "parked"), _is_in("called", "in_service")
"""Conditions of legs that have not ended: each has a partial index, which keeps the past unread."""

appointment = Table(
    "appointment",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("service", ID, nullable=False),
    Column("booked_at", Instant, nullable=False),
    Column("booked_on", Day, nullable=False),
    Column("is_convocation", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("visit", ID),
    Column("arrival", String(10)),
    Column("checked_in_at", Instant),
    Index("ix_appointment_day", "hall", "booked_on"),
    comment="Planned arrivals, without a name; its code stands in appointment_access until it is purged.",
)

appointment_access = Table(
    "appointment_access",
    metadata,
    Column("appointment", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("booked_on", Day, nullable=False),
    Column("external_id", String(64)),
    Column("code", String(32)),
    Column("expires_at", Instant, nullable=False, index=True),
    UniqueConstraint("hall", "external_id", name="uq_appointment_access_external_id"),
    UniqueConstraint("hall", "booked_on", "code", name="uq_appointment_access_code"),
    comment="By what an appointment is known outside: its id there and its code; purged after its day.",
)

ticket_access = Table(
    "ticket_access",
    metadata,
    Column("visit", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("short_code", String(8), nullable=False),
    Column("business_day", Day, nullable=False),
    Column("press", ID, unique=True),
    Column("press_by", ID),
    Column("expires_at", Instant, nullable=False, index=True),
    UniqueConstraint("business_day", "short_code", name="uq_ticket_access_short_code"),
    comment="What a visitor holds, and which press gave it; purged after the next business day.",
)

greeting = Table(
    "greeting",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", Day, nullable=False),
    Column("service", ID, nullable=False),
    Column("counter", ID),
    Column("greeted_at", Instant, nullable=False),
    Column("is_undone", Boolean, nullable=False),
    Index("ix_greeting_day", "hall", "business_day"),
)

not_issued = Table(
    "not_issued",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("business_day", Day, nullable=False),
    Column("service", ID, nullable=False),
    Column("reason", String(30), nullable=False),
    Column("device", ID),
    Column("wanted_at", Instant, nullable=False),
    Index("ix_not_issued_day", "hall", "business_day"),
)

reminder = Table(
    "reminder",
    metadata,
    Column("id", ID, primary_key=True),
    Column("visit", ID, nullable=False),
    Column("hall", ID, nullable=False),
    Column("channel", String(10), nullable=False),
    Column("rule", String(10), nullable=False),
    Column("address", Text, nullable=False),
    Column("language", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("queued_at", Instant),
    Column("next_at", Instant),
    Column("tries", Integer, nullable=False),
    Column("taken_until", Instant),
    Column("sent_at", Instant),
    Column("given_up_at", Instant),
    Column("failure", String(40)),
    Column("erase_after", Instant, nullable=False, index=True),
    UniqueConstraint("visit", "channel", "rule", name="uq_reminder_rule"),
    comment="What a visitor asked to be told, and its outbox: one message a channel and rule; deleted with"
    " the end of the visit. `address`: a number, or a browser's subscription as JSON; empty: told no more.",
)

visitor_away = Table(
    "visitor_away",
    metadata,
    Column("visit", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("said_at", Instant, nullable=False),
    Column("erase_after", Instant, nullable=False, index=True),
    comment="How far away visitors said to be; deleted with the end of the visit.",
)
