"""Shapes of the media of the library, and of feeds."""

from typing import Annotated, Any, Literal

from pydantic import Field

from server.domain.notices.lifecycle import NoticeState
from server.domain.notices.media import MediumState
from server.domain.notices.medium_changes import MediumChange
from server.web.api.responses.exact import (
    Count,
    ExactShape,
    InstantText,
    LocalDate,
    Milliseconds,
    Pixels,
    Texts,
)

type MediumKind = Literal["image", "document", "video", "font"]
type FileRole = Literal["page", "bold", "poster", "thumbnail"]


class FileOfMedium(ExactShape):
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


class MediumRefusal(ExactShape):
    """Why an upload became no medium: a code, its values, and the sentence in the reader's language."""

    code: str
    details: dict[str, Any]
    detail: str


class MediumAnswer(ExactShape):
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


class MediaFolderAnswer(ExactShape):
    """What a site keeps in the library."""

    site: str | None
    """Its slug; null: what belongs to all sites."""
    media: Count
    bytes: Count
    quota_bytes: Count
    """Beyond, an upload is refused."""


class MediaAnswer(ExactShape):
    """Some media, the newest first."""

    media: list[MediumAnswer]
    next: str | None
    """Before which medium to go on; null at the end."""
    tags: list[str]
    """All that media of the reader have."""
    folders: list[MediaFolderAnswer]
    """Of the sites of the reader, and of all sites; without those that have no medium."""


class UploadedAnswer(ExactShape):
    """A medium that will be prepared."""

    medium: str
    state: Literal[MediumState.PREPARING]
    name: str
    """The cleaned name of the file; empty where none came."""
    same_as: "MediumNamedAnswer | None"
    """Another medium of the library that was made from the same bytes."""


class MediumNamedAnswer(ExactShape):
    """A medium and its name."""

    medium: str
    name: str


class RemovedMediumAnswer(ExactShape):
    """A medium that is no more."""

    medium: str
    state: Literal[MediumState.REMOVED]


class UseOfMediumAnswer(ExactShape):
    """A notice that has a medium."""

    notice: str
    version: Annotated[int, Field(ge=1)]
    title: str
    """In French."""
    state: NoticeState
    shown_from: InstantText | None = Field(alias="from")
    """When it began, or will begin, to be shown; null: never published."""
    until: InstantText | None
    """Null: without end."""
    is_on_screens: bool
    """It is published, and has begun."""
    change: MediumChange
    """What becomes of it when the caller replaces the medium."""


class MediumUsesAnswer(ExactShape):
    """Where a medium is used."""

    medium: str
    notices: list[UseOfMediumAnswer]
    others: Count
    """Notices with it that the caller may not see."""


class ReplacedInAnswer(ExactShape):
    """A notice where another medium took the place."""

    notice: str
    change: MediumChange
    correction: str | None
    """The correction that has the new medium; null: the notice itself has it."""


class ReplacedMediumAnswer(ExactShape):
    """A medium, and the one that took its place (`by`)."""

    medium: str
    by: str
    notices: list[ReplacedInAnswer]


class FeedEntryAnswer(ExactShape):
    """An entry of a feed, without markup."""

    title: str
    text: str


class FeedAnswer(ExactShape):
    """A web feed as it was read just now."""

    url: str
    title: str
    entries: list[FeedEntryAnswer]
    read_at: InstantText
    failure: str | None
    """The code of why it could not be read since; null: it could."""
