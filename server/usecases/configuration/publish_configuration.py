"""Publish a document: validated, with the revision it was based on, as a new revision and a fact."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from server.documents.difference import DocumentChange, difference
from server.documents.hall import HallDocument, ids_of
from server.documents.problems import DocumentProblem, DocumentRefused
from server.documents.reading import export_text, parse_hall, parse_installation
from server.domain.author import Author
from server.domain.facts import FactKind, of_kind
from server.domain.refusals import Refusal
from server.store.configuration.configurations import HALL, INSTALLATION
from server.store.configuration.documents import Published, documents_mark, keep_ids, keep_revision, newest
from server.store.configuration.drafts import end_draft
from server.store.configuration.halls import create_hall
from server.store.engine.idempotency_keys import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.transactions.idempotent_writes import KeyedWrites
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.answers import Answer
from server.usecases.configuration.check_configuration import Document, problems_around, problems_of_use
from server.usecases.notices.import_hall_texts import carry_over_notices


@dataclass(frozen=True, slots=True)
class Terms:
    """How a document is published.

    `base_revision`: the one it was made from, None: whichever is there. `draft`: the version of the draft
    that it is, which ends with it. `restores`: the revision whose content it is again.
    """

    base_revision: int | None = None
    is_dry_run: bool = False
    draft: int | None = None
    restores: int | None = None
    write_key: WriteKey | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """What was, or with a dry run would be, published: the revision, what changes.

    What looks like an oversight.
    """

    scope: str
    revision: int
    changes: Sequence[DocumentChange] = field(default_factory=tuple)
    warnings: Sequence[DocumentProblem] = field(default_factory=tuple)
    is_published: bool = True

    def answer(self) -> Answer:
        """Which revision of which document applies."""
        return {"document": self.scope, "revision": self.revision}


def publish_installation(
    database: Database, author: Author, content: str | bytes, terms: Terms = Terms()
) -> Publication:
    """Publishes the installation's document.

    Raises DocumentRefused; refusals: stale_revision, stale_draft.
    """
    document = parse_installation(content)

    def publish(transaction: InstallationTransaction) -> Publication:
        found = newest(transaction, INSTALLATION, INSTALLATION)
        problems = problems_around(transaction, document, transaction.now)
        checked = _Checked(documents_mark(transaction), problems)
        checked.refuse_errors()
        publication = _publication(document, found, terms, checked)
        if terms.is_dry_run:
            transaction.keep_nothing()
            return publication
        kept = _keep(transaction, INSTALLATION, document, publication, terms)
        transaction.run("UPDATE hall SET installation_revision = :revision", revision=publication.revision)
        transaction.record(of_kind(FactKind.INSTALLATION_PUBLISHED, **kept))
        transaction.keep(publication.answer())
        return publication

    return database.write_installation(author, terms.write_key, publish, repeated=_published_before)


def publish_hall(
    database: Database, author: Author, content: str | bytes, terms: Terms = Terms()
) -> Publication:
    """Publishes a hall's document; a new slug creates the hall. Its texts become notices, once.

    Raises DocumentRefused; refusals: stale_revision, stale_draft, not_configured.
    """
    document = parse_hall(content)
    with database.read() as rows:
        checked = _Checked(documents_mark(rows), problems_around(rows, document, database.clock.now()))
        is_new = rows.one("SELECT id FROM hall WHERE slug = :slug", slug=document.hall) is None
    checked.refuse_errors()
    if is_new and terms.is_dry_run:
        return _publication(document, None, terms, checked)
    if is_new:
        create_hall(database, author, document.hall)
    published = _publish(database, author, document, terms, checked)
    if not terms.is_dry_run:
        carry_over_notices(database, author, document)
    return published


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was found of a document when the published documents had this mark."""

    mark: tuple[int, int | None]
    problems: Sequence[DocumentProblem]

    def again(self, transaction: HallTransaction, document: HallDocument) -> "_Checked":
        """The same under the locks: all of it where something was published since, else who needs what."""
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
    def publish(transaction: HallTransaction) -> Publication:
        checked_again = checked.again(transaction, document)
        checked_again.refuse_errors()
        found = newest(transaction, HALL, transaction.hall)
        publication = _publication(document, found, terms, checked_again)
        if terms.is_dry_run:
            transaction.keep_nothing()
            return publication
        kept = _keep(transaction, transaction.hall, document, publication, terms)
        keep_ids(transaction, transaction.hall, ids_of(document))
        transaction.run(
            "UPDATE hall SET configuration_revision = :revision WHERE id = :hall",
            revision=publication.revision,
            hall=transaction.hall,
        )
        transaction.record(of_kind(FactKind.CONFIGURATION_PUBLISHED, **kept))
        transaction.keep(publication.answer())
        return publication

    with database.one_publication():
        return database.write(
            document.hall,
            author,
            terms.write_key,
            publish,
            repeated=_published_before,
            is_configured=False,
        )


def _publication(document: Document, found: Published | None, terms: Terms, checked: _Checked) -> Publication:
    """What is published over what was found. Refusal: stale_revision."""
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
    transaction: KeyedWrites, scope: str, document: Document, publication: Publication, terms: Terms
) -> dict[str, Any]:
    """Keeps the revision and ends the draft it was; what its fact says. Refusal: stale_draft."""
    if terms.draft is not None:
        end_draft(transaction, publication.scope, terms.draft)
    text = export_text(document)
    kind = HALL if isinstance(document, HallDocument) else INSTALLATION
    keep_revision(
        transaction, kind, scope, revision=publication.revision, content=text, restores=terms.restores
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    kept: dict[str, Any] = {"revision": publication.revision, "sha256": digest}
    return kept if terms.restores is None else kept | {"restores": terms.restores}


def _published_before(_: KeyedWrites, kept: Answer) -> Publication:
    return Publication(kept["document"], kept["revision"])
