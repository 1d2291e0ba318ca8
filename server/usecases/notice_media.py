"""The media that notices show. The library of media is not there yet: a notice cannot name any.

This is the one place that asks for them: whoever brings the library answers here.
"""

from dataclasses import dataclass
from typing import Any

from server.documents.notice_checks import check_medium
from server.documents.notices import MediumNotice, NoticeContent
from server.documents.problems import DocumentRefused


@dataclass(frozen=True, slots=True)
class MediumFile:
    """One prepared file of a medium: a picture, a page, or a film with its poster and duration."""

    url: str
    width: int
    height: int
    ms: int | None = None
    poster: str | None = None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed, as plain text."""

    title: str
    text: str


def files_of_medium(rows: Any, medium: str) -> tuple[MediumFile, ...]:
    """The prepared files of a medium in order; empty: there is none so named, or it is not ready."""
    return ()


def entries_of_feed(rows: Any, url: str) -> tuple[FeedEntry, ...]:
    """The newest entries of a feed as they were last read; empty: it was never read."""
    return ()


def check_media(rows: Any, notice: NoticeContent) -> None:
    """Refuses a medium that does not exist. Raises DocumentRefused."""
    is_ready = isinstance(notice, MediumNotice) and bool(files_of_medium(rows, notice.medium))
    problems = check_medium(notice, is_ready=is_ready)
    if problems:
        raise DocumentRefused(problems)
