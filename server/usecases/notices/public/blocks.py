"""What a public notice is made of: one type a kind of block. Kiosk and phone draw the same blocks."""

from typing import Literal, TypedDict, final


class BlockLanguage(TypedDict):
    """The language that a block is really in: French where the notice’s own language lacks it."""

    language: str
    direction: str


@final
class TextBlock(BlockLanguage):
    """A heading, a paragraph, or where the words come from (`source`)."""

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
    """Something in large: a figure with its unit, or a day with its hours. `meaning` may be empty."""

    kind: Literal["figure", "day"]
    figure: str
    unit: str
    meaning: str


@final
class PictureBlock(BlockLanguage):
    """A picture, a page of a document, or the first picture of a film; sizes in pixels.

    `url` is empty for a film without a first picture. `film`: the address of the film, None for a picture.
    `page` of `pages`: which page it is, 1 of 1 for a picture. Its words are the text block after it.
    """

    kind: Literal["picture"]
    url: str
    width: int
    height: int
    film: str | None
    page: int
    pages: int


type Block = TextBlock | ItemsBlock | RowsBlock | StepsBlock | FigureBlock | PictureBlock


class NoticeText(TypedDict):
    """A public notice in one language."""

    language: str
    direction: str
    title: str
    credit: str
    blocks: list[Block]


class NoticeLanguage(TypedDict):
    """A language of a notice, and its own name."""

    code: str
    name: str
    direction: str


class PublicNotice(TypedDict):
    """A notice that visitors may read now, in each of its languages, French first.

    `link`: the address of its QR code; `code`: that code as a picture (data URL); None for both without one.
    """

    id: str
    kind: str
    languages: list[NoticeLanguage]
    texts: list[NoticeText]
    link: str | None
    code: str | None


class PublicNotices(TypedDict):
    """The notices of a hall that visitors may read now.

    `changes_at`: the next instant at which one begins or ends by itself, None where none is known.
    """

    hall: str
    as_of: str
    changes_at: str | None
    notices: list[PublicNotice]
