"""The library of media that notices show: upload, see, describe, remove."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, Annotated, Literal

from flask import request
from pydantic import Field
from werkzeug.http import parse_options_header

from server.domain.notices.media import LARGEST_BYTES, MediaSearch, MediumDetails, Sites, tag_of, terms_of
from server.domain.people.roles import Permission
from server.domain.refusals import Refusal, existing
from server.store.engine.writes import WriteKey
from server.store.notices.media import MediaFiles, too_large
from server.store.people.accounts import EVERY_SITE
from server.usecases.media import medium_uses, uploads
from server.usecases.media.catalogue import catalogue_medium
from server.usecases.media.media_library import (
    CaptionsAnswer,
    MediaAnswer,
    MediumAnswer,
    caption_medium,
    describe_medium,
    read_captions,
    read_media,
    read_medium,
)
from server.usecases.media.read_feeds import FeedAnswer
from server.web.access.callers import identify, sites_where
from server.web.access.requirements import PEOPLE_AND_KEYS
from server.web.api.notices import reach_of_caller
from server.web.api.openapi import ApiRoutes
from server.web.api.services import Api, idempotency_key, write_key
from server.web.api.shapes import RequestShape, Slug
from server.web.rendering import page

UPLOADS = "/api/v1/media"
CHUNK = 65_536
AROUND = 100_000
"""Bytes that a multipart body has around its file, at most."""


@dataclass(frozen=True)
class MediaLibrary:
    """What views of media need: where files are, and what is told and asked around them.

    `uploaded`: a new upload waits; `notices_with`: which notices show a medium; `try_feed`: reads a feed now;
    `programme_changed`: screens may show something else; `slow_feeds`, `slow_uploads`: brakes.
    """

    files: MediaFiles
    uploaded: Callable[[], None]
    notices_with: uploads.NoticesWith
    try_feed: Callable[[str], FeedAnswer]
    programme_changed: Callable[[], None]
    slow_feeds: Callable[[], None]
    slow_uploads: Callable[[], None]


type CaptionsLanguage = Annotated[str, Field(min_length=2, max_length=8, pattern=r"^[a-z]+$")]


class MediaQuery(RequestShape):
    """Which media: those older than this one, and those that fit a search.

    `q`: words that are all in the name, the description or the tags, without regard to accents and capitals.
    `site`: `*` for those of all sites.
    """

    before: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    q: str = Field(default="", max_length=200)
    site: str = Field(default="", max_length=64, pattern=r"^(\*|[A-Za-z0-9_-]*)$")
    kind: Literal["", "image", "document", "video", "font"] = ""
    tag: str = Field(default="", max_length=64)

    @property
    def search(self) -> MediaSearch:
        """What is searched."""
        return MediaSearch(terms_of(self.q), self.site, self.kind, tag_of(self.tag))


class UploadQuery(RequestShape):
    """The site an upload belongs to (`*`: all sites, for who drafts at every site), and its file's name.

    No file system has longer names; one of 1,000 signs would not fit in an address.
    """

    site: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^(\*|[A-Za-z0-9_-]+)$")
    name: str = Field(default="", max_length=255)


class DetailsBody(RequestShape):
    """The details of a medium; a missing one becomes empty. `until`: the last day on screens."""

    name: str = Field(max_length=1000)
    tags: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list, max_length=50)
    made_by: str = Field(default="", max_length=1000)
    rights: str = Field(default="", max_length=1000)
    until: date | None = None

    @property
    def typed(self) -> MediumDetails:
        """The same, for the use case."""
        return MediumDetails(self.name, tuple(self.tags), self.made_by, self.rights, self.until)


class DescriptionBody(RequestShape):
    """What a medium says, by language."""

    texts: dict[str, str] = Field(min_length=1, max_length=10)


class ReplacementBody(RequestShape):
    """The medium that takes the place (`by`), and the notices where it does: their versions by their ids."""

    by: str = Slug
    notices: dict[Annotated[str, Slug], Annotated[int, Field(ge=1)]] = Field(max_length=1000)


class FeedBody(RequestShape):
    """The address of a web feed."""

    url: str = Field(min_length=1, max_length=20_000)


def admit_upload(api: Api) -> Callable[[], None]:
    """Run before anything of an upload is read: how large it may be."""

    def admit() -> None:
        if request.path != UPLOADS or request.method != "POST":
            return
        largest = api.settings.media_bytes
        if request.content_length is not None and request.content_length > largest + AROUND:
            raise too_large(largest)
        request.max_content_length = largest + AROUND
        request.environ["wsgi.input"] = _Breathing(request.environ["wsgi.input"], api.breathe)

    return admit


@dataclass(frozen=True)
class _Breathing:
    """A request’s body that lets others work at each read: what has come would be read in one go."""

    source: IO[bytes]
    breathe: Callable[[], None]

    def read(self, size: int = -1) -> bytes:
        self.breathe()
        return self.source.read(size)

    def readline(self, size: int = -1) -> bytes:
        return self.source.readline(size)


def blueprint(api: Api, library: MediaLibrary) -> ApiRoutes:
    """The routes."""
    routes = ApiRoutes("media")

    @routes.post("/media", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def upload(query: UploadQuery) -> tuple[uploads.UploadedAnswer, Literal[201]]:
        """Uploads a file, as the body itself or as the part `file` of a form; it is prepared afterwards."""
        caller = identify()
        site = _site_of_upload(query.site, sites())
        library.slow_uploads()
        library.files.check_room(request.content_length or 0)
        key = idempotency_key()

        def key_of(sha256: str) -> WriteKey | None:
            request_line = f"POST {UPLOADS}\n{sha256}".encode()
            return None if key is None else WriteKey.of_author(caller.author, key, request_line)

        settings = api.settings
        place = uploads.UploadPlace(settings.media_bytes, settings.site_media_bytes, site, sites())
        chunks, file = _chunks(api.breathe), query.name or _file_name()
        answer = uploads.upload_medium(
            *(api.database, library.files, caller.author, chunks), place=place, file=file, write_key=key_of
        )
        library.uploaded()
        return answer, 201

    @routes.get("/media", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def listed(query: MediaQuery) -> MediaAnswer:
        """The media of the library, the newest first, some at a time."""
        quota = api.settings.site_media_bytes
        found = read_media(api.database, before=query.before, sites=sites(), search=query.search, quota=quota)
        return {**found, "media": [with_sentence(medium) for medium in found["media"]]}

    @routes.get("/media/<medium>", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def one(medium: str) -> MediumAnswer:
        """A medium: its state, its files, and why it was refused."""
        return with_sentence(read_medium(api.database, medium, sites=sites()))

    _add_changes(routes, api, library)
    _add_captions(routes, api, library)
    return routes


def with_sentence(medium: MediumAnswer) -> MediumAnswer:
    """The medium, with the sentence of its refusal."""
    refusal = medium["refusal"]
    if refusal is None:
        return medium
    sentence = page.sentence()(f"refusal.{refusal['code']}", **refusal["details"])
    return {**medium, "refusal": {**refusal, "detail": sentence}}


def _add_captions(routes: ApiRoutes, api: Api, library: MediaLibrary) -> None:
    """The routes of a film’s captions, which describe it: they change while a notice shows it."""

    def _captioned(medium: str, language: str, file: bytes | None) -> MediumAnswer:
        caller, reach = reach_of_caller()
        key = write_key(caller.author)
        answer = caption_medium(
            api.database, caller.author, medium, language, file, reach=reach, write_key=key
        )
        library.programme_changed()
        return with_sentence(answer)

    @routes.get(
        "/media/<medium>/captions/<language>", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True
    )
    def captions(medium: str, language: CaptionsLanguage) -> CaptionsAnswer:
        """The captions of a film in a language."""
        return read_captions(api.database, medium, language, sites=reach_of_caller()[1].media)

    @routes.put(
        "/media/<medium>/captions/<language>", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True
    )
    def caption(medium: str, language: CaptionsLanguage) -> MediumAnswer:
        """Gives a film the captions of a WebVTT or SubRip file, the body itself, in a language."""
        return _captioned(medium, language, request.stream.read(LARGEST_BYTES + 1))

    @routes.delete(
        "/media/<medium>/captions/<language>", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True
    )
    def uncaption(medium: str, language: CaptionsLanguage) -> MediumAnswer:
        """Takes the captions of a language from a film."""
        return _captioned(medium, language, None)


def _add_changes(routes: ApiRoutes, api: Api, library: MediaLibrary) -> None:
    """The routes that change or remove what is there, and the one that tries a feed."""

    @routes.patch("/media/<medium>", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def describe(medium: str, body: DescriptionBody) -> MediumAnswer:
        """Writes what a medium says for who cannot see it; a notice needs it."""
        author, own = identify().author, sites()
        key = write_key(author)
        return with_sentence(
            describe_medium(api.database, author, medium, body.texts, sites=own, write_key=key)
        )

    @routes.put("/media/<medium>/details", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def catalogue(medium: str, body: DetailsBody) -> MediumAnswer:
        """Notes the name, tags, maker, rights and last day of a medium."""
        author = identify().author
        key = write_key(author)
        return with_sentence(
            catalogue_medium(api.database, author, medium, body.typed, sites=sites(), write_key=key)
        )

    @routes.get("/media/<medium>/uses", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def uses(medium: str) -> medium_uses.MediumUsesAnswer:
        """Which notices have a medium, and what replacing it would do to each."""
        caller, reach = reach_of_caller()
        return medium_uses.read_uses(api.database, caller.author, reach, medium, sites=reach.media)

    @routes.post("/media/<medium>/replace", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def replace(medium: str, body: ReplacementBody) -> medium_uses.ReplacedMediumAnswer:
        """Puts another medium in its place, in all notices that were shown to the caller."""
        caller, reach = reach_of_caller()
        key = write_key(caller.author)
        replacement = medium_uses.Replacement(medium, body.by, body.notices, caller.author, reach, key)
        answer = medium_uses.replace_medium(api.database, replacement)
        library.programme_changed()
        return answer

    @routes.delete("/media/<medium>", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def remove(medium: str) -> uploads.RemovedMediumAnswer:
        """Removes a medium that no notice shows."""
        author = identify().author
        return uploads.remove_medium(
            api.database,
            library.files,
            author,
            medium,
            notices_with=library.notices_with,
            sites=sites(),
            write_key=write_key(author),
        )

    @routes.post("/feeds", Permission.DRAFT_NOTICES, of=PEOPLE_AND_KEYS, anywhere=True)
    def feed(body: FeedBody) -> FeedAnswer:
        """Reads a web feed now, as a notice would show it."""
        library.slow_feeds()
        return library.try_feed(body.url)


def sites() -> Sites:
    """The sites at which the caller may draft notices; None: every site. Refusal: forbidden."""
    return sites_where(Permission.DRAFT_NOTICES)[1]


def _site_of_upload(site: str | None, among: Sites) -> str | None:
    """The site of an upload, None for all: as the caller says, else all sites or the first of theirs.

    Refusal: forbidden for a site of others.
    """
    if site is None:
        return None if among is None else min(among)
    if among is None:
        return None if site == EVERY_SITE else site
    if site not in among:
        raise Refusal("forbidden")
    return site


def _file_name() -> str:
    """The name that came with the file: of the form's part, or in the header Content-Disposition."""
    if request.mimetype == "multipart/form-data":
        part = request.files.get("file")
        return (part and part.filename) or ""
    _, options = parse_options_header(request.headers.get("Content-Disposition"))
    return options.get("filename", "")


def _chunks(breathe: Callable[[], None]) -> Iterator[bytes]:
    """The uploaded file, piece by piece. Refusal: bad_request for a form without the part `file`."""
    source: IO[bytes]
    if request.mimetype == "multipart/form-data":
        part = existing(request.files.get("file"), "bad_request", missing="file")
        source = part.stream
    else:
        source = request.stream
    while chunk := source.read(CHUNK):
        yield chunk
        breathe()
