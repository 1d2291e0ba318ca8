"""Reads and writes of notices: their rows, the steps of their lives, what each version says."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from server.documents.notices import NoticeContent, parse_notice
from server.documents.problems import DocumentRefused
from server.domain.instants import to_micros
from server.domain.notices.lifecycle import NoticeState
from server.domain.refusals import Refusal
from server.store.engine.rows import Row

log = structlog.get_logger()

_NOTICE = (
    "SELECT id, state, steps, version, kind, category, targets, drafted_by, drafted_at, changed_at,"
    " shown_version, shown_from, shown_until, replaces FROM notice"
)
_SHOWN = (
    "SELECT n.id, n.shown_version, n.shown_from, n.shown_until, v.content FROM notice n"
    " JOIN notice_version v ON v.notice = n.id AND v.version = n.shown_version"
    " WHERE n.state = 'published' AND n.shown_from < :ends_at"
    " AND (n.shown_until IS NULL OR n.shown_until > :starts_at) ORDER BY n.shown_from, n.id"
)
_STEPS = (
    "SELECT s.step, s.kind, s.state, s.version, s.done_at, s.author, s.shown_from, s.shown_until,"
    " a.display_name, e.value AS reason FROM notice_step s LEFT JOIN account a ON a.id = s.author"
    " LEFT JOIN erasable e ON e.id = s.reason WHERE s.notice = :notice ORDER BY s.step"
)
_VERSIONS = "SELECT version, content, sha256 FROM notice_version WHERE notice = :notice ORDER BY version"
_LISTED = (
    "SELECT n.id, n.state, n.version, n.kind, n.category, n.targets, n.drafted_by, n.changed_at,"
    " n.shown_from, n.shown_until, n.replaces, v.content, a.display_name FROM notice n"
    " JOIN notice_version v ON v.notice = n.id AND v.version = n.version"
    " LEFT JOIN account a ON a.id = n.drafted_by"
)
_IN_STATE = {
    "": "n.state <> 'archived'",
    "published": "n.state = 'published' AND (n.shown_until IS NULL OR n.shown_until > :now)",
    "expired": "n.state = 'published' AND n.shown_until <= :now",
}
"""Which rows have a state at an instant; every other state is as the row says."""
_OF_MEDIA = (
    "SELECT n.id, v.content FROM notice n JOIN notice_version v ON v.notice = n.id"
    " AND (v.version = n.version OR v.version = n.shown_version)"
    " WHERE v.content LIKE :named AND n.state <> 'archived'"
)
_DECIDED = "(n.state NOT IN ('draft', 'refused') OR n.shown_version IS NOT NULL)"
_OF_FEEDS = (
    "SELECT v.content FROM notice n JOIN notice_version v ON v.notice = n.id AND v.version = n.shown_version"
    " WHERE n.kind = 'feed' AND n.state = 'published' AND (n.shown_until IS NULL OR n.shown_until > :now)"
)
_MARK = (
    "SELECT COUNT(*) AS notices, COALESCE(SUM(steps), 0) AS steps FROM notice WHERE shown_version IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A version as it is published; instants in microseconds, `until` None: no end."""

    id: str
    version: int
    shown_from: int
    shown_until: int | None
    content: NoticeContent


def notice_row(rows: Any, notice: str) -> Row:
    """The row of a notice. Refusal: unknown_notice."""
    row: Row | None = rows.one(f"{_NOTICE} WHERE id = :notice", notice=notice)
    if row is None:
        raise Refusal("unknown_notice", notice=notice)
    return row


type ChangedAt = tuple[int, str]
"""When a notice was last changed, in microseconds, and its id: its place in the list."""


def listed_notices(rows: Any, state: str, now: int, *, before: ChangedAt | None, limit: int) -> Sequence[Row]:
    """Notices in a state at an instant, each with its newest content and its author, the last changed first.

    State empty: all but the archived. `before`: those that come after this place in the list.
    """
    values: dict[str, Any] = {"now": now, "state": state, "limit": limit}
    condition = _IN_STATE.get(state, "n.state = :state")
    if before is not None:
        condition = f"({condition}) AND (n.changed_at < :at OR (n.changed_at = :at AND n.id < :id))"
        values |= {"at": before[0], "id": before[1]}
    used = {name: value for name, value in values.items() if f":{name}" in condition or name == "limit"}
    sql = f"{_LISTED} WHERE {condition} ORDER BY n.changed_at DESC, n.id DESC LIMIT :limit"
    found: Sequence[Row] = rows.all(sql, **used)
    return found


def known_notices(rows: Any, notices: Sequence[str]) -> set[str]:
    """Those of these ids that are a notice's."""
    found = (rows.one("SELECT id FROM notice WHERE id = :id", id=notice) for notice in notices)
    return {row["id"] for row in found if row is not None}


def listed_notice(rows: Any, notice: str) -> Row:
    """One notice as it is listed. Refusal: unknown_notice."""
    row: Row | None = rows.one(f"{_LISTED} WHERE n.id = :notice", notice=notice)
    if row is None:
        raise Refusal("unknown_notice", notice=notice)
    return row


