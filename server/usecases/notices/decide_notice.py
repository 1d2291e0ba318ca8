"""Submit a notice or take it back; approve, refuse, withdraw or archive it."""

from collections.abc import Callable
from datetime import timedelta

from server.documents.notices import check_aimed
from server.documents.problems import DocumentRefused
from server.domain.facts import Fact
from server.domain.notices.lifecycle import (
    NoticeStep,
    NoticeVerb,
    notice_approved,
    notice_archived,
    notice_refused,
    notice_submitted,
    notice_taken_back,
    notice_withdrawn,
)
from server.domain.refusals import Refusal
from server.store.journal.erasables import keep_erasable
from server.store.notices.versions import content_of
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.begin_gesture import (
    NoticeAnswer,
    NoticeBefore,
    NoticeGesture,
    begin_gesture,
    notice_answer,
)

LONGEST_REASON = 400
REASON_KEPT = timedelta(days=365)
"""How long the words of a refusal are kept. The refusal itself stays in the history."""


def submit_notice(database: Database, gesture: NoticeGesture) -> NoticeAnswer:
    """The version waits for a decision.

    Raises DocumentRefused for no target; refusals: as every gesture (`begin_gesture`).
    """
    return _alone(database, gesture, submit_version)


def submit_version(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture
) -> NoticeAnswer:
    """As `submit_notice`, within a transaction."""
    standing = begin_gesture(database, transaction, gesture, NoticeVerb.SUBMIT)
    problems = check_aimed(content_of(transaction, gesture.notice, standing.version))
    if problems:
        raise DocumentRefused(problems)
    transaction.record(notice_submitted(standing.step, standing.version))
    return notice_answer(standing.step, standing.version)


def take_back_notice(database: Database, gesture: NoticeGesture) -> NoticeAnswer:
    """The version that waits for a decision is a draft again. Refusals: as every gesture."""
    return _moved(database, gesture, NoticeVerb.TAKE_BACK, notice_taken_back)


def approve_notice(database: Database, gesture: NoticeGesture) -> NoticeAnswer:
    """The version may be published. Refusals: as every gesture."""
    return _alone(database, gesture, approve_version)


def approve_version(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture
) -> NoticeAnswer:
    """As `approve_notice`, within a transaction."""
    standing = begin_gesture(database, transaction, gesture, NoticeVerb.APPROVE)
    transaction.record(notice_approved(standing.step, standing.version))
    return notice_answer(standing.step, standing.version)


def withdraw_notice(database: Database, gesture: NoticeGesture) -> NoticeAnswer:
    """No screen shows the notice any more. Refusals: as every gesture."""
    return _moved(database, gesture, NoticeVerb.WITHDRAW, notice_withdrawn)


def archive_notice(database: Database, gesture: NoticeGesture) -> NoticeAnswer:
    """The notice leaves the lists. Refusals: as every gesture."""
    return _moved(database, gesture, NoticeVerb.ARCHIVE, notice_archived)


def refuse_notice(database: Database, gesture: NoticeGesture, reason: str) -> NoticeAnswer:
    """The version goes back to its author with a reason of 1 to 400 characters, kept on one line.

    Refusals: no_reason for another length; as every gesture.
    """
    words = " ".join(reason.split())
    if not 1 <= len(words) <= LONGEST_REASON:
        raise Refusal("no_reason", longest=LONGEST_REASON)

    def refused(transaction: InstallationTransaction, standing: NoticeBefore) -> Fact:
        kept = keep_erasable(transaction, words, until=transaction.now + REASON_KEPT)
        return notice_refused(standing.step, standing.version, kept)

    return _recorded(database, gesture, NoticeVerb.REFUSE, refused)


def _alone(
    database: Database,
    gesture: NoticeGesture,
    step: Callable[[Database, InstallationTransaction, NoticeGesture], NoticeAnswer],
) -> NoticeAnswer:
    """A step in a transaction of its own."""
    return database.write_installation(
        gesture.author, gesture.write_key, lambda transaction: step(database, transaction, gesture)
    )


def _moved(
    database: Database, gesture: NoticeGesture, verb: NoticeVerb, fact: Callable[[NoticeStep, int], Fact]
) -> NoticeAnswer:
    return _recorded(database, gesture, verb, lambda _, standing: fact(standing.step, standing.version))


def _recorded(
    database: Database,
    gesture: NoticeGesture,
    verb: NoticeVerb,
    fact: Callable[[InstallationTransaction, NoticeBefore], Fact],
) -> NoticeAnswer:
    def decide(transaction: InstallationTransaction) -> NoticeAnswer:
        standing = begin_gesture(database, transaction, gesture, verb)
        transaction.record(fact(transaction, standing))
        return notice_answer(standing.step, standing.version)

    return database.write_installation(gesture.author, gesture.write_key, decide)
