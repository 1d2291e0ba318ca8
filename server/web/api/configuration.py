"""Configuration documents: drafted, compared, published, rolled back, in and out as files."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field

from hardware.json_types import SchemaWords
from server.domain.people.roles import Permission
from server.store.devices.sightings import Players
from server.usecases.configuration import drafts, read_configuration
from server.usecases.configuration.configuration_document import DocumentContent, DocumentReader
from server.usecases.configuration.publication import PublishedAnswer, publish_draft, roll_back
from server.usecases.devices.read_applied import AppliedAnswer, read_applied
from server.web.access.callers import Caller, sites_where
from server.web.access.requirements import PEOPLE
from server.web.api.openapi import ApiRoutes, answering
from server.web.api.services import Api, write_key
from server.web.api.shapes import RequestShape
from server.web.rendering import page
from server.web.rendering.answers import file_answer
from server.web.rendering.problems import problem, refusal_sentence, status_of

type ImportedFileAnswer = Annotated[
    drafts.DraftAnswer | drafts.ExaminedAnswer,
    SchemaWords(description="The draft that a file became; of a file that was only looked at, no version."),
]
type ExportedDocument = Annotated[
    DocumentContent,
    SchemaWords(description="A revision of a document as a file, ready to be changed and imported."),
]

type Revision = int
_REVISION = Field(ge=0, le=read_configuration.HIGHEST_REVISION)
_VERSION = Field(ge=1, le=read_configuration.HIGHEST_REVISION)
type RevisionNumber = Annotated[int, _VERSION]


class RevisionsQuery(RequestShape):
    """Before which revision to go on (`next` of a page)."""

    before: int | None = Field(default=None, ge=1, le=read_configuration.HIGHEST_REVISION)


class ExportQuery(RequestShape):
    """Which revision; none: what is published."""

    revision: int | None = Field(default=None, ge=1, le=read_configuration.HIGHEST_REVISION)


class ImportQuery(RequestShape):
    """`dry_run`: only look at the file."""

    dry_run: bool = False


class PositionBody(RequestShape):
    """How a document was seen to stand: its revision, and the version of its draft, null without one."""

    revision: int = _REVISION
    draft_version: int | None = Field(default=None, ge=1, le=read_configuration.HIGHEST_REVISION)


class JoiningBody(RequestShape):
    """How to go on after a 409: its `onto`, and for the path of each conflict whose value counts."""

    onto: PositionBody
    choices: dict[str, Literal["mine", "theirs"]] = Field(default={}, max_length=2_000)

    def joining(self) -> drafts.DraftMerge:
        """The same for the use case."""
        return drafts.DraftMerge(
            drafts.DraftPosition(self.onto.revision, self.onto.draft_version), self.choices
        )


class DraftBody(RequestShape):
    """A draft, and what it was made from: a revision (0: none yet), a version (null: the first)."""

    base_revision: int = _REVISION
    draft_version: int | None = Field(default=None, ge=1, le=read_configuration.HIGHEST_REVISION)
    content: dict[str, Any]
    joining: JoiningBody | None = None


class FileBody(RequestShape):
    """The text of a file, and what the draft it becomes is made from, as for a draft."""

    text: str = Field(max_length=2_000_000)
    base_revision: int = _REVISION
    draft_version: int | None = Field(default=None, ge=1, le=read_configuration.HIGHEST_REVISION)
    joining: JoiningBody | None = None


class DraftVersionBody(RequestShape):
    """The version of the draft that was read."""

    draft_version: int = _VERSION


class DraftVersionQuery(DraftVersionBody):
    """The version of the draft that is discarded."""


class RollbackBody(RequestShape):
    """Which revision applies again; `base_revision`: the one it takes the place of, null: whichever does."""

    revision: int = _VERSION
    base_revision: int | None = Field(default=None, ge=1, le=read_configuration.HIGHEST_REVISION)


def blueprint(api: Api, players: Players) -> ApiRoutes:
    routes = ApiRoutes("configuration", prefix="/api/v1/configuration")
    routes.errorhandler(drafts.StaleDocument)(lambda stale: _stale(api, stale))
    _reading(routes, api, players)
    _drafting(routes, api)
    _publishing(routes, api)
    return routes


def _reader(api: Api) -> tuple[Caller, DocumentReader]:
    """The person who calls, and what they may configure. Refusals: not_signed_in, forbidden."""
    caller, sites = sites_where(Permission.CONFIGURE)
    return caller, DocumentReader.of(sites, api.translate, page.language())


def _stale(api: Api, stale: drafts.StaleDocument) -> Response:
    """The problem document of a save that somebody else's change has overtaken."""
    _, reader = _reader(api)
    sentence = refusal_sentence(stale)
    return problem(stale.code, status_of(stale), sentence, **stale.as_answer(reader))


