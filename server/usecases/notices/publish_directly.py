"""Propose or publish what somebody has just written, in one gesture: its steps are one transaction.

The journal has the same facts as if each gesture had been done by itself.
"""

from collections.abc import Callable, Collection
from dataclasses import replace

from server.documents.notices import NoticeContent, parse_notice
from server.domain.author import Author
from server.domain.facts import Json
from server.domain.notices.lifecycle import WAY_TO_SCREENS, NoticeState, NoticeVerb
from server.store.engine.idempotency_keys import WriteKey
from server.store.notices.notices import notice_row
from server.store.notices.versions import content_digest, content_of, content_text
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.begin_gesture import NoticeAnswer, NoticeGesture, standing_state
from server.usecases.notices.decide_notice import approve_version, submit_version
from server.usecases.notices.gestures import add_draft, add_version
from server.usecases.notices.notice_places import Reach
from server.usecases.notices.publication import DisplayRequest, PublishedNoticeAnswer, publish_version

_PROPOSED_AS_IT_IS = frozenset({NoticeState.DRAFT})
_PUBLISHED_AS_IT_IS = frozenset(NoticeState) - {NoticeState.REFUSED}
_STEPS = {NoticeVerb.SUBMIT: submit_version, NoticeVerb.APPROVE: approve_version}


def propose_new(
    database: Database, author: Author, content: Json, *, reach: Reach, write_key: WriteKey | None = None
) -> NoticeAnswer:
    """A new notice that waits for a decision. Raises DocumentRefused; refusal: forbidden."""
    return _begun(database, author, content, reach, write_key, submit_version)


def publish_new(
    database: Database, author: Author, content: Json, *, reach: Reach, write_key: WriteKey | None = None
) -> PublishedNoticeAnswer:
    """A new notice on the screens. Raises DocumentRefused; refusals: as `publish_notice`."""
    return _begun(database, author, content, reach, write_key, publish_from_any_state)


def _begun[Answer](
    database: Database,
    author: Author,
    content: Json,
    reach: Reach,
    write_key: WriteKey | None,
    go_on: Callable[[Database, InstallationTransaction, NoticeGesture], Answer],
) -> Answer:
    """Drafts a notice and goes on with it, in one transaction."""
    notice = parse_notice(content)

    def begin(transaction: InstallationTransaction) -> Answer:
        draft = add_draft(database, transaction, notice, reach)
        return go_on(database, transaction, NoticeGesture(draft["notice"], draft["version"], author, reach))

    return database.write_installation(author, write_key, begin)


def propose_edited(database: Database, gesture: NoticeGesture, content: Json) -> NoticeAnswer:
    """The notice with what is written now, waiting for a decision.

    Raises DocumentRefused; refusals: as every gesture.
    """
    notice = parse_notice(content)

    def propose(transaction: InstallationTransaction) -> NoticeAnswer:
        written = _written(database, transaction, gesture, notice, kept_in=_PROPOSED_AS_IT_IS)
        return submit_version(database, transaction, written)

    return database.write_installation(gesture.author, gesture.write_key, propose)


def publish_edited(database: Database, gesture: NoticeGesture, content: Json | None) -> PublishedNoticeAnswer:
    """The notice on the screens, with what is written now; None: with what it says already.

    Raises DocumentRefused; refusals: as `publish_notice`.
    """
    notice = None if content is None else parse_notice(content)

    def publish(transaction: InstallationTransaction) -> PublishedNoticeAnswer:
        written = _written(database, transaction, gesture, notice, kept_in=_PUBLISHED_AS_IT_IS)
        return publish_from_any_state(database, transaction, written)

    return database.write_installation(gesture.author, gesture.write_key, publish)


def _written(
    database: Database,
    transaction: InstallationTransaction,
    gesture: NoticeGesture,
    notice: NoticeContent | None,
    *,
    kept_in: Collection[NoticeState],
) -> NoticeGesture:
    """The gesture on the version that says what is written now.

    The version stays where it says this already and the notice is in one of the states `kept_in`.
    """
    row = notice_row(transaction, gesture.notice)
    state = standing_state(row, database)
    if notice is None or row.version != gesture.version:
        return gesture
    former = content_of(transaction, gesture.notice, row.version)
    is_same = content_digest(content_text(former)) == content_digest(content_text(notice))
    if is_same and state in kept_in:
        return gesture
    version = add_version(database, transaction, gesture, notice)["version"]
    return replace(gesture, version=version, state=None)


def publish_from_any_state(
    database: Database, transaction: InstallationTransaction, gesture: NoticeGesture
) -> PublishedNoticeAnswer:
    """The notice published, after the steps that its state still needs."""
    state = standing_state(notice_row(transaction, gesture.notice), database)
    for verb in WAY_TO_SCREENS.get(state, ()):
        _STEPS[verb](database, transaction, gesture)
        gesture = replace(gesture, state=None)  # the next step follows this one
    return publish_version(database, transaction, gesture, DisplayRequest())
