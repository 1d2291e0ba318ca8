"""What every gesture on a notice begins with: the notice as it stands, and whether one may."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from server.domain.author import Author
from server.domain.instants import from_micros
from server.domain.notices.facts import NoticeStep, Targets
from server.domain.notices.lifecycle import VERB_NEEDS, NoticeState, NoticeVerb, next_state, state_at
from server.domain.refusals import Refusal
from server.store.engine.idempotency_keys import WriteKey
from server.store.engine.rows import Row
from server.store.notices.notices import notice_row, state_of
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.notice_places import Places, Reach, read_places

_NEVER_APPROVED = frozenset({NoticeState.DRAFT, NoticeState.REFUSED})


@dataclass(frozen=True, slots=True)
class NoticeGesture:
    """A gesture on a version of a notice, by whom; with the idempotency key of the request, if it has one."""

    notice: str
    version: int
    author: Author
    reach: Reach
    write_key: WriteKey | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A notice before a gesture, and the step that the gesture is."""

    row: Row
    step: NoticeStep
    places: Places

    @property
    def version(self) -> int:
        """The newest version, which the gesture is about."""
        return int(self.row["version"])

    def answer(self) -> dict[str, str | int]:
        """What each gesture answers."""
        return {"notice": self.step.notice, "version": self.version, "state": str(self.step.state)}


def targets_of_row(row: Row) -> Targets:
    """The targets of the newest version of a notice."""
    return Targets(**json.loads(row["targets"]))


def standing_state(row: Row, database: Database) -> NoticeState:
    """The state of a notice now: it may have expired by itself."""
    until = row["shown_until"]
    return state_at(state_of(row), None if until is None else from_micros(until), database.clock.now())


def begin_gesture(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture, verb: NoticeVerb
) -> Standing:
    """The notice a gesture is about, which may take it.

    Refusals: unknown_notice, forbidden, stale_notice when it has another version, notice_state.
    """
    row = notice_row(transaction, gesture.notice)
    places = read_places(database, transaction)
    sites = places.sites_of(targets_of_row(row))
    if not may_do(verb, row, gesture.author, gesture.reach, sites):
        raise Refusal("forbidden")
    if row["version"] != gesture.version:
        raise Refusal("stale_notice", newest=row["version"])
    state = next_state(standing_state(row, database), verb)
    return Standing(row, NoticeStep(gesture.notice, row["steps"] + 1, state), places)


def may_do(verb: NoticeVerb, row: Row, author: Author, reach: Reach, sites: Collection[str]) -> bool:
    """Whether a verb is for somebody to do, whatever the state: for whom the notice is at these sites."""
    is_own = row["drafted_by"] == author.id
    if reach.may_publish(sites):
        return True
    if VERB_NEEDS[verb] == "draft":
        return is_own or reach.may_draft(sites)
    # what was never approved its own author may put away
    return is_own and verb is NoticeVerb.ARCHIVE and state_of(row) in _NEVER_APPROVED