def corrections_of(rows: Any, notice: str) -> Sequence[Row]:
    """The corrections of a notice that were not put away, the newest last."""
    sql = f"{_NOTICE} WHERE replaces = :notice AND state <> 'archived' ORDER BY id"
    found: Sequence[Row] = rows.all(sql, notice=notice)
    return found


def steps_of(rows: Any, notice: str) -> Sequence[Row]:
    """The steps of a notice in order, with the names and reasons that are not erased."""
    found: Sequence[Row] = rows.all(_STEPS, notice=notice)
    return found


def versions_of(rows: Any, notice: str) -> Sequence[Row]:
    """What each version of a notice says, from the first."""
    found: Sequence[Row] = rows.all(_VERSIONS, notice=notice)
    return found


def titles_of(rows: Any, notices: Sequence[str]) -> dict[str, str]:
    """The French titles of some notices, as their newest versions say."""
    found = {notice: versions_of(rows, notice) for notice in notices}
    return {
        notice: json.loads(versions[-1]["content"])["titles"]["fr"]
        for notice, versions in found.items()
        if versions
    }


def content_of(rows: Any, notice: str, version: int) -> NoticeContent:
    """What a version says. Refusal: unknown_notice."""
    for row in versions_of(rows, notice):
        if row["version"] == version:
            return parse_notice(json.loads(row["content"]))
    raise Refusal("unknown_notice", notice=notice)


def shown_between(rows: Any, starts_at: int, ends_at: int) -> list[ShownNotice]:
    """The notices published for some of an interval (microseconds), in the order of their beginnings.

    One that cannot be read is left out and logged: the others are shown.
    """
    found = (_readable_notice(row) for row in rows.all(_SHOWN, starts_at=starts_at, ends_at=ends_at))
    return [notice for notice in found if notice is not None]


def _readable_notice(row: Row) -> ShownNotice | None:
    try:
        content = parse_notice(json.loads(row["content"]))
    except (DocumentRefused, ValueError) as error:
        log.warning("notice_not_read", notice=row["id"], version=row["shown_version"], why=str(error))
        return None
    return ShownNotice(row["id"], row["shown_version"], row["shown_from"], row["shown_until"], content)


def notices_mark(rows: Any) -> str:
    """A text that changes with every step of a notice that is, or was, published."""
    row = rows.one(_MARK)
    return f"{row['notices']}.{row['steps']}"


def content_text(notice: NoticeContent) -> str:
    """What a notice says as one canonical JSON text: same content, same bytes."""
    return json.dumps(notice.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)


def content_digest(text: str) -> str:
    """The SHA-256 of a content's text, as facts hold it."""
    return hashlib.sha256(text.encode()).hexdigest()


def keep_version(transaction: Any, notice: str, version: int, text: str) -> str:
    """Keeps what a version says; its SHA-256."""
    digest = content_digest(text)
    transaction.insert("notice_version", notice=notice, version=version, content=text, sha256=digest)
    return digest


@dataclass(frozen=True, slots=True)
class Affluence:
    """Tickets of a hall by weekday (0 is Monday) and local hour, and the days they were counted on."""

    tickets: dict[tuple[int, int], int]
    days: dict[int, int]


def affluence_of(rows: Any, hall: str) -> Affluence | None:
    """What was counted last of a hall (id); None when nothing was yet."""
    row = rows.one("SELECT counts FROM affluence WHERE hall = :hall", hall=hall)
    if row is None:
        return None
    counts = json.loads(row["counts"])
    tickets = {(weekday, hour): counted for weekday, hour, counted in counts["tickets"]}
    return Affluence(tickets, {int(weekday): days for weekday, days in counts["days"].items()})


def keep_affluence(rows: Any, hall: str, found: Affluence, now: Any) -> None:
    """Keeps what was counted of a hall (id) in place of what was counted before."""
    tickets = [[weekday, hour, counted] for (weekday, hour), counted in sorted(found.tickets.items())]
    counts = json.dumps({"tickets": tickets, "days": found.days})
    rows.run("DELETE FROM affluence WHERE hall = :hall", {"hall": hall})
    rows.run(
        "INSERT INTO affluence (hall, counted_at, counts) VALUES (:hall, :at, :counts)",
        {"hall": hall, "at": to_micros(now), "counts": counts},
    )


def state_of(row: Row) -> NoticeState:
    """The state a row says, before the clock has its say."""
    return NoticeState(row["state"])


def notices_with_medium(rows: Any, medium: str) -> list[str]:
    """The ids of the notices that show a medium, or would once published; archived ones do not count."""
    found = rows.all(_OF_MEDIA, named=f"%{medium}%")
    return sorted({row["id"] for row in found if json.loads(row["content"]).get("medium") == medium})


def notices_frozen_with(rows: Any, medium: str) -> list[str]:
    """The ids of the notices with a medium that wait for a decision, or were approved or shown once."""
    found = rows.all(f"{_OF_MEDIA} AND {_DECIDED}", named=f"%{medium}%")
    return sorted({row["id"] for row in found if json.loads(row["content"]).get("medium") == medium})


def feeds_shown(rows: Any, now: datetime) -> set[str]:
    """The addresses of the feeds that published notices show, or will; not those of expired ones."""
    contents = (json.loads(row["content"]) for row in rows.all(_OF_FEEDS, now=to_micros(now)))
    return {content["url"] for content in contents if "url" in content}
