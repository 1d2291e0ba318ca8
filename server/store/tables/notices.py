"""Notices: rows, steps and versions; and how long screens really showed each."""

import json

from sqlalchemy import BigInteger, Column, Dialect, Index, Integer, PrimaryKeyConstraint, String, Table, Text
from sqlalchemy.types import TypeDecorator

from server.domain.notices.lifecycle import Targets
from server.store.tables.columns import ID, Day, Document, Instant, metadata


class NoticeTargets(TypeDecorator[Targets]):
    """The targets of a notice, kept as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Targets | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value.as_body(), sort_keys=True)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Targets | None:
        return None if value is None else Targets(**json.loads(value))


notice = Table(
    "notice",
    metadata,
    Column("id", ID, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("steps", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("category", String(20), nullable=False),
    Column("targets", NoticeTargets, nullable=False),
    Column("drafted_by", ID, nullable=False),
    Column("drafted_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("shown_version", Integer),
    Column("shown_from", Instant),
    Column("shown_until", Instant),
    Column("replaces", ID),
    Index("ix_notice_state", "state"),
    Index("ix_notice_replaces", "replaces"),
    comment="`version` is the newest; kind, category and targets are its own; `replaces` it corrects.",
)

notice_step = Table(
    "notice_step",
    metadata,
    Column("id", ID, primary_key=True),
    Column("notice", ID, nullable=False),
    Column("step", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("done_at", Instant, nullable=False),
    Column("author", ID, nullable=False),
    Column("reason", ID),
    Column("shown_from", Instant),
    Column("shown_until", Instant),
    Index("ix_notice_step_notice", "notice", "step"),
    comment="Who did what, one row a fact; `reason` is an erasable value.",
)

notice_version = Table(
    "notice_version",
    metadata,
    Column("notice", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    PrimaryKeyConstraint("notice", "version"),
    comment="What each version says, as canonical JSON; the fact holds its SHA-256.",
)

affluence = Table(
    "affluence",
    metadata,
    Column("hall", ID, primary_key=True),
    Column("counted_at", Instant, nullable=False),
    Column("counts", Document, nullable=False),
    comment="How many tickets a hall gave by weekday and local hour, counted daily; not a projection.",
)


display = Table(
    "display",
    metadata,
    Column("notice", ID, nullable=False),
    Column("screen", ID, nullable=False),
    Column("shown_on", Day, nullable=False),
    Column("hall", ID, nullable=False),
    Column("shown_ms", BigInteger, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("cut", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    PrimaryKeyConstraint("notice", "screen", "shown_on"),
    comment="How long a notice was seen on a screen on a local date; folded from facts.",
)

display_record = Table(
    "display_record",
    metadata,
    Column("screen", ID, nullable=False),
    Column("record", ID, nullable=False),
    Column("last_number", BigInteger, nullable=False),
    PrimaryKeyConstraint("screen", "record"),
    comment="Up to which number of a player's record its displays are counted.",
)
