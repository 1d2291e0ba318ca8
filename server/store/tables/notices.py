"""Notices: rows, steps, versions, drafts, how long screens showed each; media, uploads that wait, feeds."""

import json
import zlib
from datetime import timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator

from server.domain.instants import from_micros, to_micros
from server.domain.notices.displays import Interval
from server.domain.notices.lifecycle import Targets
from server.store.tables.columns import ID, Day, Document, Instant, metadata

medium = Table(
    "medium",
    metadata,
    Column("id", ID, primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("kind", String(10)),
    Column("files", Text, nullable=False),
    Column("refusal", Text),
    Column("upload_sha256", String(64), nullable=False),
    Column("upload_size", BigInteger, nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    Column("uploaded_by", ID, nullable=False),
    Column("texts_sha256", String(64)),
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
    Column("state", String(10), nullable=False, index=True),
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
    Column("replaces", ID, index=True),
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
    Column("notice", ID, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    comment="What each version says, as canonical JSON; the fact holds its SHA-256.",
)

notice_draft = Table(
    "notice_draft",
    metadata,
    Column("account", ID, primary_key=True),
    Column("id", ID, primary_key=True),
    Column("base_version", Integer, nullable=False),
    Column("content", Document, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("page", ID, nullable=False),
    Column("changed_at", Instant, nullable=False, index=True),
    comment="What a person typed and has not saved, no version and no fact. `id`: of its notice, or its own"
    " while there is none; `edition` counts its saves, `page` made the last.",
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
    Column("notice", ID, primary_key=True),
    Column("screen", ID, primary_key=True),
    Column("shown_on", Day, primary_key=True),
    Column("hall", ID, nullable=False),
    Column("shown_ms", BigInteger, nullable=False),
    Column("completed", Integer, nullable=False),
    Column("cut", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("whole_ms", BigInteger, nullable=False, server_default="0"),
    comment="How long a notice was seen on a screen on a local date; folded from facts.",
)

display_record = Table(
    "display_record",
    metadata,
    Column("screen", ID, primary_key=True),
    Column("record", ID, primary_key=True),
    Column("last_number", BigInteger, nullable=False),
    comment="Up to which number of a player's record its displays are counted.",
)

TENTH = timedelta(milliseconds=100)


class Intervals(TypeDecorator[tuple[Interval, ...]]):
    """Intervals in order of time, to a tenth of a second: JSON, compressed.

    Each is its notice, how long after the end of the one before it began (the first: after 1970), and how
    long it was. A busy hour of 230 intervals of ten notices takes 600 bytes.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: tuple[Interval, ...] | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        found, before = [], 0
        for each in value:
            began, ended = (round(to_micros(at) / 100_000) for at in (each.began_at, each.ended_at))
            found.append([each.notice, began - before, ended - began])
            before = ended
        return zlib.compress(json.dumps(found, separators=(",", ":")).encode(), 9)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> tuple[Interval, ...] | None:
        if value is None:
            return None
        found, before = [], from_micros(0)
        for notice, after, lasting in json.loads(zlib.decompress(value)):
            began_at = before + after * TENTH
            before = began_at + lasting * TENTH
            found.append(Interval(notice, began_at, before))
        return tuple(found)


display_interval = Table(
    "display_interval",
    metadata,
    Column("screen", ID, primary_key=True),
    Column("ended_at", Instant, index=True, primary_key=True),
    Column("record", ID, primary_key=True),
    Column("last_number", BigInteger, primary_key=True, autoincrement=False),
    Column("began_at", Instant, nullable=False),
    Column("intervals", Intervals, nullable=False),
    comment="What a screen showed at which hour, a row a report; not a projection, deleted after 60 days.",
)
