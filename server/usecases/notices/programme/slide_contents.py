"""What a screen gets of each kind of notice: one type a kind."""

from typing import TypedDict, final

from hardware.json_types import LocalDate, Milliseconds, Percent, Pixels, Weekday
from server.usecases.hours.crowd_words import CrowdTable
from server.usecases.notices.programme.date_words import DaysShown


class NoticeWords(TypedDict):
    """Texts that screens show with every notice.

    `credit` is empty where nobody is named; `code` is an address to scan as a picture (data URL).
    """

    title: str
    credit: str
    """Who made or says it; empty where nobody is named."""
    code: str | None
    """An address to scan, as a picture (data URL)."""


@final
class TitledContent(NoticeWords):
    """A notice that the screen completes with the people who wait now."""


@final
class TextContent(NoticeWords):
    """Words with a few marks."""

    html: str


class FocusShown(TypedDict):
    """The point of a picture that stays in sight: per cent of its width and height."""

    x: Percent
    y: Percent


class PictureWords(NoticeWords):
    """What a picture is shown with: the same for each page of a document. `text` says it in words.

    It is shown whole where `focus` is null.
    """

    text: str
    focus: FocusShown | None
    """Where its edges may be cut; null: it is shown whole."""


@final
class PictureContent(PictureWords):
    """An image, or a page of a document; `text` says it in words."""

    url: str
    width: Pixels
    height: Pixels


class CaptionShown(TypedDict):
    """Words shown during a film, between two instants of it."""

    from_ms: Milliseconds
    until_ms: Milliseconds
    text: str


@final
class VideoContent(PictureWords):
    """A video: how long it lasts, and the address of its first picture."""

    url: str
    width: Pixels
    height: Pixels
    ms: Milliseconds
    poster: str | None
    captions: list[CaptionShown]
    """In the language of the item, else in French; empty where nobody wrote them."""


class EntryShown(TypedDict):
    """An entry of a feed, without markup."""

    title: str
    text: str


@final
class FeedContent(NoticeWords):
    """The newest entries of a feed."""

    entries: list[EntryShown]


class DelayShown(TypedDict):
    """How long something takes."""

    label: str
    delay: str


@final
class DelaysContent(NoticeWords):
    """How long some things take, by whom that is said, and when it was so."""

    rows: list[DelayShown]
    source: str
    on: LocalDate


@final
class LinesContent(NoticeWords):
    """Some sentences."""

    lines: list[str]


@final
class AskedContent(NoticeWords):
    """What people asked for, and what was done."""

    lines: list[str]
    asked: str
    done: str


class WeekdaysShown(TypedDict):
    """Weekdays with the same hours, in words."""

    weekdays: list[Weekday]
    """Monday is 0."""
    days: str
    hours: str
    """Empty where it never closes."""


class ExceptionShown(TypedDict):
    """A day whose hours are not those of its weekday."""

    on: LocalDate
    day: str
    hours: str
    why: str
    """Empty where nobody says why."""


@final
class HoursContent(NoticeWords):
    """Opening hours: the week, the days of this programme that differ, when most and fewest people come.

    `lines` are all of it.
    """

    lines: list[str]
    week: list[WeekdaysShown]
    exceptions: list[ExceptionShown]
    crowds: list[str]


@final
class BusyHoursContent(NoticeWords):
    """Busy and quiet hours; `lines` say the same in words."""

    lines: list[str]
    table: CrowdTable


@final
class DateContent(NoticeWords):
    """One big day: when, where, and more words."""

    days: DaysShown
    place: str
    """May be empty."""
    details: str
    """May be empty."""


@final
class FigureContent(NoticeWords):
    """One figure with its meaning, its source and its date."""

    figure: str
    unit: str
    """Empty for none."""
    meaning: str
    source: str
    on: LocalDate


class StepShown(TypedDict):
    """One step."""

    icon: str
    """The name of a file in `/assets/icons`, without `.svg`."""
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
