"""Read notices for people who draft and decide: the list, and one with its history and versions."""

from dataclasses import dataclass

from server.documents.difference import changes_between
from server.domain.author import Author
from server.domain.facts import Json
from server.domain.instants import from_micros, text_or_none, to_micros, to_text
from server.domain.notices.lifecycle import NoticeState, verbs_in
from server.domain.refusals import Refusal
from server.store.notices.notices import (
    ListedNotice,
    ListPlace,
    NoticeRow,
    StepRow,
    corrections_of,
    listed_notice,
    listed_notices,
    notice_row,
    steps_of,
)
from server.store.notices.versions import versions_of
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from server.usecases.notices.begin_gesture import may_do, standing_state
from server.usecases.notices.notice_places import Places, Reach, read_places

_DECIDED_BY_OFFICERS = frozenset({NoticeState.SUBMITTED, NoticeState.APPROVED})
_EDITED_BY_AUTHORS = frozenset({NoticeState.REFUSED, NoticeState.DRAFT})
PAGE = 100
"""How many notices one answer lists."""
LONGEST_MICROS = 17
"""The digits of an instant in microseconds since 1970, until the year 5138."""


@dataclass(frozen=True, slots=True)
class NoticesRequest:
    """Which notices to list: in a state (empty: all but archived), after a place (`next` of an answer)."""

    state: str = ""
    before: str | None = None


def read_notices(
    database: Database, author: Author, reach: Reach, filters: NoticesRequest = NoticesRequest()
) -> Answer:
    """The notices that somebody wrote or may draft for, the last changed first; PAGE at a time.

    `waits_for_me`: they do the next step. `next`: the `before` of the next answer, or null.
    Refusal: bad_request for a `before` that no answer had.
    """
    after = None if filters.before is None else _place(filters.before)
    now = database.clock.now()
    visible: list[ListedNotice] = []
    with database.read() as rows:
        places = read_places(database, rows)
        while len(visible) <= PAGE:
            found = listed_notices(rows, filters.state, now, after=after, limit=PAGE + 1)
            visible += [row for row in found if _is_visible(row, author, reach, places)]
            if len(found) <= PAGE:
                break
            after = (found[-1].changed_at, found[-1].id)
    listed = [_listed(database, row, author, reach, places) for row in visible[:PAGE]]
    last = visible[PAGE - 1] if len(visible) > PAGE else None
    return {"notices": listed, "next": None if last is None else f"{to_micros(last.changed_at)}.{last.id}"}


def _place(text: str) -> ListPlace:
    """The place that `next` names: microseconds since 1970, a point, and the id of a notice."""
    at, _, notice = text.partition(".")
    if not at.isdecimal() or len(at) > LONGEST_MICROS or not notice:
        raise Refusal("bad_request", before=text)
    return from_micros(int(at)), notice


def read_notice(database: Database, author: Author, reach: Reach, notice: str) -> Answer:
    """One notice: the content of its newest version, what one may do, its history, what each version changed.

    Refusals: unknown_notice, forbidden.
    """
    with database.read() as rows:
        places = read_places(database, rows)
        row = listed_notice(rows, notice)
        if not _is_visible(row, author, reach, places):
            raise Refusal("forbidden")
        versions, steps = versions_of(rows, notice), steps_of(rows, notice)
        former = None if row.replaces is None else listed_notice(rows, row.replaces)
        corrections = [listed_notice(rows, each) for each in corrections_of(rows, notice)]
    # as they were kept, unparsed: one that could not be shown any more can still be edited
    contents = [each.content for each in versions]
    return _listed(database, row, author, reach, places) | {
        "content": contents[-1],
        "is_hidden": row.kind == "results",
        "corrects": None if former is None else _named(database, former),
        "correction": _named(database, corrections[-1]) if corrections else None,
        "history": [_step(each) for each in steps],
        "versions": [
            {
                "version": each.version,
                "sha256": each.sha256,
                "changes": _changes(contents[at - 1] if at else None, contents[at]),
            }
            for at, each in enumerate(versions)
        ],
    }


def _named(database: Database, row: ListedNotice) -> Answer:
    """Another notice, as a link names it."""
    return {"notice": row.id, "title": row.title, "state": str(standing_state(row, database))}


def check_visible(database: Database, author: Author, reach: Reach, notice: str) -> None:
    """Refuses a notice that somebody did not write and may not draft for.

    Refusals: unknown_notice, forbidden.
    """
    with database.read() as rows:
        places = read_places(database, rows)
        if not _is_visible(notice_row(rows, notice), author, reach, places):
            raise Refusal("forbidden")


def _is_visible(row: NoticeRow, author: Author, reach: Reach, places: Places) -> bool:
    return row.drafted_by == author.id or reach.may_draft(places.sites_of(row.targets))


def _listed(database: Database, row: ListedNotice, author: Author, reach: Reach, places: Places) -> Answer:
    state = standing_state(row, database)
    sites = places.sites_of(row.targets)
    is_mine, decides = row.drafted_by == author.id, reach.may_publish(sites)
    return {
        "notice": row.id,
        "version": row.version,
        "state": str(state),
        "kind": row.kind,
        "category": row.category,
        "title": row.title,
        "languages": list(row.content["titles"]),
        "targets": row.targets.as_body(),
        "sites": sorted(sites),
        "drafted_by": row.author_name,
        "is_mine": is_mine,
        "is_correction": row.replaces is not None,
        "changed_at": to_text(row.changed_at),
        "from": text_or_none(row.shown_from),
        "until": text_or_none(row.shown_until),
        "waits_for_me": (decides and state in _DECIDED_BY_OFFICERS)
        or (is_mine and state in _EDITED_BY_AUTHORS),
        "verbs": [str(verb) for verb in verbs_in(state) if may_do(verb, row, author, reach, sites)],
    }


def _step(row: StepRow) -> Answer:
    return {
        "step": row.step,
        "fact": row.kind,
        "state": row.state,
        "version": row.version,
        "at": to_text(row.done_at),
        "by": row.author_name,
        "reason": row.reason,
        "from": text_or_none(row.shown_from),
        "until": text_or_none(row.shown_until),
    }


def _changes(before: Json | None, after: Json) -> list[Answer]:
    if before is None:
        return []
    found = changes_between(before, after)
    return [{"path": each.path, "before": each.before, "after": each.after} for each in found]
