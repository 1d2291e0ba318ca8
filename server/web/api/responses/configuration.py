"""Shapes of configuration documents: published, drafted, compared."""

from typing import Any, Literal

from pydantic import Field, RootModel

from server.domain.devices.device_state import PlayerState
from server.web.api.responses.exact import ExactShape, InstantText, Revision

type DocumentKind = Literal["installation", "hall"]
type Origin = Literal["browser", "command_line", "demonstration", "system"]
type DocumentContent = dict[str, Any]
"""A document as it was written, also where it has errors; its keys: docs/configuration.md."""


class DocumentProblemAnswer(ExactShape):
    """Something wrong with a document, or, a warning, what looks like an oversight."""

    path: str
    """Where, as `services[2].series.prefix`; empty: the whole document."""
    place: str
    """Where, in words."""
    code: str
    sentence: str
    is_warning: bool


class DocumentChangeAnswer(ExactShape):
    """One change of a document."""

    path: str
    kind: Literal["added", "removed", "changed", "moved"]
    sentence: str
    before: Any
    """A JSON value; null for what was added."""
    after: Any
    """A JSON value; null for what was removed."""


class ExaminedAnswer(ExactShape):
    """What is wrong with a document, and what it changes of what is published."""

    document: str
    problems: list[DocumentProblemAnswer]
    changes: list[DocumentChangeAnswer]


class DraftAnswer(ExaminedAnswer):
    """A draft as it was saved."""

    version: int = Field(ge=1)
    base_revision: Revision
    """The revision it was made from; 0: none yet."""


class ImportedFileAnswer(RootModel[DraftAnswer | ExaminedAnswer]):
    """The draft that a file became; of a file that was only looked at, no version."""


class DiscardedAnswer(ExactShape):
    """A draft that is no more."""

    document: str
    version: int = Field(ge=1)


class PublishedAnswer(ExactShape):
    """The revision that applies now."""

    document: str
    revision: int = Field(ge=1)


class DraftState(ExactShape):
    """A draft: who saved it, when, and from which revision it was made."""

    version: int = Field(ge=1)
    base_revision: Revision
    author: str | None
    """The name of who saved it last; null: a program, or somebody who is gone."""
    saved_at: InstantText


class DraftWithContent(DraftState):
    """A draft with its content, what is wrong with it, and what it changes of what is published."""

    content: DocumentContent
    problems: list[DocumentProblemAnswer]
    changes: list[DocumentChangeAnswer]


class DocumentState(ExactShape):
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


class DocumentsAnswer(ExactShape):
    """The installation's document, and those of the halls that the caller configures."""

    documents: list[ListedDocument]


class DocumentAnswer(DocumentState):
    """A document with its content, and its draft with its own."""

    content: DocumentContent | None
    """What is published; null: nothing yet."""
    draft: DraftWithContent | None


class RevisionOfDocument(ExactShape):
    """A revision of a document: who published it, when, and what it changed of the one before."""

    revision: int = Field(ge=1)
    published_at: InstantText
    author: str | None
    origin: Origin
    restores: Revision | None
    """The older revision it brought back; null: none."""
    is_current: bool
    changes: list[DocumentChangeAnswer]


class RevisionsAnswer(ExactShape):
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


class AppliedDevice(ExactShape):
    """A kiosk or a screen, and whether it runs the configuration that was published."""

    kind: Literal["screen", "kiosk"]
    id: str
    label: str
    state: PlayerState
    runs: str | None
    """The revisions it runs, as `3.12`; null before it told."""
    is_connected: bool
    seen_at: InstantText | None


class AppliedHall(ExactShape):
    """A hall, the configuration that applies there, and its devices."""

    hall: str
    name: str
    configuration: str
    """The revisions that apply, as `3.12`: the installation's and the hall's."""
    published_at: InstantText
    devices: list[AppliedDevice]


class AppliedAnswer(ExactShape):
    """The configuration that each device of a document runs."""

    document: str
    as_of: InstantText
    halls: list[AppliedHall]


class ExportedDocument(RootModel[DocumentContent]):
    """A revision of a document as a file, ready to be changed and imported."""
