"""The media and feeds that notices show."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.documents.notices import MediumNotice, NoticeContent, check_medium
from server.documents.problems import DocumentRefused
from server.domain.facts import Json
from server.domain.notices.media import Captions, Sites, may_show
from server.store.engine.rows import Rows
from server.store.media.details import captions_of_medium
from server.store.media.feeds import feed_row
from server.store.media.media import medium_row
from signage.media.prepared import PreparedFile


@dataclass(frozen=True, slots=True)
class MediumFile:
    """A file of a medium that a screen shows: a picture, a page, or a film with its poster and duration (ms).

    `width` and `height` are in pixels.
    """

    url: str
    width: int
    height: int
    ms: int | None = None
    poster: str | None = None


@dataclass(frozen=True, slots=True)
class ShownMedium:
    """What a notice shows of a medium: its files in order, its description and captions by language.

    Without files where there is no such medium, it is not ready, or nobody has described it.
    """

    files: tuple[MediumFile, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    captions: Captions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedText:
    """One entry of a feed, as plain text."""

    title: str
    text: str


def shown_medium(rows: Rows, medium: str) -> ShownMedium:
    """A medium as notices show it; a font has nothing to show."""
    row = medium_row(rows, medium)
    if row is None or not row.is_ready or row.texts_sha256 is None or row.kind == "font":
        return ShownMedium()
    poster = next((_address(file) for file in row.files if file.role == "poster"), None)
    pages = tuple(
        MediumFile(
            _address(file),
            file.width,
            file.height,
            file.duration_ms,
            poster if file.duration_ms is not None else None,
        )
        for file in row.files
        if file.role == "page"
    )
    captions = captions_of_medium(rows, medium) if row.kind == "video" else {}
    return ShownMedium(pages, row.texts, captions)


def _address(file: PreparedFile) -> str:
    return f"/media/{file.name}"


def picture_of(rows: Rows, content: Json) -> str | None:
    """The address of the small picture of what a notice shows; None where it shows no medium.

    `content` may be any that was kept, also one that could not be shown any more.
    """
    medium = content.get("medium")
    row = medium_row(rows, medium) if isinstance(medium, str) else None
    files = {file.role: file for file in row.files} if row is not None and row.is_ready else {}
    file = files.get("thumbnail") or files.get("poster")
    return None if file is None else _address(file)


def entries_of_feed(rows: Rows, url: str) -> tuple[FeedText, ...]:
    """The newest entries of a feed as they were last read well; empty where it never was."""
    feed = feed_row(rows, url)
    entries = [] if feed is None or feed.content is None else feed.content["entries"]
    return tuple(FeedText(entry["title"], entry["text"]) for entry in entries)


def _is_ready(rows: Rows, medium: str, sites: Sites) -> bool:
    row = medium_row(rows, medium)
    return row is not None and may_show(row.site, sites) and bool(shown_medium(rows, medium).files)


def last_day_of_medium(rows: Rows, notice: NoticeContent) -> str | None:
    """The last local date (ISO) on which a notice’s medium may be shown; None: no medium, or no end."""
    medium = getattr(notice, "medium", None)
    row = None if medium is None else medium_row(rows, medium)
    return None if row is None or row.until is None else row.until.isoformat()


def check_media(rows: Rows, notice: NoticeContent, sites: Sites = None) -> None:
    """Refuses a medium that cannot be shown, or that belongs to another site. Raises DocumentRefused."""
    is_ready = isinstance(notice, MediumNotice) and _is_ready(rows, notice.medium, sites)
    problems = check_medium(notice, is_ready=is_ready)
    if problems:
        raise DocumentRefused(problems)
