"""A document of the configuration by its name: its published content, its draft, and who may edit it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict

from server.documents.content import Content, changes_between, parts_of
from server.documents.problems import DocumentProblem
from server.documents.reading import normal_content
from server.documents.words import Words
from server.domain.refusals import Refusal
from server.language import Translate
from server.store.configuration.documents import Drafting, Published, drafting_of, newest, revision_of
from server.store.configuration.halls import HALL, INSTALLATION, DocumentKind, hall_id_of
from server.store.engine.statements import Rows

type Sites = frozenset[str] | None
"""The sites (slugs) at which a person configures; None: every site."""

type DocumentContent = Mapping[str, Any]
"""A document as it was written, also where it has errors; its keys: docs/configuration.md."""

NOTHING: Content = {}
PAGES = ("nouveau",)
"""Names that no hall may have: they are pages of the configuration (`/configuration/nouveau`)."""


class DocumentProblemAnswer(TypedDict):
    """Something wrong with a document, or, a warning, what looks like an oversight."""

    path: str
    """Where, as `services[2].series.prefix`; empty: the whole document."""
    place: str
    """Where, in words."""
    code: str
    sentence: str
    is_warning: bool


class DocumentChangeAnswer(TypedDict):
    """One change of a document."""

    path: str
    kind: Literal["added", "removed", "changed", "moved"]
    sentence: str
    before: Any
    """A JSON value; null for what was added."""
    after: Any
    """A JSON value; null for what was removed."""


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """A person who reads or changes documents: at which sites, and the words in their language."""

    sites: Sites
    words: Words

    @classmethod
    def of(cls, sites: Sites, translate: Translate, language: str) -> "DocumentReader":
        """A person with these sites and a language."""
        return cls(sites, Words(translate, language))


@dataclass(frozen=True, slots=True)
class ConfigurationDocument:
    """A document by its name: `installation`, or the slug of a hall that may not exist yet.

    `scope`: the id under which its revisions are kept, None before the first. `site_calendars`: the opening
    hours of sites by slug; a hall without hours of its own has those of its site.
    """

    name: str
    kind: DocumentKind
    scope: str | None
    published: Published | None
    drafting: Drafting
    site_calendars: Content = field(default_factory=dict)

    @property
    def revision(self) -> int:
        """The newest revision; 0 before the first."""
        return 0 if self.published is None else self.published.revision

    @property
    def content(self) -> Content:
        """The published content; empty before the first revision."""
        return NOTHING if self.published is None else self.published.parsed

    @property
    def exists(self) -> bool:
        """Whether it has a revision or a draft."""
        return self.published is not None or self.drafting.draft is not None

    @property
    def was_discarded(self) -> bool:
        """Whether the last draft was discarded and nothing published since; publishing ends a draft, too."""
        ended = self.drafting.ended
        return ended is not None and (self.published is None or self.published.published_at < ended.at)

    @property
    def site(self) -> str | None:
        """The site (slug) of a hall as published, else as drafted; None where there is none."""
        draft = self.drafting.draft
        content = self.content or (NOTHING if draft is None else draft.content)
        site = content.get("site")
        return site if isinstance(site, str) else None

    def content_at(self, rows: Rows, revision: int) -> Content:
        """The content of a revision; empty for revision 0. Refusal: unknown_revision."""
        if revision == 0:
            return NOTHING
        found = None if self.scope is None else revision_of(rows, self.kind, self.scope, revision)
        if found is None:
            raise Refusal("unknown_revision", revision=revision)
        return found.parsed


def configuration_document(rows: Rows, name: str) -> ConfigurationDocument:
    """The document of a name, whether it exists yet or not."""
    drafting = drafting_of(rows, name)
    if name == INSTALLATION:
        return ConfigurationDocument(name, INSTALLATION, INSTALLATION, newest(rows, name, name), drafting)
    scope = hall_id_of(rows, name)
    published = None if scope is None else newest(rows, HALL, scope)
    return ConfigurationDocument(name, HALL, scope, published, drafting, _site_calendars(rows))


def _site_calendars(rows: Rows) -> Content:
    found = newest(rows, INSTALLATION, INSTALLATION)
    sites = parts_of(normal_content(INSTALLATION, found.parsed), "sites") if found else ()
    return {str(site["slug"]): site["calendar"] for site in sites if site.get("calendar")}


def document_for(rows: Rows, name: str, reader: DocumentReader) -> ConfigurationDocument:
    """The document of a name, for somebody who may read it. Refusals: unknown_configuration, forbidden."""
    document = configuration_document(rows, name)
    if not document.exists:
        raise Refusal("unknown_configuration", document=name)
    if document.kind == HALL and not may_change(document, reader.sites):
        raise Refusal("forbidden")
    return document


def may_change(document: ConfigurationDocument, sites: Sites) -> bool:
    """Whether a person who configures at these sites may change a document; the installation's needs all."""
    return sites is None or document.site in sites


def check_reach(document: ConfigurationDocument, sites: Sites, content: Content | None = None) -> None:
    """Refuses a document, or the move of a hall to a site, outside a person's sites. Refusal: forbidden."""
    if sites is None:
        return
    site = document.site if content is None else content.get("site")
    before = document.site if document.exists else site
    if document.kind == INSTALLATION or before not in sites:
        raise Refusal("forbidden")
    if isinstance(site, str) and site not in sites:
        raise Refusal("forbidden")


def describe_changes(
    document: ConfigurationDocument, before: Content, after: Content, words: Words
) -> list[DocumentChangeAnswer]:
    """The changes from one content to another, each with its sentence.

    Where a hall gets hours of its own, or loses them, the hours before and after are compared.
    """
    old, new = normal_content(document.kind, before), normal_content(document.kind, after)
    hours = _describe_own_hours(old, new, words)
    if hours:
        old, new = _with_hours(document, old), _with_hours(document, new)
    return hours + [
        {
            "path": change.path,
            "kind": change.kind,
            "sentence": words.sentence(change, old, new),
            "before": change.before,
            "after": change.after,
        }
        for change in changes_between(old, new)
    ]


def _describe_own_hours(old: Content, new: Content, words: Words) -> list[DocumentChangeAnswer]:
    """The change that a hall has hours of its own from now on, or no more; empty for a new hall."""
    if not old or not new or bool(old.get("calendar")) == bool(new.get("calendar")):
        return []
    kind: Literal["added", "removed"] = "added" if new.get("calendar") else "removed"
    return [
        {
            "path": "calendar",
            "kind": kind,
            "sentence": words.say(f"document_words.own_hours.{kind}"),
            "before": old.get("calendar"),
            "after": new.get("calendar"),
        }
    ]


def _with_hours(document: ConfigurationDocument, content: Content) -> Content:
    if content.get("calendar"):
        return content
    return {**content, "calendar": document.site_calendars.get(str(content.get("site", "")))}


def describe_problem(problem: DocumentProblem, content: Content, words: Words) -> DocumentProblemAnswer:
    """One problem with its place in words and its sentence."""
    return {
        "path": problem.path,
        "place": words.place(problem.path, content),
        "code": problem.code,
        "sentence": words.of_problem(problem),
        "is_warning": problem.is_warning,
    }
