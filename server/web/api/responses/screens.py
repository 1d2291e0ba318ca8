"""Shapes of what a screen needs besides its board: its look, its place, its sound, its programme."""

from typing import Annotated, Literal

from pydantic import Field

from server.documents.hall import Category
from server.documents.notices import NoticeKind
from server.domain.hall.devices import Arrow, ScreenLayout, SoundOutput
from server.web.api.responses.exact import (
    Count,
    ExactShape,
    InstantText,
    LocalDate,
    Milliseconds,
    Percent,
    Pixels,
    Seconds,
    Texts,
)

type WindowMs = Annotated[list[int], Field(min_length=2, max_length=2)]
"""Start and end, in milliseconds since 1970-01-01T00:00:00Z."""


class LogoAnswer(ExactShape):
    """The picture of a logo."""

    url: str
    width: Pixels
    height: Pixels


class LookAnswer(ExactShape):
    """The name of the organisation, its stylesheet, its logo and the addresses of its fonts."""

    name: str
    stylesheet: str
    logo: LogoAnswer | None
    fonts: list[str]


class SoundLevel(ExactShape):
    """How loud calls are from one local hour to another, HH:MM."""

    opens: str
    closes: str
    percent: Percent


class SoundOfScreen(ExactShape):
    """How loud calls are said: the most, and the levels by the local hour."""

    most_percent: Percent
    levels: list[SoundLevel]


class CounterOfScreen(ExactShape):
    """The counter that a screen stands at."""

    id: str
    label: str


class PlaceOfScreen(ExactShape):
    """What a screen is for, and how large its text is there."""

    layout: ScreenLayout
    text_scale: Annotated[float, Field(gt=0)]
    least_px: Pixels
    """The smallest letters that can be read from where people stand."""
    arrow: Arrow | None
    counter: CounterOfScreen | None


class TitledContent(ExactShape):
    """A notice that the screen completes with the people who wait now."""

    title: str
    credit: str
    """Who made or says it; empty where nobody is named."""
    code: str | None
    """An address to scan, as a picture (data URL)."""


class TextContent(TitledContent):
    """Words with a few marks."""

    html: str


class FocusShown(ExactShape):
    """The point of a picture that stays in sight: per cent of its width and height."""

    x: Annotated[int, Field(ge=0, le=100)]
    y: Annotated[int, Field(ge=0, le=100)]


class PictureContent(TitledContent):
    """An image, or a page of a document; `text` says it in words."""

    url: str
    width: Pixels
    height: Pixels
    text: str
    focus: FocusShown | None
    """Where its edges may be cut; null: it is shown whole."""


class CaptionShown(ExactShape):
    """Words shown during a film, between two instants of it."""

    from_ms: Milliseconds
    until_ms: Milliseconds
    text: str


class VideoContent(PictureContent):
    """A video: how long it lasts, and the address of its first picture."""

    ms: Milliseconds
    poster: str | None
    captions: list[CaptionShown]
    """In the language of the item, else in French; empty where nobody wrote them."""


class EntryShown(ExactShape):
    """An entry of a feed, without markup."""

    title: str
    text: str


class FeedContent(TitledContent):
    """The newest entries of a feed."""

    entries: list[EntryShown]


class DelayShown(ExactShape):
    """How long something takes."""

    label: str
    delay: str


class DelaysContent(TitledContent):
    """How long some things take, by whom that is said, and when it was so."""

    rows: list[DelayShown]
    source: str
    on: LocalDate


class LinesContent(TitledContent):
    """Some sentences."""

    lines: list[str]


class AskedContent(LinesContent):
    """What people asked for, and what was done."""

    asked: str
    done: str


class WeekdaysShown(ExactShape):
    """Weekdays with the same hours, in words."""

    weekdays: list[Annotated[int, Field(ge=0, le=6)]]
    """Monday is 0."""
    days: str
    hours: str
    """Empty where it never closes."""


class ExceptionShown(ExactShape):
    """A day whose hours are not those of its weekday."""

    on: LocalDate
    day: str
    hours: str
    why: str
    """Empty where nobody says why."""


class HoursContent(LinesContent):
    """Opening hours: the week, the days of this programme that differ, when most and fewest people come.

    `lines` are all of it.
    """

    week: list[WeekdaysShown]
    exceptions: list[ExceptionShown]
    crowds: list[str]


