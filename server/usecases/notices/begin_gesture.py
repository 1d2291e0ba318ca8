"""Begin a gesture on a notice: read it, and check that its author may do this now."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypedDict

from hardware.json_types import Ordinal
from server.domain.author import Author
from server.domain.notices.lifecycle import (
    VERB_NEEDS,
    NoticeState,
    NoticeStep,
    NoticeVerb,
    next_state,
    state_at,
)
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.notices.notices import NoticeRow, notice_row
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.notice_places import Places, Reach, read_places

_NEVER_APPROVED = frozenset({NoticeState.DRAFT, NoticeState.REFUSED})


@dataclass(frozen=True, slots=True)
class NoticeGesture:
    """What somebody (`author`) wants to do to a version of a notice; `reach`: at which sites they may.

    `state`: the one that their page showed, None: any.
    """

    notice: str
    version: int
    author: Author
    reach: Reach
    write_key: WriteKey | None = None
    state: NoticeState | None = None


class NoticeAnswer(TypedDict):
    """Where a notice stands after a gesture."""

    notice: str
    version: Ordinal
    state: NoticeState


def notice_answer(step: NoticeStep, version: int) -> NoticeAnswer:
    """The answer to a gesture, after its step."""
    return {"notice": step.notice, "version": version, "state": step.state}


@dataclass(frozen=True, slots=True)
class NoticeBefore:
    """A notice before a gesture, and the step that the gesture adds."""

    row: NoticeRow
    step: NoticeStep
    places: Places

    @property
    def version(self) -> int:
        """The newest version, which the gesture is about."""
        return self.row.version


def standing_state(row: NoticeRow, database: Database) -> NoticeState:
    """The state of a notice now: a published one expires without a gesture."""
    return state_at(NoticeState(row.state), row.shown_until, database.clock.now())


def begin_gesture(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture, verb: NoticeVerb
) -> NoticeBefore:
    """The notice before a gesture that its author may do now.

    Refusals: unknown_notice, forbidden, stale_notice where it has a newer version, notice_moved where its
    state is another than its author saw, notice_state.
    """
    row = notice_row(transaction, gesture.notice)
    places = read_places(database, transaction)
    sites = places.sites_of(row.targets)
    if not may_do(verb, row, gesture.author, gesture.reach, sites):
        raise Refusal("forbidden")
    if row.version != gesture.version:
        raise Refusal("stale_notice", newest=row.version)
    standing = standing_state(row, database)
    if gesture.state is not None and gesture.state is not standing:
        raise Refusal("notice_moved", state=str(standing))
    state = next_state(standing, verb)
    return NoticeBefore(row, NoticeStep(gesture.notice, row.steps + 1, state), places)


def may_do(verb: NoticeVerb, row: NoticeRow, author: Author, reach: Reach, sites: Collection[str]) -> bool:
    """Whether somebody may do a verb, in whatever state, to a notice that is shown at these sites (slugs)."""
    is_own = author.is_same(row.drafted_by)
    if reach.may_publish(sites):
        return True
    if VERB_NEEDS[verb] == "draft":
        return is_own or reach.may_draft(sites)
    # its author may archive a notice that was never approved
    return is_own and verb is NoticeVerb.ARCHIVE and row.state in _NEVER_APPROVED
