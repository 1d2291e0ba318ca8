"""Drafts of documents: saved, problems included, and never over changes of others that one has not read.

A valid document from a file becomes the draft, to be read and published like any other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from hardware.json_types import Ordinal, Revision
from server.documents.content import Content, JsonValue, Merge, NewContent, Side, three_way
from server.documents.problems import DocumentProblem, DocumentRefused
from server.documents.reading import normal_content, parse_object
from server.documents.values import SLUG
from server.domain.author import Author
from server.domain.instants import text_or_none
from server.domain.refusals import Refusal
from server.store.configuration.documents import NewVersion, draft_content, end_draft, keep_version
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.configuration.check_configuration import problems_of
from server.usecases.configuration.configuration_document import (
    NOTHING,
    PAGES,
    ConfigurationDocument,
    DocumentChangeAnswer,
    DocumentProblemAnswer,
    DocumentReader,
    Sites,
    check_reach,
    configuration_document,
    describe_changes,
    describe_problem,
)

LONGEST_NAME = 48
DEEPEST = 24
"""How deep a document may be nested: three times as deep as real ones are."""


class ExaminedContent(TypedDict):
    """The problems of a content, and its changes of the published content."""

    problems: list[DocumentProblemAnswer]
    changes: list[DocumentChangeAnswer]


class SavedVersion(TypedDict):
    """A version of a draft; `base_revision`: the revision it was made from, 0 for none."""

    document: str
    version: Ordinal
    base_revision: Revision
    """The revision it was made from; 0: none yet."""


class DraftAnswer(SavedVersion, ExaminedContent):
    """A draft as it was saved."""


class DraftPositionAnswer(TypedDict):
    """A `DraftPosition` as JSON values."""

    revision: int
    draft_version: int | None


class ConflictAnswer(TypedDict):
    """A place that two people changed, not alike: the three values, and how each is called (`words`)."""

    path: str
    place: str
    base: JsonValue
    mine: JsonValue
    theirs: JsonValue
    words: dict[str, str]


class StaleDocumentAnswer(TypedDict):
    """Who changed a document meanwhile (a name) and when, their changes, one's own, and both joined.

    `discarded`: they discarded the draft and published nothing since.
    """

    onto: DraftPositionAnswer
    author: str | None
    at: str | None
    discarded: bool
    theirs: list[DocumentChangeAnswer]
    mine: list[DocumentChangeAnswer]
    conflicts: list[ConflictAnswer]
    merged: Content


@dataclass(frozen=True, slots=True)
class DraftPosition:
    """The newest revision of a document, and the version of its draft, None without one."""

    revision: int
    draft_version: int | None

    def as_answer(self) -> DraftPositionAnswer:
        """The same as JSON values."""
        return {"revision": self.revision, "draft_version": self.draft_version}


@dataclass(frozen=True, slots=True)
class DraftMerge:
    """How to join changes with those of somebody else: onto which versions, and whose wins at each place."""

    onto: DraftPosition
    choices: Mapping[str, Side] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftRequest:
    """A content to save, and what it was made from: a revision (0: none yet) and a version of the draft."""

    content: Content
    base_revision: int
    draft_version: int | None = None
    joining: DraftMerge | None = None


class StaleDocument(Refusal):
    """Somebody else changed the document meanwhile.

    `code` is `stale_draft` for its draft and `stale_revision` for what is published. `onto`: its versions
    now; `base`, `mine` and `theirs`: the three contents; `merge`: both joined.
    """

    def __init__(self, code: str, document: ConfigurationDocument, base: Content, mine: Content) -> None:
        super().__init__(code, newest=document.revision)
        self.document = document
        draft = document.drafting.draft
        self.is_draft = code == "stale_draft" and draft is not None
        self.is_discarded = code == "stale_draft" and document.was_discarded
        theirs = draft.content if self.is_draft and draft is not None else document.content
        self.onto = DraftPosition(document.revision, document.drafting.version)
        self.base, self.mine, self.theirs = (
            normal_content(document.kind, content) for content in (base, mine, theirs)
        )
        self.merge = three_way(self.base, self.mine, self.theirs)

    def joined(self, joining: DraftMerge | None) -> Merge | None:
        """The joined contents; None where some choice is missing, or the document has changed again."""
        if joining is None or joining.onto != self.onto:
            return None
        merge = three_way(self.base, self.mine, self.theirs, joining.choices)
        return None if merge.conflicts else merge

    def as_answer(self, reader: DocumentReader) -> StaleDocumentAnswer:
        """Who changed it and when, their changes, one's own, and the places that both changed."""
        words = reader.words
        by, at = self._by_whom()
        return {
            "onto": self.onto.as_answer(),
            "author": by,
            "at": text_or_none(at),
            "discarded": self.is_discarded,
            "theirs": describe_changes(self.document, self.base, self.theirs, words),
            "mine": describe_changes(self.document, self.base, self.mine, words),
            "conflicts": [
                {
                    "path": conflict.path,
                    "place": words.place(conflict.path, self.mine, self.theirs, self.base),
                    "base": conflict.base,
                    "mine": conflict.mine,
                    "theirs": conflict.theirs,
                    "words": {
                        side: words.value(
                            conflict.path, getattr(conflict, side), self.mine, self.theirs, self.base
                        )
                        for side in ("base", "mine", "theirs")
                    },
                }
                for conflict in self.merge.conflicts
            ],
            "merged": self.merge.content,
        }

    def _by_whom(self) -> tuple[str | None, datetime | None]:
        """Who saved, published or discarded last, and when."""
        drafting, published = self.document.drafting, self.document.published
        if self.is_draft and drafting.draft is not None:
            return drafting.draft.author_name, drafting.draft.saved_at
        if self.is_discarded and drafting.ended is not None:
            return drafting.ended.author_name, drafting.ended.at
        return (None, None) if published is None else (published.author_name, published.published_at)


