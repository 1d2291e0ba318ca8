"""Read the documents of the configuration: the list, one with its draft, its revisions."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from hardware.json_types import InstantText, Ordinal, Revision
from server.documents.content import Content
from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.store.configuration.documents import (
    Draft,
    Drafting,
    Published,
    newest,
    newest_of_halls,
    open_drafts,
    revision_of,
    revisions_before,
)
from server.store.configuration.halls import HALL, INSTALLATION, DocumentKind
from server.store.engine.statements import Rows
from server.store.transactions.database import Database
from server.usecases.configuration.configuration_document import (
    NOTHING,
    ConfigurationDocument,
    DocumentChangeAnswer,
    DocumentContent,
    DocumentProblemAnswer,
    DocumentReader,
    describe_changes,
    document_for,
    may_change,
)
from server.usecases.configuration.drafts import ExaminedContent, examine_content

PAGE = 20
"""How many revisions one answer lists."""
HIGHEST_REVISION = 2**31 - 1
type Origin = Literal["browser", "command_line", "demonstration", "system"]

WITHOUT_ACCOUNT: tuple[Origin, ...] = ("command_line", "demonstration", "system")
"""Authors that are no person."""


class DraftState(TypedDict):
    """A draft: who saved it, when, and from which revision it was made."""

    version: Ordinal
    base_revision: Revision
    author: str | None
    """The name of who saved it last; null: a program, or somebody who is gone."""
    saved_at: InstantText


class DraftWithContent(DraftState, ExaminedContent):
    """A draft with its content, what is wrong with it, and what it changes of what is published."""

    content: DocumentContent


class DocumentState(TypedDict):
    """A document: its newest revision, who published it, and whether the caller may change it."""

    document: str
    """`installation`, or the slug of a hall."""
    kind: DocumentKind
    name: str
    site: str | None
    """The slug of the hall's site; null for the installation."""
    revision: Revision
    """0: nothing is published yet."""
    published_at: InstantText | None
    author: str | None
    origin: Origin | None
    has_draft: bool
    may_change: bool


class ListedDocument(DocumentState):
    """A document in the list of all."""

    draft: DraftState | None


class DocumentsAnswer(TypedDict):
    """The installation's document, and those of the halls that the caller configures."""

    documents: list[ListedDocument]


class DocumentAnswer(DocumentState):
    """A document with its content, and its draft with its own."""

    content: DocumentContent | None
    """What is published; null: nothing yet."""
    draft: DraftWithContent | None


class RevisionOfDocument(TypedDict):
    """A revision of a document: who published it, when, and what it changed of the one before."""

    revision: Ordinal
    published_at: InstantText
    author: str | None
    origin: Origin
    restores: Revision | None
    """The older revision it brought back; null: none."""
    is_current: bool
    changes: list[DocumentChangeAnswer]


class RevisionsAnswer(TypedDict):
    """Some revisions of a document, the newest first."""

    document: str
    revisions: list[RevisionOfDocument]
    next: Revision | None
    """Before which revision to go on; null at the end."""


class RevisionAnswer(RevisionOfDocument):
    """A revision with its content, and what would follow if it were brought back now."""

    document: str
    content: DocumentContent
    changes_if_restored: list[DocumentChangeAnswer]
    problems_if_restored: list[DocumentProblemAnswer]


def read_documents(database: Database, reader: DocumentReader) -> DocumentsAnswer:
    """The installation's document, and those of the halls a person configures, also new ones in draft."""
    with database.read() as rows:
        drafts = open_drafts(rows)
        published = {INSTALLATION: newest(rows, INSTALLATION, INSTALLATION), **newest_of_halls(rows)}
    names = dict.fromkeys((INSTALLATION, *sorted({*published, *drafts} - {INSTALLATION})))
    listed = [_document(name, published.get(name), drafts.get(name)) for name in names]
    visible = [each for each in listed if each.kind == INSTALLATION or may_change(each, reader.sites)]
    return {"documents": [_listed(each, reader) for each in visible]}


def _listed(document: ConfigurationDocument, reader: DocumentReader) -> ListedDocument:
    draft = document.drafting.draft
    return {**_state(document, reader), "draft": None if draft is None else _draft(draft)}


def read_document(database: Database, name: str, reader: DocumentReader) -> DocumentAnswer:
    """A document as published, and its draft with the problems it has and the changes it makes.

    Refusals: unknown_configuration, forbidden.
    """
    with database.read() as rows:
        document = document_for(rows, name, reader)
        draft = document.drafting.draft
        drafted: DraftWithContent | None = None
        if draft is not None:
            drafted = {
                "content": draft.content,
                **_draft(draft),
                **examine_content(rows, document, draft.content, reader, database.clock.now()),
            }
    return {**_state(document, reader), "content": document.content or None, "draft": drafted}


