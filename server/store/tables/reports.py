"""What people add to figures, stored counts of past days; reports, who gets them, and official texts."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from server.store.tables.columns import ID, Day, Document, Instant, metadata

day_annotation = Table(
    "day_annotation",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("day", Day, nullable=False),
    Column("words", String(60), nullable=False),
    Column("author", ID, nullable=False),
    Column("annotated_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Index("ix_day_annotation_day", "hall", "day"),
    comment="Remarks that explain the figures of a day.",
)

typed_figure = Table(
    "typed_figure",
    metadata,
    Column("id", ID, primary_key=True),
    Column("hall", ID, nullable=False, index=True),
    Column("indicator", String(60), nullable=False),
    Column("period", String(10), nullable=False),
    Column("value", String(20), nullable=False),
    Column("unit", String(10), nullable=False),
    Column("source", String(80), nullable=False),
    Column("is_from_other_tool", Boolean, nullable=False),
    Column("author", ID, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Column("service", ID),
    comment="Values that people enter because the hall does not measure them; `service`: null for all.",
)


stored_rollup = Table(
    "stored_rollup",
    metadata,
    Column("hall", ID, primary_key=True),
    Column("period", String(10), primary_key=True),
    Column("shape", String(80), nullable=False),
    Column("visits_end_at", Instant),
    Column("visits_during_alert", Integer, nullable=False),
    Column("counted", LargeBinary, nullable=False),
    Column("counted_during_alert", LargeBinary, nullable=False),
    comment="Counts of a day, month or year that is over; triggers delete them when a row changes.",
)

COUNTED_BY_DAY = {
    "visit": "business_day",
    "leg": "business_day",
    "greeting": "business_day",
    "not_issued": "business_day",
    "appointment": "booked_on",
}
"""The tables whose rows a rollup counts, with the column of their day.

A changed row deletes the stored rollups of its day, month and year. `alert` is counted too: a changed alert
deletes those whose visits had not all ended before it.
"""


report = Table(
    "report",
    metadata,
    Column("id", ID, primary_key=True),
    Column("halls", Document, nullable=False),
    Column("period", String(10), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("sentences", Document, nullable=False),
    Column("figures", Document),
    Column("digest", String(64)),
    Column("begun_at", Instant, nullable=False),
    Column("begun_by", ID, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("frozen_at", Instant),
    Column("frozen_by", ID),
    Column("approved_at", Instant),
    Column("approved_by", ID),
    Column("answers", Document, nullable=False, server_default="[]"),
    comment="`halls`: ids; `figures`: once frozen; `digest`: of figures and sentences, as in the fact.",
)

grid_text = Table(
    "grid_text",
    metadata,
    Column("site", ID, primary_key=True),
    Column("grid", String(40), primary_key=True),
    Column("code", String(12), primary_key=True),
    Column("text", Text, nullable=False),
    Column("source", String(120), nullable=False),
    Column("read_on", Day, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
    Column("evidence", Document, nullable=False, server_default="[]"),
    comment="The official text of a line of a label, typed by a site; nothing personal.",
)

report_schedule = Table(
    "report_schedule",
    metadata,
    Column("id", ID, primary_key=True),
    Column("halls", Document, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("day", Integer, nullable=False),
    Column("language", String(10), nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("planned_by", ID, nullable=False),
    Column("ended_at", Instant),
    comment="A plan to send approved reports of halls (ids) on a `day` of the month after the period.",
)

report_recipient = Table(
    "report_recipient",
    metadata,
    Column("id", ID, primary_key=True),
    Column("schedule", ID, nullable=False),
    Column("account", ID),
    Column("kept", ID),
    comment="Who gets the reports of a schedule: an account, or an address (`kept`: its erasable value).",
)

report_letter = Table(
    "report_letter",
    metadata,
    Column("id", ID, primary_key=True),
    Column("recipient", ID, nullable=False),
    Column("period", String(10), nullable=False),
    Column("report", ID, nullable=False),
    Column("queued_at", Instant, nullable=False, index=True),
    Column("next_at", Instant, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("taken_until", Instant),
    Column("sent_at", Instant),
    Column("given_up_at", Instant),
    Column("failure", String(40)),
    UniqueConstraint("recipient", "period", name="uq_report_letter_period"),
    comment="The outbox of scheduled reports: one letter for each recipient and period.",
)
