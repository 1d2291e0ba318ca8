"""Begin a gesture on a notice: read it, and check that its author may do this now."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import update_wrapper
from typing import Concatenate, TypedDict

from hardware.json_types import Ordinal
from server.documents.notice_checks import check_aimed, check_kind
from server.documents.notices import NoticeContent, parse_notice
from server.documents.problems import DocumentRefused
from server.domain.author import Author
from server.domain.facts import Fact, Json
from server.domain.notices import lifecycle
from server.domain.notices.lifecycle import VERB_NEEDS, NewVersion, NoticeState, NoticeStep, NoticeVerb
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.writes import WriteKey
from server.store.journal.facts import keep_erasable
from server.store.notices.notices import NoticeRow, content_of, corrections_of, keep_version, notice_row
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.contents import check_media
from server.usecases.notices.notice_places import Places, Reach, check_places, read_places, targets_of
from server.usecases.notices.read_programme import ProgrammeAnswer, read_programme

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
    return lifecycle.state_at(NoticeState(row.state), row.shown_until, database.clock.now())


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
    state = lifecycle.next_state(standing, verb)
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


class NoticeUseCase[**Values, Answer]:
    """A gesture on a notice as a use case: one transaction of its own, once for a repeated request.

    `within`: the same in a transaction that does more.
    """

    def __init__(
        self,
        within: Callable[
            Concatenate[Database, InstallationTransaction, NoticeGesture, Values],
            Answer,
        ],
    ) -> None:
        self.within = within
        update_wrapper(self, within)

    def __call__(
        self, database: Database, gesture: NoticeGesture, *args: Values.args, **values: Values.kwargs
    ) -> Answer:
        """The answer of the gesture."""
        return database.write_installation(
            gesture.author,
            gesture.write_key,
            lambda transaction: self.within(database, transaction, gesture, *args, **values),
        )


LONGEST_REASON = 400
REASON_KEPT = timedelta(days=365)
"""How long the words of a refusal are kept. The refusal itself stays in the history."""


def _moving(verb: NoticeVerb, fact: Callable[[NoticeStep, int], Fact]) -> NoticeUseCase[[], NoticeAnswer]:
    """A gesture that needs no more than its fact. Refusals: as every gesture (`begin_gesture`)."""

    def move(
        database: Database, transaction: InstallationTransaction, gesture: NoticeGesture
    ) -> NoticeAnswer:
        standing = begin_gesture(database, transaction, gesture, verb)
        transaction.record(fact(standing.step, standing.version))
        return notice_answer(standing.step, standing.version)

    return NoticeUseCase(move)


take_back_notice = _moving(NoticeVerb.TAKE_BACK, lifecycle.notice_taken_back)
"""The version that waits for a decision is a draft again."""
approve_notice = _moving(NoticeVerb.APPROVE, lifecycle.notice_approved)
"""The version may be published."""
withdraw_notice = _moving(NoticeVerb.WITHDRAW, lifecycle.notice_withdrawn)
"""No screen shows the notice any more."""
archive_notice = _moving(NoticeVerb.ARCHIVE, lifecycle.notice_archived)
"""The notice leaves the lists."""


@NoticeUseCase
def submit_notice(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture
) -> NoticeAnswer:
    """The version waits for a decision.

    Raises DocumentRefused for no target; refusals: as every gesture.
    """
    standing = begin_gesture(database, transaction, gesture, NoticeVerb.SUBMIT)
    problems = check_aimed(content_of(transaction, gesture.notice, standing.version))
    if problems:
        raise DocumentRefused(problems)
    transaction.record(lifecycle.notice_submitted(standing.step, standing.version))
    return notice_answer(standing.step, standing.version)


@NoticeUseCase
def refuse_notice(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture, reason: str
) -> NoticeAnswer:
    """The version goes back to its author with a reason of 1 to 400 characters, kept on one line.

    Refusals: no_reason for another length; as every gesture.
    """
    words = " ".join(reason.split())
    if not 1 <= len(words) <= LONGEST_REASON:
        raise Refusal("no_reason", longest=LONGEST_REASON)
    standing = begin_gesture(database, transaction, gesture, NoticeVerb.REFUSE)
    kept = keep_erasable(transaction, words, until=transaction.now + REASON_KEPT)
    transaction.record(lifecycle.notice_refused(standing.step, standing.version, kept))
    return notice_answer(standing.step, standing.version)


def draft_notice(
    database: Database,
    author: Author,
    content: Json,
    *,
    reach: Reach,
    write_key: WriteKey | None = None,
) -> NoticeAnswer:
    """The id of a new draft, its version (1) and state. Raises DocumentRefused; refusal: forbidden."""
    notice = parse_notice(content)
    return database.write_installation(
        author,
        write_key,
        lambda transaction: add_draft(database, transaction, notice, reach),
    )


def add_draft(
    database: Database, transaction: InstallationTransaction, notice: NoticeContent, reach: Reach
) -> NoticeAnswer:
    """As `draft_notice`, within a transaction."""
    checked_for(transaction, notice, read_places(database, transaction), reach)
    step = NoticeStep(new_id(), 1, NoticeState.DRAFT)
    transaction.record(lifecycle.notice_drafted(step, new_version(transaction, step.notice, 1, notice)))
    return notice_answer(step, 1)


@NoticeUseCase
def correct_notice(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture
) -> NoticeAnswer:
    """The draft of a correction of a published notice; it begins with the same content.

    Refusals: correction_open, with its id, while another is not archived; as every gesture.
    """
    standing = begin_gesture(database, transaction, gesture, NoticeVerb.CORRECT)
    opened = corrections_of(transaction, gesture.notice)
    if opened:
        raise Refusal("correction_open", correction=opened[-1])
    notice = content_of(transaction, gesture.notice, standing.version)
    step = NoticeStep(new_id(), 1, NoticeState.DRAFT)
    version = new_version(transaction, step.notice, 1, notice)
    transaction.record(lifecycle.notice_drafted(step, version, replaces=gesture.notice))
    return notice_answer(step, 1)


def checked_for(
    rows: InstallationTransaction,
    notice: NoticeContent,
    places: Places,
    reach: Reach,
    *,
    before: NoticeContent | None = None,
) -> None:
    """Refuses places and media that do not exist, media of other sites, and sites where one may not draft.

    `before`: the content that is edited. Its medium may stay, also where the editor could not choose it.
    Raises DocumentRefused; refusal: forbidden.
    """
    check_places(notice, places, rows.now)
    stays = before is not None and before.media == notice.media
    check_media(rows, notice, None if stays else reach.media)
    targets = targets_of(notice)
    if not (reach.may_draft_somewhere if targets.is_nowhere else reach.may_draft(places.sites_of(targets))):
        raise Refusal("forbidden")


def new_version(
    transaction: InstallationTransaction, notice: str, version: int, content: NoticeContent
) -> NewVersion:
    """Keeps the content of a version; what its fact says of it."""
    digest = keep_version(transaction, notice, version, content)
    return NewVersion(version, digest, content.kind, content.category, targets_of(content))


def edit_notice(database: Database, gesture: NoticeGesture, content: Json) -> NoticeAnswer:
    """As `add_version`, of a content that was sent. Raises DocumentRefused."""
    return add_version(database, gesture, parse_notice(content))


@NoticeUseCase
def add_version(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture, notice: NoticeContent
) -> NoticeAnswer:
    """The notice with one more version; the gesture's `version` is the one it was made from.

    Only its author may leave a notice without targets: nobody else would find it again.
    Raises DocumentRefused, also for another kind; refusals: unknown_notice, forbidden, stale_notice,
    notice_state.
    """
    standing = begin_gesture(database, transaction, gesture, NoticeVerb.EDIT)
    problems = check_kind(notice, standing.row.kind)
    if not gesture.author.is_same(standing.row.drafted_by):
        problems += check_aimed(notice)
    if problems:
        raise DocumentRefused(problems)
    before = content_of(transaction, gesture.notice, standing.version)
    checked_for(transaction, notice, standing.places, gesture.reach, before=before)
    version = standing.version + 1
    kept = new_version(transaction, gesture.notice, version, notice)
    transaction.record(lifecycle.notice_edited(standing.step, kept))
    return notice_answer(standing.step, version)


def preview_notice(
    database: Database, hall: str, content: Json, *, reach: Reach, translate: Callable[..., str]
) -> ProgrammeAnswer:
    """The programme of a screen in a hall with this content alone, sanitised as it would be kept.

    Raises DocumentRefused, also for a medium of other sites; refusal: unknown_hall.
    """
    notice = parse_notice(content)
    with database.read() as rows:
        check_media(rows, notice, reach.media)
    return read_programme(database, hall, "", translate, notice)
