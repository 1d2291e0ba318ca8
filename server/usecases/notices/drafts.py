"""What people typed into a notice and have not saved, kept so that another computer goes on.

A draft is no version and no fact; only who typed it can read it. It is erased 30 days after its last change.
"""

import json
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from hardware.json_types import Count, InstantText, Ordinal
from server.domain.author import Author
from server.domain.facts import Json
from server.domain.instants import to_text
from server.domain.refusals import Refusal, existing
from server.store.engine.statements import WrittenRows
from server.store.notices.drafts import (
    DraftRow,
    add_draft,
    change_draft,
    count_drafts,
    delete_draft,
    draft_row,
    drafts_of,
)
from server.store.transactions.database import Database

MOST_DRAFTS = 50
"""Drafts of one person."""
LONGEST_DRAFT = 100_000
"""Characters of a draft as JSON: six times a notice in every language."""


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """A draft to keep: in place of its `edition` (0: there is none), or of what the same `page` kept."""

    draft: str
    base_version: int
    content: Json
    edition: int
    page: str


class KeptNoticeDraftAnswer(TypedDict):
    """A draft that is kept."""

    draft: str
    """The id of its notice; its own while there is no notice."""
    base_version: Count
    """The version of the notice that it changes; 0: there is no notice yet."""
    title: str
    """In French, as far as it is typed."""
    edition: Ordinal
    """How often it was kept."""
    changed_at: InstantText


class NoticeDraftAnswer(KeptNoticeDraftAnswer):
    """A draft with what was typed."""

    content: dict[str, Any]


def _kept(row: DraftRow) -> KeptNoticeDraftAnswer:
    return {
        "draft": row.id,
        "base_version": row.base_version,
        "title": row.title,
        "edition": row.edition,
        "changed_at": to_text(row.changed_at),
    }


def own_drafts(database: Database, author: Author) -> list[KeptNoticeDraftAnswer]:
    """The drafts of a person, the last changed first."""
    with database.read() as rows:
        return [_kept(row) for row in drafts_of(rows, author.person_id)]


def read_draft(database: Database, author: Author, draft: str) -> NoticeDraftAnswer:
    """A draft of a person. Refusal: unknown_draft, also for one of somebody else."""
    with database.read() as rows:
        row = existing(draft_row(rows, author.person_id, draft), "unknown_draft")
    return {**_kept(row), "content": dict(row.content)}


def keep_draft(database: Database, author: Author, request: DraftRequest) -> KeptNoticeDraftAnswer:
    """Keeps what is typed.

    Refusals: draft_changed, with when and its edition, where another page kept it since; draft_ended where it
    was saved or dropped since; too_many_drafts; too_large.
    """
    if len(json.dumps(request.content, ensure_ascii=False)) > LONGEST_DRAFT:
        raise Refusal("too_large")
    account = author.person_id
    new = DraftRow(
        account,
        request.draft,
        request.base_version,
        request.content,
        request.edition,
        request.page,
        database.clock.now(),
    )
    with database.store.write() as rows:
        if not change_draft(rows, new) and not _is_added(rows, new):
            row = draft_row(rows, account, request.draft)
            if row is None:
                raise Refusal("draft_ended")
            raise Refusal("draft_changed", at=to_text(row.changed_at), edition=row.edition)
        return _kept(existing(draft_row(rows, account, request.draft), "unknown_draft"))


def _is_added(rows: WrittenRows, new: DraftRow) -> bool:
    """Whether the draft is kept as a new one. Refusal: too_many_drafts."""
    if new.edition or not add_draft(rows, replace(new, edition=1)):
        return False
    if (count_drafts(rows, new.account) or 0) > MOST_DRAFTS:
        raise Refusal("too_many_drafts", most=MOST_DRAFTS)
    return True


def drop_draft(database: Database, author: Author, draft: str) -> None:
    """Deletes a draft of a person, where there is one: it was saved, or is given up."""
    with database.store.write() as rows:
        delete_draft(rows, author.person_id, draft)