def save_draft(
    database: Database,
    author: Author,
    name: str,
    request: DraftRequest,
    *,
    reader: DocumentReader,
    write_key: WriteKey | None = None,
) -> DraftAnswer:
    """The draft with one more version, its problems and its changes.

    Refusals: unknown_configuration, unknown_revision, forbidden; StaleDocument.
    """
    if not re.fullmatch(SLUG, name) or len(name) > LONGEST_NAME or name in PAGES:
        raise Refusal("unknown_configuration", document=name)
    if _depth(request.content) > DEEPEST:
        raise Refusal("bad_request", field="content")
    saved = database.write_installation(
        author, write_key, lambda transaction: _saved(transaction, name, request, reader.sites)
    )
    with database.read() as rows:
        document = configuration_document(rows, name)
        content = draft_content(rows, name, saved["version"]) or request.content
        return {**saved, **examine_content(rows, document, content, reader, database.clock.now())}


def _saved(
    transaction: InstallationTransaction, name: str, request: DraftRequest, sites: Sites
) -> SavedVersion:
    document = configuration_document(transaction, name)
    check_reach(document, sites, request.content)
    draft = _joined(transaction, document, request)
    check_reach(document, sites, draft.content)
    version = document.drafting.last_version + 1
    author, now = transaction.author.id, transaction.now
    keep_version(transaction, NewVersion(name, version, draft.base_revision, draft.content, author, now))
    return {"document": name, "version": version, "base_revision": draft.base_revision}


def examine_content(
    rows: Rows, document: ConfigurationDocument, content: Content, reader: DocumentReader, now: datetime
) -> ExaminedContent:
    """The problems of a content at an instant, and its changes of the published content."""
    problems = problems_of(rows, document.name, content, now)
    return {
        "problems": [describe_problem(each, content, reader.words) for each in problems],
        "changes": describe_changes(document, document.content, content, reader.words),
    }


def _joined(rows: Rows, document: ConfigurationDocument, request: DraftRequest) -> DraftRequest:
    """What to save: the request, or that joined with the changes of others. Raises StaleDocument."""
    draft = document.drafting.draft
    based_on = request.base_revision if draft is None else draft.base_revision
    if request.draft_version != document.drafting.version:
        version = request.draft_version
        content = None if version is None else draft_content(rows, document.name, version)
        base = document.content_at(rows, request.base_revision) if content is None else content
        stale = StaleDocument("stale_draft", document, base, request.content)
        revision = document.revision if draft is None else based_on
    elif based_on != document.revision:
        base = document.content_at(rows, based_on)
        stale = StaleDocument("stale_revision", document, base, request.content)
        revision = document.revision
    else:
        return request
    merge = stale.joined(request.joining)
    if merge is None:
        raise stale
    return DraftRequest(merge.content, revision)


def _depth(content: object) -> int:
    """How deep objects and lists are nested; counting ends just above DEEPEST."""
    deepest, here = 0, [content]
    while here and deepest <= DEEPEST:
        deepest += 1
        here = [inner for each in here if isinstance(each, dict | list) for inner in _inside(each)]
    return deepest


def _inside(value: Mapping[str, object] | list[object]) -> Iterable[object]:
    return value.values() if isinstance(value, Mapping) else value


class DiscardedAnswer(TypedDict):
    """A draft that is no more."""

    document: str
    version: Ordinal


def discard_draft(
    database: Database,
    author: Author,
    name: str,
    version: int,
    *,
    sites: Sites,
    write_key: WriteKey | None = None,
) -> DiscardedAnswer:
    """The draft (document and version) that was discarded.

    Refusals: unknown_configuration, forbidden, stale_draft for another version.
    """

    def discard(transaction: InstallationTransaction) -> DiscardedAnswer:
        document = configuration_document(transaction, name)
        if not document.exists:
            raise Refusal("unknown_configuration", document=name)
        check_reach(document, sites)
        end_draft(transaction, name, version, author=author.id, now=transaction.now)
        return {"document": name, "version": version}

    return database.write_installation(author, write_key, discard)


class ExaminedAnswer(ExaminedContent):
    """What is wrong with a document, and what it changes of what is published."""

    document: str


def examine_file(database: Database, name: str, text: str, reader: DocumentReader) -> ExaminedAnswer:
    """The problems of a file and the changes it would make; nothing is kept. Refusal: forbidden."""
    content, problems = _content(database, name, text, reader.sites)
    if content is None or problems:
        answers = [describe_problem(each, NOTHING, reader.words) for each in problems]
        return {"document": name, "problems": answers, "changes": []}
    with database.read() as rows:
        document = configuration_document(rows, name)
        check_reach(document, reader.sites, content)
        return {
            "document": name,
            **examine_content(rows, document, content, reader, database.clock.now()),
        }


def read_file(database: Database, name: str, text: str, sites: Sites) -> NewContent:
    """The content of a file without errors. Raises DocumentRefused with all of them. Refusal: forbidden."""
    content, problems = _content(database, name, text, sites)
    if content is None or problems:
        raise DocumentRefused(problems)
    with database.read() as rows:
        errors = [
            each for each in problems_of(rows, name, content, database.clock.now()) if not each.is_warning
        ]
    if errors:
        raise DocumentRefused(errors)
    return content


def _content(
    database: Database, name: str, text: str, sites: Sites
) -> tuple[NewContent | None, Sequence[DocumentProblem]]:
    """The content of a file and its problems, for people who may change its document. Refusal: forbidden."""
    with database.read() as rows:
        document = configuration_document(rows, name)
    if document.exists:
        check_reach(document, sites)
    return parse_object(text)
