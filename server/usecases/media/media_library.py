"""The library of media as its page and the API show it, and what people note of a medium.

No notice shows a medium without a description for people who cannot see it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypedDict
from zoneinfo import ZoneInfo

from hardware.json_types import Count, InstantText, LocalDate, Milliseconds, Pixels
from server.documents.reading import parse_installation
from server.domain.author import Author
from server.domain.instants import to_text
from server.domain.notices.media import (
    EVERY_MEDIUM,
    MediaSearch,
    MediumState,
    Sites,
    Texts,
    captions_of,
    expiry_of,
    may_change,
    may_show,
    medium_captioned,
    medium_described,
)
from server.domain.refusals import Refusal
from server.language import LANGUAGES
from server.store.configuration.documents import newest
from server.store.configuration.halls import INSTALLATION
from server.store.engine.statements import Rows
from server.store.engine.writes import WriteKey
from server.store.notices import media_details
from server.store.notices.media import MediumRow, listed_media, medium_row, set_texts
from server.store.notices.notices import listed_notice, notices_by_medium, notices_frozen_with
from server.store.transactions.database import Database
from server.store.transactions.installation_transaction import InstallationTransaction
from server.usecases.notices.contents import captions_shown
from server.usecases.notices.notice_places import Reach, read_places
from server.usecases.notices.slide_contents import CaptionShown
from signage.media import CONTENT_TYPES, FileRole, MediumKind, PreparedFile

PAGE = 60
"""How many media one answer lists."""


@dataclass(frozen=True, slots=True)
class LibraryContext:
    """What every answer about media needs: the local day now, by site, the languages of captions, and in how
    many notices each medium is.

    `elsewhere`: the day for what belongs to all sites or to one that is gone.
    """

    by_site: Mapping[str, date]
    elsewhere: date
    captioned: Mapping[str, list[str]]
    noticed: Mapping[str, int]

    def at(self, site: str | None) -> date:
        """The day at a site."""
        return self.elsewhere if site is None else self.by_site.get(site, self.elsewhere)


class FileOfMedium(TypedDict):
    """A file that was made of an upload."""

    url: str
    role: FileRole
    """`page` is shown; `poster`: the first picture of a video; `bold`: of a font; `thumbnail`: for lists."""
    type: str
    """Its media type."""
    width: Pixels
    height: Pixels
    bytes: Count
    duration_ms: Milliseconds | None
    """Only for a video."""
    replaced_fonts: list[str]
    """Fonts of a presentation that the server lacks, on its first page; others take their place."""


class MediumRefusal(TypedDict):
    """Why an upload became no medium: a code, its values, and the sentence in the reader's language."""

    code: str
    details: dict[str, Any]
    detail: str


class MediumAnswer(TypedDict):
    """A medium of the library."""

    medium: str
    state: MediumState
    kind: MediumKind | None
    """Null before it is prepared."""
    files: list[FileOfMedium]
    refusal: MediumRefusal | None
    texts: Texts
    """Its description by language, for people who cannot see it."""
    uploaded_at: InstantText
    upload_bytes: Count
    site: str | None
    """The slug of the site it belongs to; null: all sites."""
    may_change: bool
    name: str
    """Of the file that was uploaded, or as somebody changed it; empty for media of before names were kept."""
    thumbnail: str | None
    """The address of its small picture; null before it is prepared."""
    tags: list[str]
    uploaded_by: str | None
    """The name of who uploaded it; null: the account is gone."""
    made_by: str
    """Who made the picture."""
    rights: str
    """The licence or permission, in words."""
    until: LocalDate | None
    """The last day on which notices may show it; null: no end."""
    expiry: Literal["soon", "over"] | None
    """`soon`: its last day is at most 14 days away; `over`: it is past, and no screen shows it."""
    captions: list[str]
    """The languages that a film has captions in."""
    notices: Count
    """In how many notices it is, of all sites, without archived ones."""


class MediaFolderAnswer(TypedDict):
    """What a site keeps in the library."""

    site: str | None
    """Its slug; null: what belongs to all sites."""
    media: Count
    bytes: Count
    quota_bytes: Count
    """Beyond, an upload is refused."""


class MediaAnswer(TypedDict):
    """Some media, the newest first."""

    media: list[MediumAnswer]
    next: str | None
    """Before which medium to go on; null at the end."""
    tags: list[str]
    """All that media of the reader have."""
    folders: list[MediaFolderAnswer]
    """Of the sites of the reader, and of all sites; without those that have no medium."""