def read_revisions(
    database: Database, name: str, reader: DocumentReader, *, before: int | None = None
) -> RevisionsAnswer:
    """The revisions of a document, the newest first, PAGE at a time, each with its author and its changes.

    `next`: before which revision to go on, null at the end. Refusals: unknown_configuration, forbidden.
    """
    with database.read() as rows:
        document = document_for(rows, name, reader)
        found = _revisions(rows, document, HIGHEST_REVISION if before is None else before)
    answers = [
        _revision(document, each, older, reader)
        for each, older in zip(found[:PAGE], [*found[1 : PAGE + 1], None], strict=False)
    ]
    return {
        "document": name,
        "revisions": answers,
        "next": found[PAGE - 1].revision if len(found) > PAGE else None,
    }


def read_revision(database: Database, name: str, revision: int, reader: DocumentReader) -> RevisionAnswer:
    """One revision: its content, its changes, and what a rollback to it would change now, with its problems.

    Refusals: unknown_configuration, unknown_revision, forbidden.
    """
    with database.read() as rows:
        document = document_for(rows, name, reader)
        found = _revisions(rows, document, revision + 1, limit=2)
        if not found or found[0].revision != revision:
            raise Refusal("unknown_revision", revision=revision)
        content = document.content_at(rows, revision)
        restored = examine_content(rows, document, content, reader, database.clock.now())
    answer = _revision(document, found[0], found[1] if len(found) > 1 else None, reader)
    return {
        **answer,
        "document": name,
        "content": content,
        "changes_if_restored": restored["changes"],
        "problems_if_restored": restored["problems"],
    }


def read_export(database: Database, name: str, reader: DocumentReader, revision: int | None = None) -> str:
    """The canonical text of a document as published, or of a revision. Refusals: as `read_revision`."""
    with database.read() as rows:
        document = document_for(rows, name, reader)
        exported = document.revision if revision is None else revision
        found = None if document.scope is None else revision_of(rows, document.kind, document.scope, exported)
    if found is None:
        raise Refusal("unknown_revision", revision=exported)
    return found.content


def _document(name: str, published: Published | None, draft: Draft | None) -> ConfigurationDocument:
    """A document for the list, without its scope."""
    kind: DocumentKind = INSTALLATION if name == INSTALLATION else HALL
    return ConfigurationDocument(name, kind, None, published, Drafting(0, draft))


def _state(document: ConfigurationDocument, reader: DocumentReader) -> DocumentState:
    published, draft = document.published, document.drafting.draft
    content: Content = document.content or (NOTHING if draft is None else draft.content)
    name = content.get("organisation" if document.kind == INSTALLATION else "name")
    return {
        "document": document.name,
        "kind": document.kind,
        "name": name if isinstance(name, str) and name else document.name,
        "site": document.site,
        "revision": document.revision,
        "published_at": None if published is None else to_text(published.published_at),
        "author": None if published is None else published.author_name,
        "origin": None if published is None else _origin(published),
        "has_draft": draft is not None,
        "may_change": may_change(document, reader.sites),
    }


def _draft(draft: Draft) -> DraftState:
    return {
        "version": draft.version,
        "base_revision": draft.base_revision,
        "author": draft.author_name,
        "saved_at": to_text(draft.saved_at),
    }


def _origin(published: Published) -> Origin:
    """Where it was published: `browser`, or the author's name where that is no person."""
    return next((each for each in WITHOUT_ACCOUNT if each == published.published_by), "browser")


def _revisions(
    rows: Rows, document: ConfigurationDocument, before: int, limit: int = PAGE + 1
) -> Sequence[Published]:
    if document.scope is None:
        return ()
    return revisions_before(rows, document.kind, document.scope, before, limit)


def _revision(
    document: ConfigurationDocument, published: Published, older: Published | None, reader: DocumentReader
) -> RevisionOfDocument:
    before = NOTHING if older is None else older.parsed
    return {
        "revision": published.revision,
        "published_at": to_text(published.published_at),
        "author": published.author_name,
        "origin": _origin(published),
        "restores": published.restores,
        "is_current": published.revision == document.revision,
        "changes": []
        if older is None
        else describe_changes(document, before, published.parsed, reader.words),
    }
