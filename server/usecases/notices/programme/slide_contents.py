"""What a screen gets of each kind of notice: one type a kind."""

from typing import TypedDict, final

from server.usecases.hours.crowd_words import Crowds
from server.usecases.notices.programme.date_words import DaysShown


class NoticeWords(TypedDict):
    """Texts that screens show with every notice.

    `credit` is empty where nobody is named; `code` is an address to scan as a picture (data URL).
    """

    title: str
    credit: str
    code: str | None


@final
class TitledContent(NoticeWords):
    """A notice that the screen completes with the people who wait now."""


@final
class TextContent(NoticeWords):
    """Words with a few marks."""

    html: str


class FocusShown(TypedDict):
    """The point of a picture that stays in sight: per cent of its width and height."""

    x: int
    y: int


class PictureWords(NoticeWords):
    """What a picture is shown with: the same for each page of a document. `text` says it in words.

    It is shown whole where `focus` is null.
    """

    text: str
    focus: FocusShown | None


@final
class PictureContent(PictureWords):
    """An image, or a page of a document; sizes in pixels."""

    url: str
    width: int
    height: int


class CaptionShown(TypedDict):
    """Words shown during a film, between two instants of it in milliseconds."""

    from_ms: int
    until_ms: int
    text: str


@final
class VideoContent(PictureWords):
    """A video: as a picture, with its duration in milliseconds and the address of its first picture.

    `captions`: in the language of the item, else in French; empty where nobody wrote them.
    """

    url: str
    width: int
    height: int
    ms: int
    poster: str | None
    captions: list[CaptionShown]


class EntryShown(TypedDict):
    """An entry of a feed, without markup."""

    title: str
    text: str


@final
class FeedContent(NoticeWords):
    """The newest entries of a feed."""

    entries: list[EntryShown]


class DelayShown(TypedDict):
    """How long something takes, in words."""

    label: str
    delay: str


@final
class DelaysContent(NoticeWords):
    """How long some things take, who says it, and on which date it was so."""

    rows: list[DelayShown]
    source: str
    on: str


@final
class LinesContent(NoticeWords):
    """Some sentences."""

    lines: list[str]


@final
class AskedContent(NoticeWords):
    """A request of visitors and what the office did; `lines` are both."""

    lines: list[str]
    asked: str
    done: str


class WeekdaysShown(TypedDict):
    """Weekdays (0 is Monday) with the same hours, in words; `hours` is empty where it never closes."""

    weekdays: list[int]
    days: str
    hours: str


class ExceptionShown(TypedDict):
    """A day (`on`) whose hours are not those of its weekday; `why` may be empty."""

    on: str
    day: str
    hours: str
    why: str


@final
class HoursContent(NoticeWords):
    """Opening hours: the week, the next days that differ, what is known of crowds. `lines` are all of it."""

    lines: list[str]
    week: list[WeekdaysShown]
    exceptions: list[ExceptionShown]
    crowds: list[str]


@final
class BusyHoursContent(NoticeWords):
    """How busy each opening hour of a week is; `lines` say the same, a weekday each, and the source."""

    lines: list[str]
    table: Crowds


@final
class DateContent(NoticeWords):
    """One big day: when, where, and more words; `place` and `details` may be empty."""

    days: DaysShown
    place: str
    details: str


@final
class FigureContent(NoticeWords):
    """One figure, its unit (empty for none), what it says, who says it, and on which date it was so."""

    figure: str
    unit: str
    meaning: str
    source: str
    on: str


class StepShown(TypedDict):
    """One step: the name of its icon, and a sentence."""

    icon: str
    sentence: str


@final
class StepsContent(NoticeWords):
    """What to do, one thing after the other."""

    steps: list[StepShown]


type NoticeOnScreen = (
    TitledContent
    | TextContent
    | PictureContent
    | VideoContent
    | FeedContent
    | DelaysContent
    | LinesContent
    | AskedContent
    | HoursContent
    | BusyHoursContent
    | DateContent
    | FigureContent
    | StepsContent
)


type Contents = list[NoticeOnScreen]
"""What a screen shows of a notice, one for each item."""
