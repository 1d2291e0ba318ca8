"""Edit a notice: it gets one more version, which is a draft again."""

from server.documents.checks.notices import check_aimed, check_kind
from server.documents.notices import NoticeContent, parse_notice
from server.documents.problems import DocumentRefused
from server.domain.facts import Json
from server.domain.notices.facts import notice_edited
from server.domain.notices.lifecycle import NoticeVerb
from server.store.notices.versions import content_of
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.begin_gesture import NoticeAnswer, NoticeGesture, begin_gesture, notice_answer
from server.usecases.notices.draft_notice import checked_for, new_version


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
