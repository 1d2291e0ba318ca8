"""Read the documents of the configuration: the list, one with its draft, its revisions."""

from collections.abc import Sequence

from server.domain.instants import to_text
from server.domain.refusals import Refusal
from server.store.configuration.configurations import HALL, INSTALLATION
from server.store.configuration.documents import (
    Published,
    newest,
    newest_of_halls,
    revision_of,
    revisions_before,
)
from server.store.configuration.drafts import Draft, Drafting, open_drafts
from server.store.engine.rows import Rows
from server.store.transactions.database import Database
from server.usecases.answers import Answer
from server.usecases.configuration.configuration_document import (
    NOTHING,
    ConfigurationDocument,
    Content,
    DocumentReader,
    describe_changes,
    document_for,
    may_change,
)
from server.usecases.configuration.save_draft import examined

PAGE = 20
"""How many revisions one answer lists."""
HIGHEST_REVISION = 2**31 - 1
WITHOUT_ACCOUNT = ("command_line", "demonstration", "system")
"""Authors that are no person."""


def read_documents(database: Database, reader: DocumentReader) -> Answer:
    """The installation's document, and those of the halls a person configures, also new ones in draft."""
    with database.read() as rows:
        drafts = open_drafts(rows)
        published = {INSTALLATION: newest(rows, INSTALLATION, INSTALLATION), **newest_of_halls(rows)}
    names = dict.fromkeys((INSTALLATION, *sorted({*published, *drafts} - {INSTALLATION})))
    listed = [_document(name, published.get(name), drafts.get(name)) for name in names]
    visible = [each for each in listed if each.kind == INSTALLATION or may_change(each, reader.sites)]
    return {"documents": [_listed(each, reader) for each in visible]}


def read_document(database: Database, name: str, reader: DocumentReader) -> Answer:
    """A document as published, and its draft with the problems it has and the changes it makes.

    Refusals: unknown_configuration, forbidden.
    """
    with database.read() as rows:
        document = document_for(rows, name, reader)
        draft = document.drafting.draft
        draft_answer = None if draft is None else _draft(draft) | {"content": draft.content}
        if draft_answer is not None and draft is not None:
            draft_answer |= examined(rows, document, draft.content, reader, database.clock.now())
    return _listed(document, reader) | {"content": document.content or None, "draft": draft_answer}


def read_revisions(
    database: Database, name: str, reader: DocumentReader, *, before: int | None = None
) -> Answer:
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


def read_revision(database: Database, name: str, revision: int, reader: DocumentReader) -> Answer:
    """One revision: its content, its changes, and what a rollback to it would change now, with its problems.

    Refusals: unknown_configuration, unknown_revision, forbidden.
    """
    with database.read() as rows:
        document = document_for(rows, name, reader)
        found = _revisions(rows, document, revision + 1, limit=2)
        if not found or found[0].revision != revision:
            raise Refusal("unknown_revision", revision=revision)
        content = document.content_at(rows, revision)
        restored = examined(rows, document, content, reader, database.clock.now())
    answer = _revision(document, found[0], found[1] if len(found) > 1 else None, reader)
    undone = {f"{key}_if_restored": restored[key] for key in ("changes", "problems")}
    return answer | {"document": name, "content": content} | undone


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
    kind = INSTALLATION if name == INSTALLATION else HALL
    return ConfigurationDocument(name, kind, None, published, Drafting(0, draft))


def _listed(document: ConfigurationDocument, reader: DocumentReader) -> Answer:
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
        "draft": None if draft is None else _draft(draft),
        "may_change": may_change(document, reader.sites),
    }


def _draft(draft: Draft) -> Answer:
    return {
        "version": draft.version,
        "base_revision": draft.base_revision,
        "author": draft.author_name,
        "saved_at": to_text(draft.saved_at),
    }


def _origin(published: Published) -> str:
    """Where it was published: `browser`, or the author's name where that is no person."""
    return published.published_by if published.published_by in WITHOUT_ACCOUNT else "browser"


def _revisions(
    rows: Rows, document: ConfigurationDocument, before: int, limit: int = PAGE + 1
) -> Sequence[Published]:
    if document.scope is None:
        return ()
    return revisions_before(rows, document.kind, document.scope, before, limit)


def _revision(
    document: ConfigurationDocument, published: Published, older: Published | None, reader: DocumentReader
) -> Answer:
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
