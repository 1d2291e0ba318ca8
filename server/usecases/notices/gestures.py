"""Draft, edit and preview a notice, or the correction of one, where a person may draft."""

from collections.abc import Callable

from server.documents.notices import MediumNotice, NoticeContent, check_aimed, check_kind, parse_notice
from server.documents.problems import DocumentRefused
from server.domain.author import Author
from server.domain.facts import Json
from server.domain.notices.lifecycle import (
    NewVersion,
    NoticeState,
    NoticeStep,
    NoticeVerb,
    notice_drafted,
    notice_edited,
)
from server.domain.refusals import Refusal
from server.ids import new_id
from server.store.engine.idempotency_keys import WriteKey
from server.store.notices.notices import corrections_of
from server.store.notices.versions import content_of, keep_version
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.begin_gesture import NoticeAnswer, NoticeGesture, begin_gesture, notice_answer
from server.usecases.notices.notice_media import check_media
from server.usecases.notices.notice_places import Places, Reach, check_places, read_places, targets_of
from server.usecases.notices.read_programme import ProgrammeAnswer, read_programme


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
    transaction.record(notice_drafted(step, new_version(transaction, step.notice, 1, notice)))
    return notice_answer(step, 1)


def correct_notice(database: Database, gesture: NoticeGesture) -> NoticeAnswer:
    """The draft of a correction of a published notice; it begins with the same content.

    Refusals: correction_open, with its id, while another is not archived; as every gesture (`begin_gesture`).
    """
    return database.write_installation(
        gesture.author, gesture.write_key, lambda transaction: add_correction(database, transaction, gesture)
    )


def add_correction(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture
) -> NoticeAnswer:
    """As `correct_notice`, within a transaction."""
    standing = begin_gesture(database, transaction, gesture, NoticeVerb.CORRECT)
    opened = corrections_of(transaction, gesture.notice)
    if opened:
        raise Refusal("correction_open", correction=opened[-1])
    notice = content_of(transaction, gesture.notice, standing.version)
    step = NoticeStep(new_id(), 1, NoticeState.DRAFT)
    version = new_version(transaction, step.notice, 1, notice)
    transaction.record(notice_drafted(step, version, replaces=gesture.notice))
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
    check_places(notice, places)
    stays = isinstance(before, MediumNotice) and before.medium == getattr(notice, "medium", None)
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
    """The notice with one more version; the gesture's `version` is the one it was made from.

    Raises DocumentRefused, also for another kind; refusals: unknown_notice, forbidden, stale_notice,
    notice_state.
    """
    notice = parse_notice(content)
    return database.write_installation(
        gesture.author,
        gesture.write_key,
        lambda transaction: add_version(database, transaction, gesture, notice),
    )


def add_version(
    database: Database,
    transaction: InstallationTransaction,
    gesture: NoticeGesture,
    notice: NoticeContent,
) -> NoticeAnswer:
    """As `edit_notice`, within a transaction.

    Only its author may leave a notice without targets: nobody else would find it again.
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
    transaction.record(notice_edited(standing.step, kept))
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
