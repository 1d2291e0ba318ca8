"""Shapes of notices: listed, one with its history, and where it was really shown."""

from typing import Any, Literal

from pydantic import Field

from server.documents.hall import Category
from server.documents.notices import NoticeKind
from server.domain.facts import FactKind
from server.domain.notices.lifecycle import NoticeState, NoticeVerb
from server.web.api.responses.exact import Count, ExactShape, InstantText, LocalDate, Pixels


class NoticeAnswer(ExactShape):
    """Where a notice stands after a gesture."""

    notice: str
    version: int = Field(ge=1)
    state: NoticeState


class PublishedNoticeAnswer(NoticeAnswer):
    """A notice that was published, and when it is shown; `until` null: as long as it stands."""

    shown_from: InstantText = Field(alias="from")
    shown_until: InstantText | None = Field(alias="until")


class NoticeTargets(ExactShape):
    """Where a notice is shown: sites, halls and screens by their ids; all empty: on every screen."""

    sites: list[str]
    halls: list[str]
    screens: list[str]
    is_nowhere: bool
    """A draft that says no place yet; then all are empty."""


class ListedNotice(NoticeAnswer):
    """A notice in the list of those that somebody has to do with."""

    kind: NoticeKind
    category: Category
    title: str
    languages: list[str]
    targets: NoticeTargets
    sites: list[str]
    """The slugs of the sites it is shown at."""
    drafted_by: str | None
    """The name of who drafted it; null: somebody who is gone."""
    is_mine: bool
    is_correction: bool
    picture: str | None
    """The address of the small picture of its medium; null: it shows none."""
    changed_at: InstantText
    shown_from: InstantText | None = Field(alias="from")
    shown_until: InstantText | None = Field(alias="until")
    waits_for_me: bool
    """The next gesture is the caller's."""
    verbs: list[NoticeVerb]
    """What the caller may do with it."""


class NoticesAnswer(ExactShape):
    """Some notices, the last changed first."""

    notices: list[ListedNotice]
    next: str | None
    """The place of the next page; null at the end."""


class NamedNotice(ExactShape):
    """Another notice, by its title."""

    notice: str
    title: str
    state: NoticeState


class StepOfNotice(ExactShape):
    """Something that was done with a notice."""

    step: int = Field(ge=1)
    """Its place in the history, from 1."""
    fact: FactKind
    state: NoticeState
    version: int = Field(ge=1)
    at: InstantText
    by: str | None
    """The name of who did it; null: the clock, or somebody who is gone."""
    reason: str | None
    """Why it was refused; erased after a year."""
    shown_from: InstantText | None = Field(alias="from")
    shown_until: InstantText | None = Field(alias="until")


class ChangeOfNotice(ExactShape):
    """What one version changed of the one before; JSON values."""

    path: str
    before: Any
    after: Any


class VersionOfNotice(ExactShape):
    """A version of a notice: the digest of its content, and what it changed."""

    version: int = Field(ge=1)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    changes: list[ChangeOfNotice]


class NoticeDetailAnswer(ListedNotice):
    """One notice with its content, its history and its versions."""

    content: dict[str, Any]
    """What its newest version says, by its kind: docs/rules/notices.md."""
    is_hidden: bool
    """No screen shows it yet, whatever its state."""
    corrects: NamedNotice | None
    """The notice it is to take the place of."""
    correction: NamedNotice | None
    """The notice that is to take its place."""
    history: list[StepOfNotice]
    versions: list[VersionOfNotice]


class DisplaySums(ExactShape):
    """How long something was really shown, and how often it was so to its end, cut, or not at all."""

    shown_s: float = Field(ge=0)
    """Seconds, three decimals."""
    completed: Count
    cut: Count
    failed: Count


class DisplaysOfDay(DisplaySums):
    """The displays of a local date."""

    shown_on: LocalDate


class DisplaysOnScreen(DisplaySums):
    """The displays on one screen."""

    hall: str
    screen: str
    label: str
    days: list[DisplaysOfDay]


class DisplaysAnswer(DisplaySums):
    """Where a notice was really shown, from a local date to another, both included."""

    notice: str
    starts_on: LocalDate = Field(alias="from")
    ends_on: LocalDate = Field(alias="to")
    screens: list[DisplaysOnScreen]


class DisplaysCountedAnswer(ExactShape):
    """How many displays of a report were new, and the last number that is counted."""

    counted: Count
    last: Count


class BlockLanguage(ExactShape):
    """The language that a block is really in: French where the notice’s own language lacks it."""

    language: str
    direction: Literal["ltr", "rtl"]


class TextBlock(BlockLanguage):
    """A heading, a paragraph, or where the words come from."""

    kind: Literal["heading", "text", "source"]
    text: str


class ItemsBlock(BlockLanguage):
    """A list."""

    kind: Literal["items"]
    is_numbered: bool
    items: list[str]


class RowRead(ExactShape):
    """A line of a table of two columns."""

    label: str
    value: str


class RowsBlock(BlockLanguage):
    """A table of two columns."""

    kind: Literal["rows"]
    rows: list[RowRead]


class StepRead(ExactShape):
    """One step: the name of its icon, and a sentence."""

    icon: str
    text: str


class StepsBlock(BlockLanguage):
    """What to do, one thing after the other."""

    kind: Literal["steps"]
    steps: list[StepRead]


class FigureBlock(BlockLanguage):
    """A figure with its unit, or a day with its hours, in large."""

    kind: Literal["figure", "day"]
    figure: str
    unit: str
    meaning: str
    """What the figure says; may be empty."""


class PictureBlock(BlockLanguage):
    """A picture, a page of a document, or the first picture of a film. The text after it says it in words."""

    kind: Literal["picture"]
    url: str
    """Empty for a film without a first picture."""
    width: Pixels
    height: Pixels
    film: str | None
    """The address of the film; null for a picture."""
    page: int = Field(ge=1)
    pages: int = Field(ge=1)


class NoticeText(ExactShape):
    """A public notice in one language."""

    language: str
    direction: Literal["ltr", "rtl"]
    title: str
    credit: str
    """Who made or says it; empty where nobody is named."""
    blocks: list[TextBlock | ItemsBlock | RowsBlock | StepsBlock | FigureBlock | PictureBlock]


class NoticeLanguage(ExactShape):
    """A language of a notice, and its own name."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"]


class PublicNotice(ExactShape):
    """A notice that visitors may read now, in each of its languages, French first."""

    id: str
    kind: NoticeKind
    languages: list[NoticeLanguage]
    texts: list[NoticeText]
    link: str | None
    """The address of its QR code; null: it has none."""
    code: str | None
    """That code, as a picture (data URL)."""


class PublicNoticesAnswer(ExactShape):
    """What visitors of a hall may read now at their own pace, the newest first."""

    hall: str
    """The slug of the hall."""
    as_of: InstantText
    changes_at: InstantText | None
    """When one begins or ends by itself; null: no such instant is known."""
    notices: list[PublicNotice]
    voices: list[str]
    """The languages, of these notices, that the server reads aloud."""
