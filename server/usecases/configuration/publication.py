"""Publish a document: check it, keep it as a new revision, and record a fact.

Its content is that of a draft in the version that was read, an old revision, or one change of a page.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypedDict

import structlog

from hardware.json_types import Ordinal
from server.documents.content import Content, DocumentChange, NewContent, difference
from server.documents.hall import HallDocument, ids_of
from server.documents.problems import DocumentProblem, DocumentRefused
from server.documents.reading import export_text, parse_hall, parse_installation
from server.domain.author import Author
from server.domain.facts import FactKind, Json, of_kind
from server.domain.instants import to_micros
from server.domain.refusals import Refusal, existing
from server.ids import new_id
from server.store.configuration import documents, halls
from server.store.configuration.documents import DocumentsMark, NewRevision, Published
from server.store.configuration.halls import HALL, INSTALLATION
from server.store.engine.statements import Rows
from server.store.engine.writes import FirstAnswer, KeptAnswer, WriteKey, Writes, answered_before
from server.store.transactions.database import Database
from server.store.transactions.hall_transaction import HallTransaction
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.configuration.check_configuration import (
    Document,
    problems_around,
    problems_of_use,
    refuse_unfit_draft,
)
from server.usecases.configuration.configuration_document import (
    ConfigurationDocument,
    Sites,
    check_reach,
    configuration_document,
)
from server.usecases.configuration.drafts import StaleDocument

log = structlog.get_logger()


def once[Answer](
    database: Database, hall: str, author: Author, write_key: WriteKey | None, work: Callable[[], Answer]
) -> Answer:
    """The answer of `work`, which a hall (id) keeps; for a repetition the kept one, without working.

    An answer that cannot be kept is returned all the same. Refusal: idempotency_mismatch.
    """
    if write_key is None:
        return work()
    earlier = kept_answer(database, write_key)
    if earlier is not None:
        return earlier.answer_of(work)
    answer = work()
    try:
        return database.write(hall, author, write_key, lambda _: answer)
    except Refusal:
        log.exception("answer_not_kept", hall=hall)
        return answer


def kept_answer(database: Database, write_key: WriteKey | None) -> KeptAnswer | None:
    """What is kept of the same request; None for a new one. Refusal: idempotency_mismatch."""
    if write_key is None:
        return None
    with database.read() as rows:
        return answered_before(rows, write_key)


def create_hall(database: Database, author: Author, slug: str) -> str:
    """The id of the hall with this slug: a new one with its first epoch, unless it exists.

    Refusal: not_configured before the installation has a document.
    """
    with database.installation_transaction(author) as transaction:
        known = halls.hall_id_of(transaction, slug)
        if known is not None:
            return known
        installation = existing(
            documents.newest(transaction, INSTALLATION, INSTALLATION), "not_configured", hall=INSTALLATION
        )
        hall = new_id()
        halls.insert_hall(
            transaction,
            hall=hall,
            slug=slug,
            epoch=new_id(),
            installation_revision=installation.revision,
        )
        transaction.record(
            of_kind(FactKind.HALL_CREATED, hall=hall, slug=slug, at=to_micros(transaction.now))
        )
    return hall


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
        found = documents.newest(transaction, INSTALLATION, INSTALLATION)
        problems = problems_around(transaction, document, transaction.now)
        checked = _Checked(documents.documents_mark(transaction), problems)
        checked.refuse_errors()
        publication = _publication(document, found, terms, checked)
        if terms.is_dry_run:
            return FirstAnswer(publication)
        kept = _keep(transaction, INSTALLATION, document, publication, terms)
        halls.set_installation_revision(transaction, publication.revision)
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
        checked = _Checked(
            documents.documents_mark(rows), problems_around(rows, document, database.clock.now())
        )
        is_new = halls.hall_id_of(rows, document.hall) is None
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
        if documents.documents_mark(transaction) != self.mark:
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
        found = documents.newest(transaction, HALL, transaction.hall)
        publication = _publication(document, found, terms, checked_again)
        if terms.is_dry_run:
            return FirstAnswer(publication)
        kept = _keep(transaction, transaction.hall, document, publication, terms)
        documents.keep_ids(transaction, transaction.hall, ids_of(document))
        halls.set_configuration_revision(transaction, transaction.hall, publication.revision)
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
        documents.end_draft(transaction, publication.scope, terms.draft, author=author, now=now)
    text = export_text(document)
    kind = HALL if isinstance(document, HallDocument) else INSTALLATION
    new = NewRevision(kind, scope, publication.revision, text, now, author, terms.restores)
    documents.keep_revision(transaction, new)
    digest = hashlib.sha256(text.encode()).hexdigest()
    kept = {"revision": publication.revision, "sha256": digest}
    return kept if terms.restores is None else {**kept, "restores": terms.restores}


def _published_before(_: Writes, kept: PublishedAnswer) -> Publication:
    return Publication(kept["document"], kept["revision"])


def edit_hall_document(
    database: Database, hall: str, author: Author, change: Callable[[NewContent], None]
) -> Publication:
    """Publishes the document of a hall (id or slug) after `change` has changed its newest content.

    Raises DocumentRefused; refusals: unknown_hall, not_configured, stale_revision where somebody published
    meanwhile.
    """
    hall_id = database.hall_id(hall)
    with database.read() as rows:
        found = existing(documents.newest(rows, HALL, hall_id), "not_configured", hall=hall)
    content = json.loads(found.content)
    change(content)
    return publish_hall(database, author, json.dumps(content), Terms(base_revision=found.revision))


def publish_draft(
    database: Database,
    author: Author,
    name: str,
    version: int,
    *,
    sites: Sites,
    write_key: WriteKey | None = None,
) -> PublishedAnswer:
    """The revision that the draft of this version became.

    Raises DocumentRefused and StaleDocument; refusals: unknown_configuration, forbidden.
    """
    earlier = kept_answer(database, write_key)
    if earlier is not None:
        return earlier.answer_of(publish_draft)
    with database.read() as rows:
        document = _document_to_publish(rows, name, sites)
        draft = document.drafting.draft
        if draft is None or draft.version != version:
            content = documents.draft_content(rows, name, version) or document.content
            raise StaleDocument("stale_draft", document, content, content)
        if draft.base_revision != document.revision:
            base = document.content_at(rows, draft.base_revision)
            raise StaleDocument("stale_revision", document, base, draft.content)
        check_reach(document, sites, draft.content)
        if document.kind == HALL:
            refuse_unfit_draft(name, draft.content)
    terms = Terms(base_revision=draft.base_revision, draft=version, write_key=write_key)
    return _publish_content(database, author, document, draft.content, terms)


def roll_back(
    database: Database,
    author: Author,
    name: str,
    revision: int,
    *,
    sites: Sites,
    base_revision: int | None = None,
    write_key: WriteKey | None = None,
) -> PublishedAnswer:
    """A new revision with the content of an old one, checked like any other.

    Raises DocumentRefused; refusals: unknown_configuration, unknown_revision, forbidden, nothing_to_restore
    for the revision that applies now, stale_revision where that is another than `base_revision`.
    """
    earlier = kept_answer(database, write_key)
    if earlier is not None:
        return earlier.answer_of(roll_back)
    with database.read() as rows:
        document = _document_to_publish(rows, name, sites)
        content = document.content_at(rows, revision)
        if revision in (0, document.revision):
            raise Refusal("nothing_to_restore", revision=revision)
        check_reach(document, sites, content)
    terms = Terms(
        base_revision=document.revision if base_revision is None else base_revision, restores=revision
    )
    return _publish_content(database, author, document, content, replace(terms, write_key=write_key))


def _document_to_publish(rows: Rows, name: str, sites: Sites) -> ConfigurationDocument:
    document = configuration_document(rows, name)
    if not document.exists:
        raise Refusal("unknown_configuration", document=name)
    check_reach(document, sites)
    return document


def _publish_content(
    database: Database, author: Author, document: ConfigurationDocument, content: Content, terms: Terms
) -> PublishedAnswer:
    text = json.dumps(content)
    if document.kind == INSTALLATION:
        published: Publication = publish_installation(database, author, text, terms)
    else:
        published = publish_hall(database, author, text, terms)
    return published.answer()
