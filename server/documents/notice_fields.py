"""The types of the fields of notices: how each is checked, how it is written, and how screens name it."""

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Annotated, Literal, get_args

from annotated_types import MaxLen
from pydantic import AfterValidator, Field, model_validator
from pydantic.fields import FieldInfo

from server.documents.problems import broken_rule
from server.documents.texts import safe_html, words_of_html
from server.documents.values import (
    IfAny,
    Language,
    NotEmpty,
    OptionalTexts,
    Part,
    Slug,
    Spans,
    Texts,
    french_first,
    some_texts,
)
from signage.notice_parts import STEP_ICONS

LONGEST_WORDS = 600
"""Characters of a body, its marks left out: about what four slides of a screen hold."""
LONGEST_BODY = 6_000
"""The most characters of a stored body, marks and entities included."""
LONGEST_TYPED = 60_000
"""Characters of a body as it comes, with what is dropped of it: what is pasted from elsewhere is long."""
LONGEST_FIGURE, LONGEST_UNIT, LONGEST_MEANING = 12, 24, 120
"""Characters of a figure, of its unit, and of the sentence of a figure or a step: read from the last seat."""


def _body(text: str) -> str:
    safe = safe_html(text)
    words = words_of_html(safe)
    if not words:
        raise broken_rule("empty_text")
    if len(words) > LONGEST_WORDS:
        raise broken_rule("too_long", limit=LONGEST_WORDS)
    if len(safe) > LONGEST_BODY:  # entities and marks that were left open make it longer than what came
        raise broken_rule("too_long", limit=LONGEST_BODY)
    return safe


def _figure(text: str) -> str:
    """A text with at least one digit, of any script."""
    if not any(letter.isdigit() for letter in text):
        raise broken_rule("no_digit", text=text)
    return text


type FieldForm = Literal[
    "line", "lines", "rich", "figure", "day", "moment", "period", "address", "medium", "focus", "icon",
    "choice", "list", "table", "days", "spans", "tick",
]  # fmt: skip
"""How a field is written: a line, several, a text with marks, a figure; an address, a day, a day
with an hour or without, a period; a medium of the library and the point of it to keep in sight; a sign; one
of a few words; a list of parts, a table; days without hours, hours of a day, a box to tick.
"""
IN_LANGUAGES = ("line", "lines", "rich", "figure", "table")
"""Those that are written in each language."""


@dataclass(frozen=True, slots=True)
class Written:
    """How a field is written. `label`: the end of the key of its label; empty: the field’s name.

    `is_last`: after the credit. `only`: the kinds that have it, empty for all of the model.
    """

    form: FieldForm
    label: str = ""
    is_last: bool = False
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownAs:
    """Under which name screens get a field, where that is not its own."""

    key: str


Html = Annotated[str, Field(max_length=LONGEST_TYPED), AfterValidator(_body)]
Bodies = Annotated[dict[Language, Html], AfterValidator(french_first), Written("rich")]
Sentence = Annotated[str, Field(min_length=1, max_length=240)]
Sentences = Annotated[dict[Language, Sentence], AfterValidator(french_first), Written("lines")]
Meaning = Annotated[str, Field(min_length=1, max_length=LONGEST_MEANING)]
Meanings = Annotated[
    dict[Language, Meaning], AfterValidator(french_first), AfterValidator(some_texts), Written("lines")
]
Figure = Annotated[str, Field(min_length=1, max_length=LONGEST_FIGURE), AfterValidator(_figure)]
Figures = Annotated[
    dict[Language, Figure], AfterValidator(french_first), AfterValidator(some_texts), Written("figure")
]
Unit = Annotated[str, Field(min_length=1, max_length=LONGEST_UNIT)]
Units = Annotated[dict[Language, Unit], AfterValidator(french_first), Written("line")]
Line = Annotated[Texts, Written("line")]
OptionalLine = Annotated[OptionalTexts, Written("line")]
Day = Annotated[date, Written("day"), ShownAs("on")]
Icon = Annotated[Literal[*STEP_ICONS], Written("icon")]  # type: ignore[valid-type]

MOST_COLUMNS, MOST_ROWS = 4, 9
"""Of a table; its heads are the first row."""
Cell = Annotated[str, Field(max_length=40)]