def read_media(
    database: Database,
    *,
    before: str | None = None,
    sites: Sites = None,
    search: MediaSearch = EVERY_MEDIUM,
    quota: int = 0,
) -> MediaAnswer:
    """The newest media of these sites and of all sites, or those older than the medium `before` (its id).

    `search`: only those that fit it. `quota`: the bytes a site may keep.
    """
    with database.read() as rows:
        found = listed_media(rows, before=before, limit=PAGE + 1, sites=sites, search=search)
        tags, folders = media_details.tags_in_use(rows, sites), media_details.media_folders(rows)
        context = library_context(database, rows)
    listed = [medium_answer(row, context, sites) for row in found[:PAGE]]
    return {
        "media": listed,
        "next": listed[-1]["medium"] if len(found) > PAGE else None,
        "tags": tags,
        "folders": [
            {"site": each.site, "media": each.media, "bytes": each.kept_bytes, "quota_bytes": quota}
            for each in folders
            if may_show(each.site, sites)
        ],
    }


def read_medium(database: Database, medium: str, *, sites: Sites = None) -> MediumAnswer:
    """One medium of these sites or of all sites. Refusal: unknown_medium."""
    with database.read() as rows:
        return answer_within(database, rows, medium, sites)


def answer_within(database: Database, rows: Rows, medium: str, sites: Sites) -> MediumAnswer:
    """As `read_medium`, in rows that are read already."""
    return medium_answer(visible_medium(rows, medium, sites), library_context(database, rows), sites)


def read_several(database: Database, media: Iterable[str], *, sites: Sites = None) -> list[MediumAnswer]:
    """Some media (ids) of these sites or of all sites, in their order; those that are gone are left out."""
    with database.read() as rows:
        found = [medium_row(rows, each) for each in dict.fromkeys(media)]
        context = library_context(database, rows)
    return [
        medium_answer(row, context, sites)
        for row in found
        if row is not None and row.state != MediumState.REMOVED and may_show(row.site, sites)
    ]


def visible_medium(rows: Rows, medium: str, sites: Sites) -> MediumRow:
    """The row of a medium of these sites or of all sites. Refusal: unknown_medium."""
    row = medium_row(rows, medium)
    if row is None or row.state == MediumState.REMOVED or not may_show(row.site, sites):
        raise Refusal("unknown_medium", medium=medium)
    return row


def changeable(rows: Rows, medium: str, sites: Sites) -> MediumRow:
    """The row of a medium that somebody who drafts at these sites may change.

    Refusals: unknown_medium, also where it belongs to another site; medium_of_all, where it belongs to all
    sites and the person does not draft at every one.
    """
    row = visible_medium(rows, medium, sites)
    if not may_change(row.site, sites):
        raise Refusal("medium_of_all", medium=medium)
    return row


def library_context(database: Database, rows: Rows) -> LibraryContext:
    """The day now at each site, and at the first one for what belongs to all; UTC without any; captions."""
    found = newest(rows, INSTALLATION, INSTALLATION)
    sites = [] if found is None else parse_installation(found.content).sites
    now = database.clock.now()
    days = {site.slug: now.astimezone(ZoneInfo(site.time_zone)).date() for site in sites}
    return LibraryContext(
        days,
        next(iter(days.values()), now.date()),
        media_details.captioned_languages(rows),
        notices_by_medium(rows),
    )


def medium_answer(row: MediumRow, context: LibraryContext, sites: Sites = None) -> MediumAnswer:
    """A medium as somebody sees it who drafts at `sites`; `refusal` without its sentence."""
    refusal = row.refusal
    files = [_file_answer(file) for file in row.files]
    return {
        "medium": row.id,
        "state": MediumState(row.state),
        "kind": row.kind,
        "files": files,
        "refusal": None
        if refusal is None
        else {"code": refusal["code"], "details": refusal["details"], "detail": ""},
        "texts": row.texts,
        "uploaded_at": to_text(row.uploaded_at),
        "upload_bytes": row.upload_size,
        "site": row.site,
        "may_change": may_change(row.site, sites),
        "name": row.name,
        "thumbnail": next((file["url"] for file in files if file["role"] == "thumbnail"), None),
        "tags": row.tags,
        "uploaded_by": row.uploaded_by,
        "made_by": row.made_by,
        "rights": row.rights,
        "until": None if row.until is None else row.until.isoformat(),
        "expiry": expiry_of(row.until, context.at(row.site)),
        "captions": context.captioned.get(row.id, []),
        "notices": context.noticed.get(row.id, 0),
    }


