"""Notices as those who draft and decide see them: the list, and one with its history and its versions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server.documents.difference import changes_between
from server.domain.author import Author
from server.domain.instants import micros_to_text, to_micros
from server.domain.notices.lifecycle import NoticeState, verbs_in
from server.domain.refusals import Refusal
from server.store.engine.rows import Row
from server.store.notices.notices import (
    ChangedAt,
    corrections_of,
    listed_notice,
    listed_notices,
    notice_row,
    steps_of,
    versions_of,
)
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from server.usecases.notices.begin_gesture import may_do, standing_state, targets_of_row
from server.usecases.notices.notice_places import Places, Reach, read_places

_DECIDED_BY_OFFICERS = frozenset({NoticeState.SUBMITTED, NoticeState.APPROVED})
_MENDED_BY_AUTHORS = frozenset({NoticeState.REFUSED, NoticeState.DRAFT})


PAGE = 100
"""Notices listed at once."""


@dataclass(frozen=True, slots=True)
class WantedNotices:
    """Of which state (empty: all but the archived), and after which place of the list (`next` of a page)."""

    state: str = ""
    before: str | None = None


def read_notices(
    database: Database, author: Author, reach: Reach, filters: WantedNotices = WantedNotices()
) -> Answer:
    """The notices somebody has to do with, the last changed first, some at a time.

    `waits_for_me`: the next gesture is theirs; `next`: where to go on, or null. Refusal: bad_request.
    """
    before = None if filters.before is None else _place(filters.before)
    now = to_micros(database.clock.now())
    visible: list[Row] = []
    with database.read() as rows:
        places = read_places(database, rows)
        while len(visible) <= PAGE:
            found = listed_notices(rows, filters.state, now, before=before, limit=PAGE + 1)
            visible += [row for row in found if _sees(row, author, reach, places)]
            if len(found) <= PAGE:
                break
            before = (found[-1]["changed_at"], found[-1]["id"])
    listed = [_listed(database, row, author, reach, places) for row in visible[:PAGE]]
    last = visible[PAGE - 1] if len(visible) > PAGE else None
    return {"notices": listed, "next": None if last is None else f"{last['changed_at']}.{last['id']}"}


def _place(text: str) -> ChangedAt:
    at, _, notice = text.partition(".")
    if not at.isdecimal() or len(at) > 18 or not notice:
        raise Refusal("bad_request", before=text)
    return int(at), notice


def read_notice(database: Database, author: Author, reach: Reach, notice: str) -> Answer:
    """One notice: what its newest version says, what may be done, its history, each version's changes.

    Refusals: unknown_notice, forbidden.
    """
    with database.read() as rows:
        places = read_places(database, rows)
        row = listed_notice(rows, notice)
        if not _sees(row, author, reach, places):
            raise Refusal("forbidden")
        versions, steps = versions_of(rows, notice), steps_of(rows, notice)
        former = None if row["replaces"] is None else listed_notice(rows, row["replaces"])
        corrections = [listed_notice(rows, each["id"]) for each in corrections_of(rows, notice)]
    # as they were kept: one that could not be shown any more can still be mended
    contents = [json.loads(each["content"]) for each in versions]
    return _listed(database, row, author, reach, places) | {
        "content": contents[-1],
        "is_hidden": row["kind"] == "results",
        "corrects": None if former is None else _named(database, former),
        "correction": _named(database, corrections[-1]) if corrections else None,
        "history": [_step(each) for each in steps],
        "versions": [
            {
                "version": each["version"],
                "sha256": each["sha256"],
                "changes": _changes(contents[at - 1] if at else None, contents[at]),
            }
            for at, each in enumerate(versions)
        ],
    }


def _named(database: Database, row: Row) -> Answer:
    """Another notice, as one is led to it."""
    title = json.loads(row["content"])["titles"]["fr"]
    return {"notice": row["id"], "title": title, "state": str(standing_state(row, database))}


def check_seen(database: Database, author: Author, reach: Reach, notice: str) -> None:
    """Refuses a notice that somebody has nothing to do with. Refusals: unknown_notice, forbidden."""
    with database.read() as rows:
        places = read_places(database, rows)
        if not _sees(notice_row(rows, notice), author, reach, places):
            raise Refusal("forbidden")


def _sees(row: Row, author: Author, reach: Reach, places: Places) -> bool:
    sites = places.sites_of(targets_of_row(row))
    return row["drafted_by"] == author.id or reach.may_draft(sites)


def _listed(database: Database, row: Row, author: Author, reach: Reach, places: Places) -> Answer:
    state = standing_state(row, database)
    content = json.loads(row["content"])
    sites = places.sites_of(targets_of_row(row))
    is_mine, decides = row["drafted_by"] == author.id, reach.may_publish(sites)
    return {
        "notice": row["id"],
        "version": row["version"],
        "state": str(state),
        "kind": row["kind"],
        "category": row["category"],
        "title": content["titles"]["fr"],
        "languages": list(content["titles"]),
        "targets": json.loads(row["targets"]),
        "sites": sorted(sites),
        "drafted_by": row["display_name"],
        "is_mine": is_mine,
        "is_correction": row["replaces"] is not None,
        "changed_at": micros_to_text(row["changed_at"]),
        "from": micros_to_text(row["shown_from"]),
        "until": micros_to_text(row["shown_until"]),
        "waits_for_me": (decides and state in _DECIDED_BY_OFFICERS)
        or (is_mine and state in _MENDED_BY_AUTHORS),
        "verbs": [str(verb) for verb in verbs_in(state) if may_do(verb, row, author, reach, sites)],
    }


def _step(row: Row) -> Answer:
    return {
        "step": row["step"],
        "fact": row["kind"],
        "state": row["state"],
        "version": row["version"],
        "at": micros_to_text(row["done_at"]),
        "by": row["display_name"],
        "reason": row["reason"],
        "from": micros_to_text(row["shown_from"]),
        "until": micros_to_text(row["shown_until"]),
    }


def _changes(before: Answer | None, after: Answer) -> Sequence[dict[str, Any]]:
    if before is None:
        return []
    found = changes_between(before, after)
    return [{"path": each.path, "before": each.before, "after": each.after} for each in found]
