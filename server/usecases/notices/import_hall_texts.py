"""Carry over the texts in a hall's document: each is published once as a notice of its own."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import structlog

from server.documents.hall import HallDocument, NoticePart
from server.documents.notices import NoticeContent, parse_notice
from server.documents.problems import DocumentRefused
from server.documents.safe_html import html_of_words
from server.domain.author import SYSTEM, Author
from server.domain.hours.windows import local_end
from server.domain.notices import facts
from server.domain.notices.facts import NoticeStep
from server.domain.notices.lifecycle import NoticeState
from server.store.configuration.documents import hall_documents
from server.store.notices.notices import existing_notices
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.draft_notice import new_version

log = structlog.get_logger()


def carry_over_every_hall(database: Database) -> int:
    """Carries over the texts of every hall's published document, when a server starts; how many."""
    with database.read() as rows:
        documents = hall_documents(rows)
    return sum(carry_over_notices(database, SYSTEM, document) for document in documents)


def carry_over_notices(database: Database, author: Author, document: HallDocument) -> int:
    """Publishes in a hall the texts of its document that were never notices; how many.

    A notice takes the id of its text. So it is carried over once, even if it is archived later, and the
    displays of the text count for it. A text that has ended or cannot be read is left out, with a line in the
    log.
    """
    if not document.notices:
        return 0
    zone = ZoneInfo(database.configuration(document.hall).site.time_zone)
    with database.installation_transaction(author) as transaction:
        existing = existing_notices(transaction, [part.id for part in document.notices])
        fresh = (part for part in document.notices if part.id not in existing)
        return sum(_carry_over(transaction, part, document.hall, zone) for part in fresh)


def _carry_over(transaction: InstallationTransaction, part: NoticePart, hall: str, zone: ZoneInfo) -> bool:
    until = None if part.valid_until is None else local_end(part.valid_until.isoformat(), zone)
    if until is not None and until <= transaction.now:
        log.info("notice_not_carried_over", notice=part.id, why="it is over")
        return False
    try:
        content = _content(part, hall)
    except DocumentRefused as refused:
        log.warning("notice_not_carried_over", notice=part.id, why=str(refused))
        return False

    def step(number: int, state: NoticeState) -> NoticeStep:
        return NoticeStep(part.id, number, state)

    version = new_version(transaction, part.id, 1, content)
    transaction.record(facts.notice_drafted(step(1, NoticeState.DRAFT), version))
    transaction.record(facts.notice_submitted(step(2, NoticeState.SUBMITTED), 1))
    transaction.record(facts.notice_approved(step(3, NoticeState.APPROVED), 1))
    published = step(4, NoticeState.PUBLISHED)
    fact = facts.notice_published(published, 1, shown_from=transaction.now, shown_until=until)
    transaction.record(fact)
    return True


def _content(part: NoticePart, hall: str) -> NoticeContent:
    """The text as a notice, in the languages of its title and body. Raises DocumentRefused."""
    languages = [language for language in part.titles if language in part.bodies]
    if len(languages) == 2:  # never exactly one translation
        languages = languages[:1]
    bodies: Mapping[str, str] = part.bodies
    return parse_notice(
        {
            "kind": "text",
            "category": part.category,
            "titles": {language: part.titles[language] for language in languages},
            "bodies": {language: html_of_words(bodies[language]) for language in languages},
            "targets": {"sites": [], "halls": [hall], "screens": []},
            "validity": {
                "starts": None if part.valid_from is None else part.valid_from.isoformat(),
                "ends": None if part.valid_until is None else part.valid_until.isoformat(),
            },
        }
    )
