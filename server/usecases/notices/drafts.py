"""What people typed into a notice and have not saved, kept so that another computer goes on.

A draft is no version and no fact; only who typed it can read it. It is erased 30 days after its last change.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypedDict

from hardware.json_types import Count, InstantText, Ordinal
from server.domain.author import Author
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


class KeptDraftAnswer(TypedDict):
    """A draft that is kept."""

    edition: Ordinal
    """How often it was kept."""


class NoticeDraft(KeptDraftAnswer):
    """What somebody typed into a notice and has not saved."""

    draft: str
    """The id of its notice; its own while there is no notice."""
    base_version: Count
    """The version of the notice that it changes; 0: there is no notice yet."""
    title: str
    """In French, as far as it is typed."""
    content: Mapping[str, Any]
    changed_at: InstantText


class NoticeDraftsAnswer(TypedDict):
    """The drafts of a person, the last changed first."""

    drafts: list[NoticeDraft]


def own_drafts(database: Database, author: Author) -> list[NoticeDraft]:
    """The drafts of a person, the last changed first."""
    with database.read() as rows:
        found = drafts_of(rows, author.person_id)
    return [
        {
            "draft": row.id,
            "base_version": row.base_version,
            "title": row.title,
            "content": row.content,
            "edition": row.edition,
            "changed_at": to_text(row.changed_at),
        }
        for row in found
    ]


def keep_draft(database: Database, new: DraftRow) -> KeptDraftAnswer:
    """Keeps what is typed in place of edition `new.edition` (0: there is none), or of what its page kept.

    Refusals: draft_changed, with when and its edition, where another page kept it since; draft_ended where it
    was saved or dropped since; too_many_drafts; too_large.
    """
    if len(json.dumps(new.content, ensure_ascii=False)) > LONGEST_DRAFT:
        raise Refusal("too_large")
    with database.store.write() as rows:
        is_kept = change_draft(rows, new) or _is_added(rows, new)
        row = existing(draft_row(rows, new.account, new.id), "draft_ended")
        if not is_kept:
            raise Refusal("draft_changed", at=to_text(row.changed_at), edition=row.edition)
    return {"edition": row.edition}


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