def _table(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    if len(rows) < 2:
        raise broken_rule("too_few", limit=2)
    if any(len(row) != len(rows[0]) for row in rows):
        raise broken_rule("table_uneven")
    if not all(rows[0]):
        raise broken_rule("table_head_missing")
    return rows


def _same_shape[Rows: Sized](tables: dict[str, Rows]) -> dict[str, Rows]:
    if len({len(rows) for rows in tables.values()}) > 1:
        raise broken_rule("table_uneven")
    return tables


TableRow = Annotated[tuple[Cell, ...], Field(max_length=MOST_COLUMNS), *NotEmpty]
TableRows = Annotated[tuple[TableRow, ...], Field(max_length=MOST_ROWS), AfterValidator(_table)]
Tables = Annotated[
    dict[Language, TableRows],
    AfterValidator(french_first),
    AfterValidator(some_texts),
    AfterValidator(_same_shape),
    Written("table"),
]


@dataclass(frozen=True, slots=True)
class NoticeField:
    """A field of a kind, or of a part of a list.

    `most`: the most characters of each language, or parts of a list; None where nothing limits them here.
    `fewest`: the fewest parts. `part`: what each is. `choices`: the words to choose from.
    """

    name: str
    written: Written
    key: str
    most: int | None = None
    fewest: int = 0
    part: type[Part] = Part
    choices: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple["NoticeField", ...]:
        """The fields of each part of a list."""
        return fields_of(self.part)

    @property
    def form(self) -> FieldForm:
        """How it is written."""
        return self.written.form


@cache
def fields_of(model: type[Part]) -> tuple[NoticeField, ...]:
    """The written fields that a kind of notice or a part of a list has itself, in their order."""
    return tuple(
        _field(name, declared)
        for name, declared in model.model_fields.items()
        if name in model.__annotations__ and any(isinstance(each, Written) for each in declared.metadata)
    )


def _field(name: str, declared: FieldInfo) -> NoticeField:
    # a field may say otherwise what its type says first
    written = [each for each in declared.metadata if isinstance(each, Written)][-1]
    key = next((each.key for each in reversed(declared.metadata) if isinstance(each, ShownAs)), name)
    if written.form == "list":
        bounds = declared.json_schema_extra if isinstance(declared.json_schema_extra, dict) else {}
        part = get_args(declared.annotation)[0]
        return NoticeField(
            name, written, key, _longest(declared), fewest=int(str(bounds["minItems"])), part=part
        )
    if written.form == "choice":
        choices = tuple(word for each in get_args(declared.annotation) for word in get_args(each))
        return NoticeField(name, written, key, choices=choices)
    if written.form in IN_LANGUAGES:
        declared = FieldInfo.from_annotation(get_args(declared.annotation)[1])
    return NoticeField(name, written, key, _longest(declared))


def _longest(declared: FieldInfo) -> int | None:
    return next((each.max_length for each in declared.metadata if isinstance(each, MaxLen)), None)


def text_names(fields: Iterable[NoticeField]) -> Iterator[str]:
    """The names of the fields that hold a text by language, those of parts too."""
    for field in fields:
        if field.form in IN_LANGUAGES:
            yield field.name
        yield from text_names(field.parts)


FIRST_YEAR, LAST_YEAR = 2020, 2100

DaypartName = Literal["before_opening", "opening", "morning", "afternoon"]


def _local(text: str) -> str:
    """A local date or wall time of each site, like `2026-12-24` or `2026-12-24T14:00`."""
    try:
        parsed = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    except ValueError:
        raise broken_rule("wrong_local_time", text=text) from None
    minutes = parsed.isoformat(timespec="minutes") if isinstance(parsed, datetime) else parsed.isoformat()
    if minutes != text or not FIRST_YEAR <= parsed.year <= LAST_YEAR:
        raise broken_rule("wrong_local_time", text=text)
    return text


Local = Annotated[str, Field(max_length=16), AfterValidator(_local)]
LocalDay = Annotated[str, Field(max_length=10), AfterValidator(_local)]
Slugs = Annotated[tuple[Slug, ...], Field(max_length=100)]
Weekday = Annotated[int, Field(ge=0, le=6)]

GroupTarget = Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$", max_length=97)]


class TargetsPart(Part):
    """Where: sites, halls and screens by their ids, groups of screens as `site/group`, or `everywhere`.

    `everywhere` false with no place: nowhere, as a draft may be. Null is what earlier contents say: with
    no place they mean every screen.
    """

    sites: Slugs = ()
    halls: Slugs = ()
    screens: Slugs = ()
    groups: IfAny[Annotated[tuple[GroupTarget, ...], Field(max_length=100)]] = ()
    everywhere: bool | None = None

    @property
    def has_place(self) -> bool:
        """Whether it names a site, a hall, a screen or a group."""
        return bool(self.sites or self.halls or self.screens or self.groups)

    @property
    def is_nowhere(self) -> bool:
        """Whether no screen is meant yet."""
        return self.everywhere is False and not self.has_place

    @model_validator(mode="after")
    def _everywhere_or_somewhere(self) -> "TargetsPart":
        if self.everywhere and self.has_place:
            raise broken_rule("everywhere_or_somewhere")
        return self


class ValidityPart(Part):
    """From when to when, in each site's own time; a date that ends it is included, a wall time is not."""

    starts: Local | None = None
    ends: Local | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "ValidityPart":
        if self.starts is not None and self.ends is not None:
            last = self.ends if "T" in self.ends else f"{self.ends}T99"
            if last <= self.starts:
                raise broken_rule("dates_end_before_start", first=self.starts, last=self.ends)
        return self


class DaypartsPart(Part):
    """On which weekdays (Monday is 0), in which parts of the day or at which hours; empty: no limit."""

    weekdays: Annotated[
        tuple[Weekday, ...], Field(max_length=7), AfterValidator(lambda days: tuple(sorted(set(days))))
    ] = ()
    parts: Annotated[tuple[DaypartName, ...], Field(max_length=4)] = ()
    spans: Spans = ()


class WhenPart(Part):
    """The condition that more than `more_than` people wait in a queue."""

    queue: Slug
    more_than: Annotated[int, Field(ge=0, le=500)]
