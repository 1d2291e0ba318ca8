"""What a screen gets of each kind of notice: its fields; a type of its own where the server completes it."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from types import GenericAlias, new_class
from typing import TYPE_CHECKING, Literal, TypedDict, Union, final

from babel.dates import format_date, format_interval

from hardware.json_types import LocalDate, Milliseconds, Percent, Pixels, Weekday
from hardware.languages import VISITOR_LANGUAGES
from server.documents.notice_fields import FieldForm, NoticeField, fields_of
from server.documents.notices import WRITTEN_MODELS, HappensPart
from server.documents.values import Part, Spans, local_spans
from server.language import LANGUAGES, locale_of
from server.usecases.hours.hours_words import CrowdTable, begun, clock_words, hours_in_words, weekday_name


class DayShown(TypedDict):
    """A day in words, for a screen that shows it large."""

    weekday: str
    day: str
    month: str
    """With its year where it is another one than this year."""
    hour: str
    """Empty where none is given, or for a single day."""


class DaysShown(TypedDict):
    """The day or the period of a notice."""

    first: DayShown
    last: DayShown | None
    """Null for a single day."""
    hours: str
    """Of a single day; empty where none is given."""


class DayCounted(TypedDict):
    """How far away a day is on a local day: in words, and the number among them (empty where none is)."""

    on: LocalDate
    words: str
    number: str


class CountShown(TypedDict):
    """A day that is awaited, and how far away it is on each local day of the programme."""

    day: DayShown
    hours: str
    """Empty where none is given."""
    counted: list[DayCounted]
    """Empty in a language for which nobody has written these words."""


def count_shown(
    awaited: str, language: str, *, days: Sequence[date], translate: Callable[..., str]
) -> CountShown:
    """A day that is awaited (with an hour or without), and how far away it is on `days`, today first."""
    on, at = _parts(awaited)

    def counted(today: date) -> DayCounted:
        left = (on - today).days
        key = ("today", "tomorrow")[left] if left < 2 else "days"
        words = translate(f"server.programme.countdown.{key}", language, count=left)
        return {"on": today.isoformat(), "words": words, "number": str(left) if str(left) in words else ""}

    return {
        "day": _day(on, language, days[0]),
        "hours": _hour(at, language, lambda key, **values: translate(key, language, **values)),
        "counted": [counted(day) for day in days if day <= on] if language in VISITOR_LANGUAGES else [],
    }


def days_shown(
    happens: HappensPart, language: str, *, today: date, translate: Callable[..., str]
) -> DaysShown:
    """The day or the period of a notice in a language."""

    def say(key: str, **values: object) -> str:
        return translate(key, language, **values)

    starts_on, starts_at = _parts(happens.starts)
    ends_on, ends_at = (starts_on, None) if happens.ends is None else _parts(happens.ends)
    is_one_day = ends_on == starts_on
    first = _day(starts_on, language, today)
    if is_one_day:
        return {"first": first, "last": None, "hours": _hours(starts_at, ends_at, language, say)}
    first["hour"] = _hour(starts_at, language, say)
    last = _day(ends_on, language, today)
    last["hour"] = _hour(ends_at, language, say)
    return {"first": first, "last": last, "hours": ""}


def _parts(local: str) -> tuple[date, time | None]:
    if "T" not in local:
        return date.fromisoformat(local), None
    at = datetime.fromisoformat(local)
    return at.date(), at.time()


def _day(on: date, language: str, today: date) -> DayShown:
    name = weekday_name(on.weekday(), language)
    month = str(format_date(on, "MMMM" if on.year == today.year else "MMMM y", locale=locale_of(language)))
    return {"weekday": name[:1].upper() + name[1:], "day": str(on.day), "month": month, "hour": ""}


def _hour(at: time | None, language: str, say: Callable[..., str]) -> str:
    return "" if at is None else clock_words(at, language, say)


def _hours(opens: time | None, closes: time | None, language: str, say: Callable[..., str]) -> str:
    if opens is None or closes is None:
        return _hour(opens or closes, language, say)
    if language not in LANGUAGES:  # no sentence of ours: that of the language's own conventions
        return str(format_interval(opens, closes, "Hm", locale=locale_of(language)))
    return say(
        "server.programme.hours.span",
        opens=clock_words(opens, language, say),
        closes=clock_words(closes, language, say),
    )


class FocusShown(TypedDict):
    """The point of a picture that stays in sight: per cent of its width and height."""

    x: Percent
    y: Percent


class IllustrationShown(TypedDict):
    """A picture with the words of a notice; `text` says it in words."""

    url: str
    width: Pixels
    height: Pixels
    text: str
    focus: FocusShown | None
    """Where its edges may be cut; null: beside words it is shown whole."""
    composition: Literal["left", "behind"]
    """On the side where lines begin (above the words in a narrow room), or behind them."""


def opens_shown(opens: Spans, language: str, translate: Callable[..., str]) -> str:
    """« Ouvert de 9 h à 12 h », « Fermé » for none; bare hours in a language without our words."""
    spans = local_spans(opens)
    if language in LANGUAGES:
        hours = hours_in_words(spans, language, lambda key, **values: translate(key, language, **values))
        return translate("server.programme.hours.open", language, hours=hours) if spans else begun(hours)
    locale = locale_of(language)
    return ", ".join(str(format_interval(span.opens, span.closes, "Hm", locale=locale)) for span in spans)


class NoticeWords(TypedDict):
    """Texts that screens show with every notice.

    `credit` is empty where nobody is named; `code` is an address to scan as a picture (data URL).
    """

    title: str
    credit: str
    """Who made or says it; empty where nobody is named."""
    code: str | None
    """An address to scan, as a picture (data URL)."""
    picture: IllustrationShown | None
    """Null where it has none, or shows none on screens."""


@final
class TitledContent(NoticeWords):
    """A notice that the screen completes with the people who wait now."""


class PictureWords(NoticeWords):
    """What a picture is shown with: the same for each page of a document. `text` says it in words.

    It is shown whole where `focus` is null.
    """

    text: str
    focus: FocusShown | None
    """Where its edges may be cut; null: it is shown whole."""
    has_title: bool
    """Whether its title is written over it; False: it carries its own."""


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


def _shown(part: type[Part], name: str, base: type | None = None) -> type:
    """The type of what a screen gets of the fields that an author writes, made of their declaration."""
    declared = [field for field in fields_of(part) if field.form != "tick"]
    fields = {field.key: _TYPES.get(field.form) or _list(field) for field in declared}
    words = {"__annotations__": fields, "__doc__": part.__doc__, "__module__": __name__}
    bases = (base or TypedDict,)
    return new_class(name, bases, exec_body=lambda own: own.update(words, __orig_bases__=bases))


def _list(field: NoticeField) -> object:
    part = _shown(field.part, re.sub(r"(Row|Part)$", "Shown", field.part.__name__))
    return GenericAlias(list, (part,))


_TYPES: Mapping[FieldForm, object] = {
    **dict.fromkeys(("line", "lines", "rich", "figure", "address", "icon", "spans"), str),
    "day": LocalDate,
    "table": list[list[str]],
    "moment": CountShown,
    **dict.fromkeys(("period", "days"), DaysShown),
}

type _Completed = (
    TitledContent
    | PictureContent
    | VideoContent
    | FeedContent
    | LinesContent
    | AskedContent
    | HoursContent
    | BusyHoursContent
)
if TYPE_CHECKING:
    type NoticeOnScreen = _Completed
else:  # and the kinds of which a screen gets the fields
    _WRITTEN = [
        _shown(model, model.__name__.replace("Notice", "Content"), NoticeWords) for model in WRITTEN_MODELS
    ]
    type NoticeOnScreen = Union[_Completed.__value__, *_WRITTEN]

type Contents = list[NoticeOnScreen]
"""What a screen shows of a notice, one for each item."""
