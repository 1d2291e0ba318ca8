"""What a public notice is made of: one type a kind of block. Kiosk and phone draw the same blocks."""

from typing import Literal, TypedDict, final

from hardware.json_types import Ordinal, Pixels
from server.documents.notices import NoticeKind


class BlockLanguage(TypedDict):
    """The language that a block is really in: French where the notice’s own language lacks it."""

    language: str
    direction: Literal["ltr", "rtl"]


@final
class TextBlock(BlockLanguage):
    """A heading, a paragraph, or where the words come from."""

    kind: Literal["heading", "text", "source"]
    text: str


@final
class ItemsBlock(BlockLanguage):
    """A list."""

    kind: Literal["items"]
    is_numbered: bool
    items: list[str]


@final
class RowRead(TypedDict):
    """A line of a table of two columns."""

    label: str
    value: str


@final
class RowsBlock(BlockLanguage):
    """A table of two columns."""

    kind: Literal["rows"]
    rows: list[RowRead]


@final
class TableBlock(BlockLanguage):
    """A table with a head for each column."""

    kind: Literal["table"]
    heads: list[str]
    rows: list[list[str]]


@final
class StepRead(TypedDict):
    """One step: the name of its icon, and a sentence."""

    icon: str
    text: str


@final
class StepsBlock(BlockLanguage):
    """What to do, one thing after the other."""

    kind: Literal["steps"]
    steps: list[StepRead]


@final
class FigureBlock(BlockLanguage):
    """A figure with its unit, or a day with its hours, in large."""

    kind: Literal["figure", "day"]
    figure: str
    unit: str
    meaning: str
    """What the figure says; may be empty."""


@final
class PictureBlock(BlockLanguage):
    """A picture, a page of a document, or the first picture of a film. The text after it says it in words."""

    kind: Literal["picture"]
    url: str
    """Empty for a film without a first picture."""
    width: Pixels
    height: Pixels
    film: str | None
    """The address of the film; null for a picture."""
    page: Ordinal
    pages: Ordinal


type Block = TextBlock | ItemsBlock | RowsBlock | TableBlock | StepsBlock | FigureBlock | PictureBlock


class NoticeText(TypedDict):
    """A public notice in one language."""

    language: str
    direction: Literal["ltr", "rtl"]
    title: str
    credit: str
    """Who made or says it; empty where nobody is named."""
    blocks: list[TextBlock | ItemsBlock | RowsBlock | TableBlock | StepsBlock | FigureBlock | PictureBlock]


class NoticeLanguage(TypedDict):
    """A language of a notice, and its own name."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"]


class PublicNotice(TypedDict):
    """A notice that visitors may read now, in each of its languages, French first."""

    id: str
    kind: NoticeKind
    languages: list[NoticeLanguage]
    texts: list[NoticeText]
    link: str | None
    """The address of its QR code; null: it has none."""
    code: str | None
    """That code, as a picture (data URL)."""


class PublicNotices(TypedDict):
    """The notices of a hall that visitors may read now.

    `changes_at`: the next instant at which one begins or ends by itself, None where none is known.
    """

    hall: str
    as_of: str
    changes_at: str | None
    notices: list[PublicNotice]
