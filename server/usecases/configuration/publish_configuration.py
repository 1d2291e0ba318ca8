"""Publish a document: check it, keep it as a new revision, and record a fact."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from hardware.json_types import Ordinal
from server.documents.difference import DocumentChange, difference
from server.documents.hall import HallDocument, ids_of
from server.documents.problems import DocumentProblem, DocumentRefused
from server.documents.reading import export_text, parse_hall, parse_installation
from server.domain.author import Author
from server.domain.facts import FactKind, Json, of_kind
from server.domain.refusals import Refusal
from server.store.configuration.configurations import HALL, INSTALLATION
from server.store.configuration.documents import (
    DocumentsMark,
    NewRevision,
    Published,
    documents_mark,
    keep_ids,
    keep_revision,
    newest,
)
from server.store.configuration.drafts import end_draft
from server.store.configuration.halls import (
    hall_id_of,
    set_configuration_revision,
    set_installation_revision,
)
from server.store.engine.idempotency_keys import FirstAnswer, WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.transactions.idempotent_writes import KeyedWrites
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.configuration.check_configuration import Document, problems_around, problems_of_use
from server.usecases.configuration.create_hall import create_hall


@dataclass(frozen=True, slots=True)
class Terms:
    """How to publish a document.

    `base_revision`: the revision it was made from, None: any. `draft`: the version of the draft that is
    published, and ends. `restores`: the revision whose content it is again.
    """

    base_revision: int | None = None
    is_dry_run: bool = False
    draft: int | None = None
    restores: int | None = None
    write_key: WriteKey | None = None


class PublishedAnswer(TypedDict):
    """The revision that applies now."""

    document: str
    revision: Ordinal


@dataclass(frozen=True, slots=True)
class Publication:
    """A revision that was published, or would be without a dry run: its changes and its warnings.

    `scope`: `installation`, or the slug of the hall.
    """

    scope: str
    revision: int
    changes: Sequence[DocumentChange] = field(default_factory=tuple)
    warnings: Sequence[DocumentProblem] = field(default_factory=tuple)
    is_published: bool = True

    def answer(self) -> PublishedAnswer:
        """The document and the revision that applies now."""
        return {"document": self.scope, "revision": self.revision}


def publish_installation(
    database: Database, author: Author, content: str | bytes, terms: Terms = Terms()
) -> Publication:
    """Publishes the installation's document.

    Raises DocumentRefused; refusals: stale_revision, stale_draft.
    """
    document = parse_installation(content)

    def publish(transaction: InstallationTransaction) -> FirstAnswer[Publication, PublishedAnswer]:
        found = newest(transaction, INSTALLATION, INSTALLATION)
        problems = problems_around(transaction, document, transaction.now)
        checked = _Checked(documents_mark(transaction), problems)
        checked.refuse_errors()
        publication = _publication(document, found, terms, checked)
        if terms.is_dry_run:
            return FirstAnswer(publication)
        kept = _keep(transaction, INSTALLATION, document, publication, terms)
        set_installation_revision(transaction, publication.revision)
        transaction.record(of_kind(FactKind.INSTALLATION_PUBLISHED, **kept))
        return FirstAnswer(publication, publication.answer())

    return database.write_installation_or_repeat(author, terms.write_key, publish, repeated=_published_before)


def publish_hall(
    database: Database, author: Author, content: str | bytes, terms: Terms = Terms()
) -> Publication:
    """Publishes a hall's document; a new slug creates the hall.

    Raises DocumentRefused; refusals: stale_revision, stale_draft, not_configured.
    """
    document = parse_hall(content)
    with database.read() as rows:
        checked = _Checked(documents_mark(rows), problems_around(rows, document, database.clock.now()))
        is_new = hall_id_of(rows, document.hall) is None
    checked.refuse_errors()
    if is_new and terms.is_dry_run:
        return _publication(document, None, terms, checked)
    if is_new:
        create_hall(database, author, document.hall)
    return _publish(database, author, document, terms, checked)


@dataclass(frozen=True, slots=True)
class _Checked:
    """The problems of a document at a time when the published documents had this mark."""

    mark: DocumentsMark
    problems: Sequence[DocumentProblem]

    def check_again(self, transaction: HallTransaction, document: HallDocument) -> "_Checked":
        """Checks again under the locks: everything if something was published since, else what is in use."""
        if documents_mark(transaction) != self.mark:
            return _Checked(self.mark, problems_around(transaction, document, transaction.now))
        return _Checked(self.mark, (*self.problems, *problems_of_use(transaction, document)))

    def refuse_errors(self) -> None:
        """Raises DocumentRefused."""
        errors = tuple(each for each in self.problems if not each.is_warning)
        if errors:
            raise DocumentRefused(errors)


def _publish(
    database: Database, author: Author, document: HallDocument, terms: Terms, checked: _Checked
) -> Publication:
    def publish(transaction: HallTransaction) -> FirstAnswer[Publication, PublishedAnswer]:
        checked_again = checked.check_again(transaction, document)
        checked_again.refuse_errors()
        found = newest(transaction, HALL, transaction.hall)
        publication = _publication(document, found, terms, checked_again)
        if terms.is_dry_run:
            return FirstAnswer(publication)
        kept = _keep(transaction, transaction.hall, document, publication, terms)
        keep_ids(transaction, transaction.hall, ids_of(document))
        set_configuration_revision(transaction, transaction.hall, publication.revision)
        transaction.record(of_kind(FactKind.CONFIGURATION_PUBLISHED, **kept))
        return FirstAnswer(publication, publication.answer())

    with database.one_publication():
        return database.write_or_repeat(
            document.hall,
            author,
            terms.write_key,
            publish,
            repeated=_published_before,
            is_configured=False,
        )


def _publication(document: Document, found: Published | None, terms: Terms, checked: _Checked) -> Publication:
    """The publication of a document over the newest revision found. Refusal: stale_revision."""
    revision = 0 if found is None else found.revision
    if terms.base_revision not in (None, revision):
        raise Refusal("stale_revision", newest=revision)
    warnings = [each for each in checked.problems if each.is_warning]
    if isinstance(document, HallDocument):
        old = None if found is None else parse_hall(found.content)
        changes = () if old is None else difference(old, document)
        return Publication(document.hall, revision + 1, changes, warnings, not terms.is_dry_run)
    before = None if found is None else parse_installation(found.content)
    changes = () if before is None else difference(before, document)
    return Publication(INSTALLATION, revision + 1, changes, warnings, not terms.is_dry_run)


def _keep(
    transaction: HallTransaction | InstallationTransaction,
    scope: str,
    document: Document,
    publication: Publication,
    terms: Terms,
) -> Json:
    """Keeps the revision and ends the draft it was; the body of its fact. Refusal: stale_draft."""
    author, now = transaction.author.id, transaction.now
    if terms.draft is not None:
        end_draft(transaction, publication.scope, terms.draft, author=author, now=now)
    text = export_text(document)
    kind = HALL if isinstance(document, HallDocument) else INSTALLATION
    new = NewRevision(kind, scope, publication.revision, text, now, author, terms.restores)
    keep_revision(transaction, new)
    digest = hashlib.sha256(text.encode()).hexdigest()
    kept = {"revision": publication.revision, "sha256": digest}
    return kept if terms.restores is None else {**kept, "restores": terms.restores}


def _published_before(_: KeyedWrites, kept: PublishedAnswer) -> Publication:
    return Publication(kept["document"], kept["revision"])
