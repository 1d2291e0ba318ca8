"""What a screen gets of each kind of notice: its fields; a type of its own where the server completes it."""

import re
from collections.abc import Mapping
from types import GenericAlias, new_class
from typing import TYPE_CHECKING, TypedDict, Union, final

from hardware.json_types import LocalDate, Milliseconds, Percent, Pixels, Weekday
from server.documents.notice_fields import FieldForm, NoticeField, fields_of
from server.documents.notices import WRITTEN_MODELS
from server.documents.values import Part
from server.usecases.hours.hours_words import CrowdTable
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
    fields = {field.key: _TYPES.get(field.form) or _list(field) for field in fields_of(part)}
    words = {"__annotations__": fields, "__doc__": part.__doc__, "__module__": __name__}
    bases = (base or TypedDict,)
    return new_class(name, bases, exec_body=lambda own: own.update(words, __orig_bases__=bases))


def _list(field: NoticeField) -> object:
    part = _shown(field.part, re.sub(r"(Row|Part)$", "Shown", field.part.__name__))
    return GenericAlias(list, (part,))


_TYPES: Mapping[FieldForm, object] = {
    **dict.fromkeys(("line", "lines", "rich", "figure", "address", "icon"), str),
    "day": LocalDate,
    "period": DaysShown,
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
