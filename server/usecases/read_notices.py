"""Notices as those who draft and decide see them: the list, and one with its history and its versions."""

import json
from collections.abc import Sequence
from typing import Any

from server.documents.difference import changes_between
from server.documents.notices import NoticeContent, parse_notice
from server.domain.instants import micros_to_text
from server.domain.notices import NoticeState, verbs_in
from server.domain.refusals import Refusal
from server.store.database import Database
from server.store.engines import Row
from server.store.installation import Author
from server.store.notices import listed_notices, notice_row, steps_of, versions_of
from server.usecases.answers import Answer
from server.usecases.notice_gesture import may_do, standing_state, targets_of_row
from server.usecases.notice_places import Places, Reach, read_places

_DECIDED_BY_OFFICERS = frozenset({NoticeState.SUBMITTED, NoticeState.APPROVED})
_MENDED_BY_AUTHORS = frozenset({NoticeState.REFUSED, NoticeState.DRAFT})


def read_notices(database: Database, author: Author, reach: Reach, state: str = "") -> Answer:
    """The notices somebody has to do with, the last changed first; of one state, or all but the archived.

    `waits_for_me`: the next gesture is theirs.
    """
    with database.read() as rows:
        places = read_places(database, rows)
        found = listed_notices(rows)
    listed = [
        _listed(database, row, author, reach, places) for row in found if _sees(row, author, reach, places)
    ]
    wanted = [each for each in listed if (each["state"] == state if state else each["state"] != "archived")]
    return {"notices": wanted}


def read_notice(database: Database, author: Author, reach: Reach, notice: str) -> Answer:
    """One notice: what its newest version says, what may be done, its history, each version's changes.

    Refusals: unknown_notice, forbidden.
    """
    with database.read() as rows:
        places = read_places(database, rows)
        row = notice_row(rows, notice)
        if not _sees(row, author, reach, places):
            raise Refusal("forbidden")
        versions, steps = versions_of(rows, notice), steps_of(rows, notice)
        listed = next(each for each in listed_notices(rows) if each["id"] == notice)
    contents = [parse_notice(json.loads(each["content"])) for each in versions]
    return _listed(database, listed, author, reach, places) | {
        "content": contents[-1].model_dump(mode="json"),
        "is_hidden": contents[-1].model_dump()["kind"] == "results",
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


def _changes(before: NoticeContent | None, after: NoticeContent) -> Sequence[dict[str, Any]]:
    if before is None:
        return []
    found = changes_between(before.model_dump(mode="json"), after.model_dump(mode="json"))
    return [{"path": each.path, "before": each.before, "after": each.after} for each in found]