CrowdLevel = Literal["quiet", "moderate", "busy", "closed", "unknown"]


class CrowdDayShown(ExactShape):
    """An open weekday: a level for each hour of the table, and all of it in words."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    """Monday is 0."""
    day: str
    short: str
    """The name of the weekday where there is little room."""
    levels: list[CrowdLevel]
    """`unknown`: too few visits to say."""
    words: str


class CrowdTable(ExactShape):
    """How busy each opening hour of a week is."""

    hours: list[str]
    """The clock hour that each column begins at, in words."""
    days: list[CrowdDayShown]
    names: dict[str, str]
    """The words of the levels."""
    source: str
    """How many weeks it is known from."""


class BusyHoursContent(LinesContent):
    """Busy and quiet hours; `lines` say the same in words."""

    table: CrowdTable


class DayShown(ExactShape):
    """A day in words, for a screen that shows it large."""

    weekday: str
    day: str
    month: str
    """With its year where it is another one than this year."""
    hour: str
    """Empty where none is given, or for a single day."""


class DaysShown(ExactShape):
    """The day or the period of a notice."""

    first: DayShown
    last: DayShown | None
    """Null for a single day."""
    hours: str
    """Of a single day; empty where none is given."""


class DateContent(TitledContent):
    """One big day: when, where, and more words."""

    days: DaysShown
    place: str
    """May be empty."""
    details: str
    """May be empty."""


class FigureContent(TitledContent):
    """One figure with its meaning, its source and its date."""

    figure: str
    unit: str
    """Empty for none."""
    meaning: str
    source: str
    on: LocalDate


class StepShown(ExactShape):
    """One step."""

    icon: str
    """The name of a file in `/assets/icons`, without `.svg`."""
    sentence: str


class StepsContent(TitledContent):
    """What to do, one thing after the other."""

    steps: list[StepShown]


class QueueCondition(ExactShape):
    """Shown while more than so many people wait in a queue."""

    queue: str
    more_than: Count


type NoticeOnScreen = (
    TextContent
    | VideoContent
    | PictureContent
    | FeedContent
    | DelaysContent
    | AskedContent
    | HoursContent
    | BusyHoursContent
    | DateContent
    | FigureContent
    | StepsContent
    | LinesContent
    | TitledContent
)


class ProgrammeItem(ExactShape):
    """One turn of a notice on a screen, in one language."""

    id: str
    notice: str
    kind: NoticeKind
    language: str
    category: Category
    is_legal: bool
    """It has its guaranteed part of the time."""
    ms: Milliseconds
    """How long it stays."""
    windows: list[WindowMs] | None
    """When it is shown; null: always."""
    when: QueueCondition | None
    content: NoticeOnScreen


class ProgrammeAnswer(ExactShape):
    """What a screen shows between calls, for eight local days."""

    revision: str
    """The same for the same programme, another for another."""
    legal_share: Annotated[float, Field(ge=0, le=1)]
    """The least share of the time that legal notices have; 0: there are none."""
    covers_until: Milliseconds
    """The end, in milliseconds since 1970-01-01T00:00:00Z."""
    items: list[ProgrammeItem]
    hours: list[WindowMs] | None
    """When the screen is on; null: always."""


class ScreenAnswer(ExactShape):
    """What a screen needs besides the board."""

    hall: str
    name: str
    site: str
    time_zone: str
    languages: list[str]
    services: dict[str, Texts]
    """The names of services by their ids."""
    is_open: bool
    next_opening_at: InstantText | None
    closes_at: InstantText | None
    awaited_s: Seconds
    """How long a call stands before somebody is asked whether the agent is there."""
    has_sound: bool
    output: SoundOutput
    sound: SoundOfScreen
    hearing_loop: bool
    place: PlaceOfScreen
    demonstration: bool
    look: LookAnswer
    alert_texts: dict[str, dict[str, Texts]]
    """The words of each custom alert in force, by alert, then by language: `title` and `text`."""
    programme: ProgrammeAnswer
    configuration: str
    """The revisions that apply, as `3.12`: the installation's and the hall's."""
    now: InstantText
    alert_voices: Texts
    """The address of the voice of each kind of alert."""
    picture_every_s: Seconds
    """How often the screen sends a picture of itself; 0: never."""
