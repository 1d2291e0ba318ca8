"""Where a medium is used, and how another replaces it in all notices at once, by the rules of approval."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypedDict

from hardware.json_types import Count, Ordinal
from server.domain.author import Author
from server.domain.instants import text_or_none
from server.domain.notices.lifecycle import (
    MediumChange,
    NoticeState,
    NoticeVerb,
    NoticeWithMedium,
    medium_change,
)
from server.domain.notices.media import Sites
from server.domain.refusals import Refusal
from server.store.engine.writes import WriteKey
from server.store.notices.notices import (
    ListedNoticeRow,
    content_of,
    corrections_of,
    listed_notice,
    notices_with_medium,
)
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.media.media_library import visible_medium
from server.usecases.notices import gestures
from server.usecases.notices.contents import shown_medium
from server.usecases.notices.gestures import NoticeGesture
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publication import publish_from_any_state
from server.usecases.notices.read_notices import NoticeReader, NoticeSpan


class UseOfMediumAnswer(NoticeSpan):
    """A notice with a medium; `from`: when it began, or will begin, to be shown, null: never published;
    `until` null: without end.
    """

    notice: str
    version: Ordinal
    title: str
    """In French."""
    state: NoticeState
    is_on_screens: bool
    """It is published, and has begun."""
    change: MediumChange
    """What becomes of it when the caller replaces the medium."""


class MediumUsesAnswer(TypedDict):
    """Where a medium is used."""

    medium: str
    notices: list[UseOfMediumAnswer]
    others: Count
    """Notices with it that the caller may not see."""


def read_uses(
    database: Database, author: Author, reach: Reach, medium: str, *, sites: Sites = None
) -> MediumUsesAnswer:
    """Where a medium is used. Refusals: unknown_medium, not_configured."""
    with database.read() as rows:
        visible_medium(rows, medium, sites)
        found = list(_uses_of(NoticeReader.of(database, rows, author, reach), medium))
    listed = [use for use in found if use is not None]
    return {"medium": medium, "notices": listed, "others": len(found) - len(listed)}


def _uses_of(reader: NoticeReader, medium: str) -> Iterator[UseOfMediumAnswer | None]:
    """Each notice whose newest version has a medium; None for one that the person may not see."""
    for notice in notices_with_medium(reader.rows, medium):
        row = listed_notice(reader.rows, notice)
        # an earlier version may have had it, which no screen shows any more
        if medium in (row.content.get("medium"), row.content.get("picture")):
            yield _use(reader, row) if reader.may_see(row) else None


def _use(reader: NoticeReader, row: ListedNoticeRow) -> UseOfMediumAnswer:
    now, reach = reader.database.clock.now(), reader.reach
    sites, state = reader.places.sites_of(row.targets), gestures.standing_state(row, reader.database)
    has_begun = row.shown_from is not None and row.shown_from <= now
    standing = NoticeWithMedium(
        state,
        may_draft=gestures.may_do(NoticeVerb.EDIT, row, reader.author, reach, sites),
        may_publish=reach.may_publish(sites),
        is_corrected=bool(corrections_of(reader.rows, row.id)),
        has_begun=has_begun,
    )
    return {
        "notice": row.id,
        "version": row.version,
        "title": row.title,
        "state": state,
        "from": text_or_none(row.shown_from),
        "until": text_or_none(row.shown_until),
        "is_on_screens": state is NoticeState.PUBLISHED and has_begun,
        "change": medium_change(standing),
    }


@dataclass(frozen=True, slots=True)
class Replacement:
    """What somebody (`author`) wants: `by` in place of `medium`, in these notices (versions by id).

    The notices are those that the author was shown; `reach`: where they may draft and publish.
    """

    medium: str
    by: str
    notices: Mapping[str, int]
    author: Author
    reach: Reach
    write_key: WriteKey | None = None


class ReplacedInAnswer(TypedDict):
    """A notice where another medium took the place."""

    notice: str
    change: MediumChange
    correction: str | None
    """The correction that has the new medium; null: the notice itself has it."""


class ReplacedMediumAnswer(TypedDict):
    """A medium, and the one that took its place (`by`)."""

    medium: str
    by: str
    notices: list[ReplacedInAnswer]


def replace_medium(database: Database, replacement: Replacement) -> ReplacedMediumAnswer:
    """The notices where the new medium took the place of the former: all of them, or none.

    Raises DocumentRefused as editing and publishing do; refusals: unknown_medium for either, medium_not_ready
    where the new one is not prepared or described, medium_other_kind, medium_uses_changed where the notices
    that would change are not those of the replacement any more, medium_expired, and as every gesture.
    """

    def put(transaction: InstallationTransaction) -> ReplacedMediumAnswer:
        sites = replacement.reach.media
        former = visible_medium(transaction, replacement.medium, sites)
        new = visible_medium(transaction, replacement.by, sites)
        if not shown_medium(transaction, new.id).files:
            raise Refusal("medium_not_ready", medium=new.id)
        if new.kind != former.kind or new.id == former.id:
            raise Refusal("medium_other_kind", medium=new.id)
        reader = NoticeReader.of(database, transaction, replacement.author, replacement.reach)
        found = _uses_of(reader, replacement.medium)
        uses = [use for use in found if use is not None and use["change"].is_done]
        if {use["notice"]: use["version"] for use in uses} != dict(replacement.notices):
            raise Refusal("medium_uses_changed", medium=replacement.medium)
        done = [_put(database, transaction, replacement, use) for use in uses]
        return {"medium": replacement.medium, "by": replacement.by, "notices": done}

    return database.write_installation(replacement.author, replacement.write_key, put)


def _put(
    database: Database, transaction: InstallationTransaction, replacement: Replacement, use: UseOfMediumAnswer
) -> ReplacedInAnswer:
    """The notice, or its correction, with the new medium, in the state that its change says."""
    gesture = NoticeGesture(use["notice"], use["version"], replacement.author, replacement.reach)
    correction: str | None = None
    if use["is_on_screens"]:
        draft = gestures.correct_notice.within(database, transaction, gesture)
        correction = draft["notice"]
        gesture = replace(gesture, notice=correction, version=draft["version"])
    content = content_of(transaction, gesture.notice, gesture.version)
    shown = {name: replacement.by for name, medium in content.media.items() if medium == replacement.medium}
    content = content.model_copy(update=shown)
    version = gestures.add_version.within(database, transaction, gesture, content)["version"]
    gesture = replace(gesture, version=version)
    for step in _STEPS[use["change"]]:
        step(database, transaction, gesture)
    return {"notice": use["notice"], "change": use["change"], "correction": correction}


type _Step = Callable[[Database, InstallationTransaction, NoticeGesture], object]
_STEPS: Mapping[MediumChange, tuple[_Step, ...]] = {
    MediumChange.EDITED: (),
    MediumChange.PROPOSED: (gestures.submit_notice.within,),
    MediumChange.APPROVED: (gestures.submit_notice.within, gestures.approve_notice.within),
    MediumChange.PUBLISHED: (publish_from_any_state,),
}
"""The step after a notice has got the new medium."""
