"""The media and feeds that notices show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.documents.checks.notices import check_medium
from server.documents.notices import MediumNotice, NoticeContent
from server.documents.problems import DocumentRefused
from server.domain.notices.media import MediumState, Sites, may_show
from server.store.media.media import file_name, files_of, medium_row, texts_of
from server.usecases.media.read_feeds import feed_answer


@dataclass(frozen=True, slots=True)
class MediumFile:
    """One prepared file of a medium: a picture, a page, or a film with its poster and duration."""

    url: str
    width: int
    height: int
    ms: int | None = None
    poster: str | None = None


@dataclass(frozen=True, slots=True)
class ShownMedium:
    """What a notice shows of a medium: its files in order, and what it says by language.

    No files: there is none so named, it is not ready, or nobody has written what it says.
    """

    files: tuple[MediumFile, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedText:
    """One entry of a feed, as plain text."""

    title: str
    text: str


def shown_medium(rows: Any, medium: str) -> ShownMedium:
    """A medium as notices show it; a font shows nothing."""
    row = medium_row(rows, medium)
    if row is None or row["state"] != MediumState.READY or row["texts_sha256"] is None:
        return ShownMedium()
    if row["kind"] == "font":
        return ShownMedium()
    files = files_of(row)
    poster = next((_address(file) for file in files if file["role"] == "poster"), None)
    pages = tuple(
        MediumFile(
            _address(file),
            file["width"],
            file["height"],
            file["duration_ms"],
            poster if file["duration_ms"] is not None else None,
        )
        for file in files
        if file["role"] == "page"
    )
    return ShownMedium(pages, texts_of(row))


def _address(file: dict[str, Any]) -> str:
    return f"/media/{file_name(file)}"


def entries_of_feed(rows: Any, url: str) -> tuple[FeedText, ...]:
    """The newest entries of a feed as they were last read; empty: it was never read."""
    found = feed_answer(rows, url)
    entries = [] if found is None else found["entries"]
    return tuple(FeedText(entry["title"], entry["text"]) for entry in entries)


def _is_ready(rows: Any, medium: str, sites: Sites) -> bool:
    row = medium_row(rows, medium)
    return row is not None and may_show(row["site"], sites) and bool(shown_medium(rows, medium).files)


def check_media(rows: Any, notice: NoticeContent, sites: Sites = None) -> None:
    """Refuses a medium that cannot be shown, or that is of other sites. Raises DocumentRefused."""
    is_ready = isinstance(notice, MediumNotice) and _is_ready(rows, notice.medium, sites)
    problems = check_medium(notice, is_ready=is_ready)
    if problems:
        raise DocumentRefused(problems)