def _reading(routes: ApiRoutes, api: Api, players: Players) -> None:
    @routes.get("", Permission.CONFIGURE, of=PEOPLE, anywhere=True)
    def documents() -> read_configuration.DocumentsAnswer:
        """The documents one may change, with their newest revisions and drafts."""
        return read_configuration.read_documents(api.database, _reader(api)[1])

    @routes.get("/<document>", Permission.CONFIGURE, of=PEOPLE)
    def document(document: str) -> read_configuration.DocumentAnswer:
        """A document as it is published, and its draft."""
        return read_configuration.read_document(api.database, document, _reader(api)[1])

    @routes.get("/<document>/revisions", Permission.CONFIGURE, of=PEOPLE)
    def revisions(document: str, query: RevisionsQuery) -> read_configuration.RevisionsAnswer:
        """Who published what when, the newest first, twenty at a time."""
        return read_configuration.read_revisions(api.database, document, _reader(api)[1], before=query.before)

    @routes.get("/<document>/revisions/<revision>", Permission.CONFIGURE, of=PEOPLE)
    def revision(document: str, revision: RevisionNumber) -> read_configuration.RevisionAnswer:
        """A revision with its content, and what a rollback to it would change."""
        return read_configuration.read_revision(api.database, document, revision, _reader(api)[1])

    @routes.get("/<document>/devices", Permission.CONFIGURE, of=PEOPLE)
    def devices(document: str) -> AppliedAnswer:
        """Which configuration each kiosk and screen that a document is for runs."""
        return read_applied(api.database, document, _reader(api)[1], players)

    @routes.get(
        "/<document>/export", Permission.CONFIGURE, of=PEOPLE, responses={200: answering(ExportedDocument)}
    )
    def export(document: str, query: ExportQuery) -> Response:
        """A revision as a file, ready to be changed and imported."""
        text = read_configuration.read_export(api.database, document, _reader(api)[1], query.revision)
        return file_answer(text, "application/json", f"{document}.json")


def _drafting(routes: ApiRoutes, api: Api) -> None:
    @routes.put("/<document>/draft", Permission.CONFIGURE, of=PEOPLE)
    def save(document: str, body: DraftBody) -> drafts.DraftAnswer:
        """One more version of the draft; kept with its problems. 409 tells what somebody else changed."""
        return _save(api, document, body, body.content)

    @routes.delete("/<document>/draft", Permission.CONFIGURE, of=PEOPLE)
    def discard(document: str, query: DraftVersionQuery) -> drafts.DiscardedAnswer:
        """The draft is no more; what is published stays."""
        caller, reader = _reader(api)
        key = write_key(caller.author)
        return drafts.discard_draft(
            *(api.database, caller.author, document, query.draft_version),
            sites=reader.sites,
            write_key=key,
        )

    @routes.post("/<document>/import", Permission.CONFIGURE, of=PEOPLE)
    def import_file(document: str, query: ImportQuery, body: FileBody) -> ImportedFileAnswer:
        """A file becomes the draft, unless it has errors; with `dry_run` it is only examined."""
        _, reader = _reader(api)
        if query.dry_run:
            return drafts.examine_file(api.database, document, body.text, reader)
        content = drafts.read_file(api.database, document, body.text, reader.sites)
        return _save(api, document, body, content)


def _save(
    api: Api, document: str, body: DraftBody | FileBody, content: Mapping[str, Any]
) -> drafts.DraftAnswer:
    caller, reader = _reader(api)
    joining = None if body.joining is None else body.joining.joining()
    draft = drafts.DraftRequest(content, body.base_revision, body.draft_version, joining)
    key = write_key(caller.author)
    return drafts.save_draft(api.database, caller.author, document, draft, reader=reader, write_key=key)


def _publishing(routes: ApiRoutes, api: Api) -> None:
    @routes.post("/<document>/publish", Permission.CONFIGURE, of=PEOPLE)
    def publish(document: str, body: DraftVersionBody) -> PublishedAnswer:
        """The draft applies, from now on and everywhere, as the next revision."""
        caller, reader = _reader(api)
        key = write_key(caller.author)
        return publish_draft(
            *(api.database, caller.author, document, body.draft_version),
            sites=reader.sites,
            write_key=key,
        )

    @routes.post("/<document>/rollback", Permission.CONFIGURE, of=PEOPLE)
    def rollback(document: str, body: RollbackBody) -> PublishedAnswer:
        """An old revision applies again, as a new one."""
        caller, reader = _reader(api)
        return roll_back(
            *(api.database, caller.author, document, body.revision),
            sites=reader.sites,
            base_revision=body.base_revision,
            write_key=write_key(caller.author),
        )