def _file_answer(file: PreparedFile) -> FileOfMedium:
    return {
        "url": f"/media/{file.name}",
        "role": file.role,
        "type": CONTENT_TYPES[file.extension],
        "width": file.width,
        "height": file.height,
        "bytes": file.size,
        "duration_ms": file.duration_ms,
        "replaced_fonts": list(file.replaced_fonts),
    }


LONGEST_TEXT = 1000
"""The most characters of a description, in each language."""
FRENCH = "fr"


def describe_medium(
    database: Database,
    author: Author,
    medium: str,
    texts: Texts,
    *,
    sites: Sites = None,
    write_key: WriteKey | None = None,
) -> MediumAnswer:
    """The medium with its description by language: in French; if translated, in two more at least.

    Refusals: unknown_medium, medium_of_all, wrong_language, text_missing without French, text_too_long,
    one_translation; medium_frozen while a notice with this medium is submitted, approved or was shown, and
    is not archived.
    """
    kept = {language: " ".join(text.split()) for language, text in texts.items() if text.strip()}
    _check(kept)

    def describe(transaction: InstallationTransaction) -> MediumAnswer:
        row = changeable(transaction, medium, sites)
        if row.state not in (MediumState.READY, MediumState.PREPARING):
            raise Refusal("unknown_medium", medium=medium)
        frozen = notices_frozen_with(transaction, medium)
        if frozen:
            raise Refusal("medium_frozen", medium=medium, notices=len(frozen))
        transaction.record(medium_described(medium, kept))
        set_texts(transaction, medium, kept)
        media_details.set_details(transaction, medium, row.details, kept)
        return answer_within(database, transaction, medium, sites)

    return database.write_installation(author, write_key, describe)


def _check(texts: Texts) -> None:
    if set(texts) - set(LANGUAGES):
        raise Refusal("wrong_language", languages=", ".join(sorted(set(texts) - set(LANGUAGES))))
    if FRENCH not in texts:
        raise Refusal("text_missing")
    if any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise Refusal("text_too_long", characters=LONGEST_TEXT)
    if len(texts) == 2:  # law 94-665, as for every notice (server.documents.reading)
        raise Refusal("one_translation")


class CaptionsAnswer(TypedDict):
    """What a film says in a language."""

    captions: list[CaptionShown]
    """In order; empty where nobody wrote them."""


def read_captions(database: Database, medium: str, language: str, *, sites: Sites = None) -> CaptionsAnswer:
    """The captions of a medium in a language. Refusal: unknown_medium."""
    with database.read() as rows:
        visible_medium(rows, medium, sites)
        found = media_details.captions_of_medium(rows, medium).get(language, ())
    return {"captions": captions_shown(found)}


def caption_medium(
    database: Database,
    author: Author,
    medium: str,
    language: str,
    file: bytes | None,
    *,
    reach: Reach,
    write_key: WriteKey | None = None,
) -> MediumAnswer:
    """The film with the captions of a WebVTT or SubRip file; None: without captions in this language.

    They describe the film: whoever may publish each notice that was decided changes them at once, without a
    correction. Refusals: those of `captions_of`, wrong_language, unknown_medium, medium_of_all,
    captions_of_film where it is no film that is ready; captions_frozen for who may not publish there.
    """
    if language not in LANGUAGES:
        raise Refusal("wrong_language", languages=language)
    captions = () if file is None else captions_of(file)

    def caption(transaction: InstallationTransaction) -> None:
        row = changeable(transaction, medium, reach.media)
        if not row.is_ready or row.kind != "video":
            raise Refusal("captions_of_film", medium=medium)
        decided = [listed_notice(transaction, each) for each in notices_frozen_with(transaction, medium)]
        if decided:
            places = read_places(database, transaction)
            if not all(reach.may_publish(places.sites_of(each.targets)) for each in decided):
                raise Refusal("captions_frozen", medium=medium, notices=len(decided))
        transaction.record(medium_captioned(medium, language, captions))
        media_details.set_captions(transaction, medium, language, captions)

    database.write_installation(author, write_key, caption)
    return read_medium(database, medium, sites=reach.media)
